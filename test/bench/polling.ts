import { fork, type ChildProcess, type Serializable } from 'node:child_process';
import * as path from 'node:path';
import type { Begun, CloudOrders, ContenderName, Finding, Traffic } from './polling/messages';
import { table } from './table';

/** Real tasks take about ninety seconds in the middle; these end evenly over thirty. See `measurePolling`. */
const spreadMs = 30_000;
const warmUpMs = 5000;
/** One warm-up leaves whoever asks seldom half compiled: measured once, a list costs twice what it costs ever after. */
const warmUps = 3;
const warmUpTasks = 1000;
const mostWarmUpWorlds = 24;
const names: Readonly<Record<ContenderName, string>> = {
  ours: 'this extension',
  sdk: 'SDK 3.11.3, `wait`',
  sdk2: 'SDK 2.0.15, `complete`',
  bare: 'the bound: bare lists',
  oneWindow: 'one window',
  threeWindows: 'three windows',
  newcomers: 'one new task beside 1,000 running',
};
const peers: readonly ContenderName[] = ['ours', 'sdk', 'sdk2'];

interface Group {
  /** Default: all of v2. */
  readonly apiVersions?: CloudOrders['apiVersions'];
  readonly tasks: number;
  /** The same several times over, each in a world of its own, so that a mean over few tasks is no accident. */
  readonly worlds: number;
  /** Goals, as ratios to the newest SDK. */
  readonly requests: number;
  readonly delay: number;
  readonly cpu?: number;
}

/** These run at the same time, which burdens the machine little. */
const hundred: Group = { tasks: 100, worlds: 2, requests: 0.03, delay: 1.1, cpu: 0.2 };
const small: readonly Group[] = [
  { tasks: 1, worlds: 24, requests: 1, delay: 1.1 },
  { tasks: 10, worlds: 6, requests: 0.2, delay: 1.1 },
  hundred,
];
const large: Group = { tasks: 1000, worlds: 1, requests: 0.02, delay: 3 };
const mostConcurrency = 4;
const pauseMs = 2000;
/** A new task beside a thousand that run. */
const mostPausesUntilSeen = 1.5;

/** For one world of a group. */
interface Figures {
  readonly requests: number;
  readonly bytes: number;
  readonly peakConcurrency: number;
  readonly cpuSeconds: number;
  readonly meanMs: number;
  readonly p95Ms: number;
}

/**
 * What it takes to learn of the ends of the same tasks, in this extension and in the official SDKs with their own ways
 * of waiting and their own pause of two seconds, over real HTTP to simulated clouds in other processes.
 * Tasks that run longer, as real ones do, cost each of them more requests in the same proportion; what this extension
 * asks once, at the beginning, then counts for less.
 */
export async function measurePolling(): Promise<string> {
  const found = new Map<string, Figures>();
  const measureInto = async (name: ContenderName, group: Group): Promise<void> => {
    found.set(`${name} ${group.tasks}`, await measure(name, group));
  };
  await Promise.all([
    ...small.flatMap((group) => peers.map((name) => measureInto(name, group))),
    measureInto('bare', hundred),
  ]);
  // A thousand keep an SDK and its cloud so busy that nobody else could be measured meanwhile.
  for (const name of peers) await measureInto(name, large);
  const rows = [...small, large].flatMap((group) =>
    [...peers, ...(group === hundred ? (['bare'] as const) : [])].map((name) =>
      row(name, group, found),
    ),
  );
  const head = ['tasks', 'who', 'requests', 'KB', 'at once', 'CPU, s', 'delay, s', 'p95, s'];
  return [
    table([...head, 'requests, ratio', 'delay, ratio', 'CPU, ratio'], rows),
    await measureNewerVersions(),
    await measureNewcomers(),
    await compareWindows(),
  ].join('\n\n');
}

/** As `measurePolling` for v3, for v4, and for a hundred tasks of four versions' kinds side by side, against each version's own wait of the SDK. */
export async function measureNewerVersions(): Promise<string> {
  const goals = [
    { tasks: 1, worlds: 24, requests: 0.9, delay: 1.1 },
    { tasks: 10, worlds: 6, requests: 0.2, delay: 1.1 },
    { tasks: 100, worlds: 2, requests: 0.03, delay: 1.1, cpu: 0.3 },
    { tasks: 1000, worlds: 1, requests: 0.02, delay: 3 },
  ];
  const kinds: readonly (readonly [string, readonly Group[]])[] = [
    ...(['v3', 'v4'] as const).map(
      (version) =>
        [version, goals.map((group): Group => ({ ...group, apiVersions: [version] }))] as const,
    ),
    [
      'v2, v3 and v4 mixed',
      [{ apiVersions: ['v2', 'v3', 'v4'], tasks: 99, worlds: 1, requests: 0.05, delay: 1.1 }],
    ],
  ];
  const rows: (string | number)[][] = [];
  for (const [kind, groups] of kinds)
    for (const group of groups) {
      const [ours, sdk] = await Promise.all([measure('ours', group), measure('sdk', group)]);
      for (const [name, figures] of [
        ['ours', ours],
        ['sdk', sdk],
      ] as const) {
        const ratio = (key: keyof Figures, goal: number | undefined): string => {
          const value = (figures[key] / sdk[key]).toFixed(3);
          return name === 'ours' && goal !== undefined ? `${value} (goal ${goal})` : value;
        };
        rows.push([
          kind,
          group.tasks,
          name === 'ours' ? names.ours : 'SDK 3.11.3, its own wait',
          round(figures.requests, 1),
          round(figures.cpuSeconds, 2),
          round(figures.meanMs / 1000, 2),
          ratio('requests', group.requests),
          ratio('meanMs', group.delay),
          ratio('cpuSeconds', group.cpu),
        ]);
      }
    }
  const head = ['API', 'tasks', 'who', 'requests', 'CPU, s', 'delay, s'];
  return table([...head, 'requests, ratio', 'delay, ratio', 'CPU, ratio'], rows);
}

