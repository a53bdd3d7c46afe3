import { parseTaskInput } from '../../src/core/input/taskInput';
import { seededRandom } from '../fakes/seededRandom';
import { median, table } from './table';

const megabytes = 10;
const rounds = 5;

/** How long it takes to find the tasks in ten megabytes, beside one pass of a regular expression over the same text. */
export function measurePastes(): Promise<string> {
  const rows = Object.entries(texts()).map(([name, text]) => {
    const ours: number[] = [];
    const peers: number[] = [];
    // In turns, so that both meet the same machine.
    for (let round = 0; round < rounds; round++) {
      ours.push(msOf(() => parseTaskInput(text, 'v2').refs.length));
      peers.push(msOf(() => [...text.matchAll(uuid)].length));
    }
    const ratio = median(ours) / median(peers);
    return [name, Math.round(median(ours)), Math.round(median(peers)), ratio.toFixed(1), '1000'];
  });
  return Promise.resolve(
    table(
      [`${megabytes} MB of`, 'tasks found, ms', 'one regex pass, ms', 'ratio', 'goal, ms'],
      rows,
    ),
  );
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/giu;

function texts(): Readonly<Record<string, string>> {
  const random = seededRandom(9);
  const id = (): string =>
    '00000000-0000-4000-8000-000000000000'.replace(/0/gu, () =>
      Math.floor(random() * 16).toString(16),
    );
  const ids = Array.from({ length: 500 }, id);
  const pick = (): string => ids[Math.floor(random() * ids.length)] ?? '';
  return {
    'log lines': fill(
      () =>
        `2026-01-13T12:00:01.123Z INFO worker-3 pid=4312 task=${pick()} session=${pick()} "GET /api/v2/tasks" 200 42 ms\n`,
    ),
    'log lines without IDs': fill(
      () =>
        `2026-01-13T12:00:01.123Z INFO worker-${Math.floor(random() * 99)} fetched page in 42 ms\n`,
    ),
    'pretty JSON': fill(
      () => `  ${JSON.stringify({ id: pick(), sessionId: pick(), status: 'started' }, null, 2)},\n`,
    ),
    'open brackets': fill(() => '{"a":['),
    'UUIDs that are cut': fill(() => '0b5ad6a5-8a4f-'),
  };
}

function fill(piece: () => string): string {
  const pieces: string[] = [];
  for (let length = 0; length < megabytes * 1_000_000; length += pieces.at(-1)?.length ?? 0)
    pieces.push(piece());
  return pieces.join('');
}

function msOf(act: () => number): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}
