/** Pause between two looks, in milliseconds. */
const lookMs = 1_000;

/**
 * Ends this process when the one that has started it is gone, killed for instance: then nobody
 * would ever end what this one has started.
 *
 * @returns how to stop watching.
 */
export function exitWithParent(): () => void {
  const parent = process.ppid;
  let timer: NodeJS.Timeout;
  const look = () => {
    if (process.ppid !== parent) process.exit(1);
    timer = setTimeout(look, lookMs).unref();
  };
  timer = setTimeout(look, lookMs).unref();
  return () => clearTimeout(timer);
}
