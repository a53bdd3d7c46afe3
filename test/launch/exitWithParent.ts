/** Pause between two polls, in milliseconds. */
const pollMs = 1_000;

/**
 * Ends this process when the one that has started it is gone, killed for instance: then nobody
 * would ever end what this one has started.
 *
 * @returns how to stop watching.
 */
export function exitWithParent(): () => void {
  const parent = process.ppid;
  let timer: NodeJS.Timeout;
  const check = () => {
    if (process.ppid !== parent) process.exit(1);
    timer = setTimeout(check, pollMs).unref();
  };
  timer = setTimeout(check, pollMs).unref();
  return () => clearTimeout(timer);
}
