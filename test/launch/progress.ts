/** Takes one line for a person who waits. */
export type Say = (line: string) => void;

/** Prints a line to standard output. */
export const sayAloud: Say = (line) => {
  process.stdout.write(`${line}\n`);
};

/** Pause between two lines while a phase runs, in milliseconds. */
const stillRunningMs = 10_000;

/**
 * Runs one phase of something long: a line when it starts, one every 10 s while it runs, and one
 * with the time it took when it ends. What `run` throws passes through.
 */
export async function phase<T>(name: string, say: Say, run: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const elapsed = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
  say(`  ${name} …`);
  let timer: NodeJS.Timeout;
  const again = () => {
    say(`  ${name}: still at it after ${elapsed()}`);
    timer = setTimeout(again, stillRunningMs);
  };
  timer = setTimeout(again, stillRunningMs);
  try {
    const result = await run();
    say(`  ${name}: done in ${elapsed()}`);
    return result;
  } catch (error) {
    say(`  ${name}: failed after ${elapsed()}`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
