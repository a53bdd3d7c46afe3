/** Something to run, by a name. */
export interface Job<T> {
  readonly name: string;
  /** Names of jobs that must have ended before; those that are not among the jobs count for nothing. */
  readonly needs?: readonly string[];
  /**
   * @param write Takes output, which appears apart from that of other jobs.
   * @param needed The results of the jobs that this one needs.
   */
  readonly run: (write: (text: string) => void, needed: readonly T[]) => Promise<T>;
}

/**
 * Runs jobs in their order, at most `laneCount` at a time. The output of the job that has run for longest appears at
 * once, that of the others when it is their turn.
 *
 * @returns the results, in the order of the jobs.
 * @throws what a job throws, after all that are running have ended.
 */
export async function runSideBySide<T>(
  jobs: readonly Job<T>[],
  { laneCount, write }: { laneCount: number; write: (text: string) => void },
): Promise<T[]> {
  const results = new Map<string, T>();
  const waiting = [...jobs];
  const outputs = outputInTurn(write);
  const running = new Set<Promise<void>>();
  const namesOf = ({ needs = [] }: Job<T>) =>
    needs.filter((need) => jobs.some(({ name }) => name === need));
  const isReady = (job: Job<T>) => namesOf(job).every((need) => results.has(need));

  const start = async (job: Job<T>): Promise<void> => {
    const output = outputs.open();
    try {
      const needed = [...results].filter(([name]) => job.needs?.includes(name));
      results.set(
        job.name,
        await job.run(
          output.write,
          needed.map(([, result]) => result),
        ),
      );
    } finally {
      output.close();
    }
  };

  try {
    while (waiting.length > 0 || running.size > 0) {
      const next = running.size < laneCount ? waiting.findIndex(isReady) : -1;
      const [job] = next === -1 ? [] : waiting.splice(next, 1);
      if (job) {
        const run = start(job).finally(() => running.delete(run));
        running.add(run);
      } else if (running.size === 0) {
        throw new Error(`These need each other: ${waiting.map(({ name }) => name).join(', ')}.`);
      } else await Promise.race(running);
    }
  } finally {
    await Promise.allSettled(running);
  }
  return jobs.flatMap(({ name }) => results.get(name) ?? []);
}

interface Output {
  readonly write: (text: string) => void;
  close(): void;
}

/** Lets through the output that was opened first, and keeps the others until their turn comes. */
function outputInTurn(write: (text: string) => void): { open(): Output } {
  const rateLimiter: { kept: string; isClosed: boolean }[] = [];
  const goOn = (): void => {
    for (let first = rateLimiter[0]; first; first = rateLimiter[0]) {
      if (first.kept !== '') write(first.kept);
      first.kept = '';
      if (!first.isClosed) return;
      rateLimiter.shift();
    }
  };
  return {
    open: () => {
      const turn = { kept: '', isClosed: false };
      rateLimiter.push(turn);
      return {
        write: (text) => {
          turn.kept += text;
          goOn();
        },
        close: () => {
          turn.isClosed = true;
          goOn();
        },
      };
    },
  };
}