/** How long it takes until a task is first seen that is tracked beside a thousand running ones. */
export async function measureNewcomers(): Promise<string> {
  const cloud = start('cloudProcess.ts');
  const contender = start('contenderProcess.ts', 'newcomers');
  try {
    await answerOf<'ready'>(contender);
    const orders: CloudOrders = {
      apiVersions: ['v2'],
      tasksPerWorld: 1010,
      worlds: 1,
      spreadMs: 3_600_000,
    };
    const { worlds } = await poll<Begun>(cloud, orders);
    const { delaysMs } = await poll<Finding>(contender, worlds);
    const pauses = delaysMs.map((delay) => delay / pauseMs).sort((a, b) => a - b);
    return table(
      [names.newcomers, 'pauses of 2 s until it is first seen'],
      [
        ['median of 10', round(pauses[pauses.length >> 1] ?? NaN, 2)],
        ['most', `${round(pauses.at(-1) ?? NaN, 2)} (goal ${mostPausesUntilSeen})`],
      ],
    );
  } finally {
    cloud.kill();
    contender.kill();
  }
}

/** What three windows cost that share their tasks, against one. The delay is until the last of them knows. */
export async function compareWindows(): Promise<string> {
  const group = { tasks: 100, worlds: 1, requests: 1.1, delay: 1.1 };
  const one = await measure('oneWindow', group);
  const three = await measure('threeWindows', group);
  const line = (name: string, figures: Figures): (string | number)[] => [
    name,
    round(figures.requests, 1),
    round(figures.bytes / 1024, 1),
    figures.peakConcurrency,
    round(figures.cpuSeconds, 2),
    round(figures.meanMs / 1000, 2),
    `${(figures.requests / one.requests).toFixed(2)}${figures === three ? ' (goal 1.1)' : ''}`,
  ];
  return table(
    ['100 tasks', 'requests', 'KB', 'at once', 'CPU, s', 'delay, s', 'requests, ratio'],
    [line('one window', one), line('three windows', three)],
  );
}

function row(
  name: ContenderName,
  group: Group,
  found: ReadonlyMap<string, Figures>,
): (string | number)[] {
  const figures = found.get(`${name} ${group.tasks}`);
  const peer = found.get(`sdk ${group.tasks}`);
  if (!figures || !peer) throw new Error(`There are no figures of ${name}.`);
  const ratio = (key: keyof Figures, goal: number | undefined): string => {
    const value = (figures[key] / peer[key]).toFixed(3);
    return name === 'ours' && goal !== undefined ? `${value} (goal ${goal})` : value;
  };
  const peak = `${figures.peakConcurrency}`;
  return [
    group.tasks,
    names[name],
    round(figures.requests, 1),
    round(figures.bytes / 1024, 1),
    name === 'ours' ? `${peak} (goal ${mostConcurrency})` : peak,
    round(figures.cpuSeconds, 2),
    round(figures.meanMs / 1000, 2),
    round(figures.p95Ms / 1000, 2),
    ratio('requests', group.requests),
    ratio('meanMs', group.delay),
    ratio('cpuSeconds', group.cpu),
  ];
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

export async function measure(name: ContenderName, group: Group): Promise<Figures> {
  const cloud = start('cloudProcess.ts');
  const contender = start('contenderProcess.ts', name);
  try {
    await answerOf<'ready'>(contender);
    const run = async (spreadMs: number, worlds: number) => {
      const { apiVersions = ['v2'], tasks: tasksPerWorld } = group;
      const orders: CloudOrders = { apiVersions, tasksPerWorld, worlds, spreadMs };
      const begun = await poll<Begun>(cloud, orders);
      return { id: begun.group, ...(await poll<Finding>(contender, begun.worlds)) };
    };
    // What is compiled at first and never again is nobody's cost of polling: an editor runs all day.
    const warmUpWorlds = Math.min(mostWarmUpWorlds, Math.ceil(warmUpTasks / group.tasks));
    for (let warmUp = 0; warmUp < warmUps; warmUp++) await run(warmUpMs, warmUpWorlds);
    const { id, delaysMs, cpuSeconds } = await run(spreadMs, group.worlds);
    const { requests, bytes, peakConcurrency } = await poll<Traffic>(cloud, { group: id });
    const sorted = [...delaysMs].sort((a, b) => a - b);
    return {
      requests: requests / group.worlds,
      bytes: bytes / group.worlds,
      peakConcurrency,
      cpuSeconds: cpuSeconds / group.worlds,
      meanMs: sorted.reduce((sum, delay) => sum + delay, 0) / sorted.length,
      p95Ms: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? NaN,
    };
  } finally {
    cloud.kill();
    contender.kill();
  }
}

function start(file: string, ...args: string[]): ChildProcess {
  return fork(path.join(__dirname, 'polling', file), args, { execArgv: ['--import', 'tsx'] });
}

function poll<T>(child: ChildProcess, question: Serializable): Promise<T> {
  const answer = answerOf<T>(child);
  child.send(question);
  return answer;
}

/** The next message. @throws {Error} when the process ends instead */
function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`A measured process ended with ${code}.`)));
    child.once('message', (message) => resolve(message as T));
  });
}
