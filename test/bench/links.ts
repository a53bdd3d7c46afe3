import { mayNameTask } from '../../src/core/input/mayNameTask';
import { namedTasksIn } from '../../src/core/input/namedTasks';
import { seededRandom } from '../fakes/seededRandom';
import { median, table } from './table';

const lines = 100_000;
const rounds = 7;

/** How long it takes to find the links to tasks in lines of a terminal, beside one bare regular expression on each of them. */
export function measureLinks(): Promise<string> {
  const rows = [
    ['no ID in any line', Infinity],
    ['one ID in a thousand lines', 1000],
    ['an ID in every line', 1],
  ].map(([name, every]) => {
    const log = logLines(Number(every));
    const ours: number[] = [];
    const peers: number[] = [];
    // In turns, so that both meet the same machine.
    for (let round = 0; round < rounds; round++) {
      ours.push(msOf(() => log.map((line) => (mayNameTask(line) ? namedTasksIn(line) : []))));
      peers.push(msOf(() => log.map((line) => line.match(uuid))));
    }
    const ratio = median(ours) / median(peers);
    const micros = (median(ours) / lines) * 1000;
    return [String(name), micros.toFixed(2), ratio.toFixed(1), every === 1 ? '' : '2'];
  });
  return Promise.resolve(
    table(['links in a log of 100,000 lines', 'µs a line', 'ratio to a bare regex', 'goal'], rows),
  );
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/giu;

function logLines(every: number): readonly string[] {
  const random = seededRandom(4);
  const digit = (): string => Math.floor(random() * 16).toString(16);
  return Array.from({ length: lines }, (_, at) => {
    const id = '00000000-0000-4000-8000-000000000000'.replace(/0/gu, digit);
    const what = at % every === every - 1 ? `task_id=${id}` : `page=${id.slice(0, 8)}-${at}`;
    return `2026-01-13T12:00:01.123Z INFO worker-3 pid=4312 ${what} "GET /api/v2/tasks" 200 42 ms`;
  });
}

function msOf(act: () => unknown): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}
