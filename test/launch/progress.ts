/** Takes one line for a person who waits. */
export type PrintLine = (line: string) => void;

/** Prints a line to standard output. */
export const printLine: PrintLine = (line) => {
  process.stdout.write(`${line}\n`);
};

/** Pause between two lines while a phase runs, in milliseconds. */
const stillRunningMs = 10_000;

/**
 * Runs one phase of something long: a line when it starts, one every 10 s while it runs, and one
 * with the time it took when it ends. What `run` throws passes through.
 */
export async function phase<T>(name: string, print: PrintLine, run: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const elapsed = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
  print(`  ${name} …`);
  let timer: NodeJS.Timeout;
  const again = () => {
    print(`  ${name}: still at it after ${elapsed()}`);
    timer = setTimeout(again, stillRunningMs);
  };
  timer = setTimeout(again, stillRunningMs);
  try {
    const result = await run();
    print(`  ${name}: done in ${elapsed()}`);
    return result;
  } catch (error) {
    print(`  ${name}: failed after ${elapsed()}`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
