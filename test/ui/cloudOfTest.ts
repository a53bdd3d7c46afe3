import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { virtualClock } from '../simulator/clock';
import {
  simulatorKey,
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from '../simulator/startSimulator';
import { until } from './until';
import { openWorkbench, type Workbench, type WorkbenchOptions } from './workbench';

/** Below those that systems hand out, so that nobody else gets one; another block for each process. */
const firstPort = 20_000 + (process.pid % 200) * 60;
const ports = Array.from({ length: 60 }, (_, index) => firstPort + index);
let nextPort = 0;

/** The key of the simulated cloud in the environment of VS Code, for each cloud that `startStillCloud` will start. */
export const simulatorEnvironment: Readonly<Record<string, string>> = {
  BROWSER_USE_API_KEY: simulatorKey,
  BROWSER_USE_BASE_URL: ports.map((port) => `http://127.0.0.1:${port}`).join(' '),
};

/**
 * A cloud whose clock stands at the present until a test moves it: nothing in it happens by itself. Each has an address of its
 * own, for which `simulatorEnvironment` gives the key. Who starts it closes it.
 */
export async function startStillCloud(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = virtualClock(Date.now());
  return atOwnPort((port) => startSimulator({ clock, port, ...options }));
}

/** A server that has a cloud below a path. */
export interface Gateway {
  /** With the path. */
  readonly url: string;
  close(): Promise<void>;
}

/** Puts a cloud below a path of another server, for which `simulatorEnvironment` gives the key, too. Who starts it closes it. */
export async function startGateway(simulator: Simulator): Promise<Gateway> {
  const path = '/browser-use';
  const server = createServer((request, response) => {
    const { method, headers, url = '' } = request;
    if (!url.startsWith(`${path}/`)) return void response.writeHead(404).end();
    const onward = httpRequest(`${simulator.url}${url.slice(path.length)}`, { method, headers });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  return atOwnPort(async (port) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return {
      url: `http://127.0.0.1:${port}${path}`,
      async close() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  });
}

async function atOwnPort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (;;) {
    const port = ports[nextPort++];
    if (port === undefined)
      throw new Error(`More than ${ports.length} servers: reserve more ports.`);
    try {
      return await start(port);
    } catch (error) {
      // Somebody else has it: the next one.
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
}

/** What the tests of a `describe` work with. */
interface Opened {
  readonly workbench: Workbench;
  readonly simulator: Simulator;
}

/** Opens one window for all tests of a `describe`, with its view, and hands each test a cloud of its own. */
export function withCloudForEachTest(
  take: (opened: Opened) => void,
  options: WorkbenchOptions = {},
): void {
  let opened: Opened;
  let workbench: Workbench;
  before(async () => {
    // Nothing answers there.
    workbench = await openAt('http://127.0.0.1:1', options);
  });
  beforeEach(async () => {
    opened = { workbench, simulator: await startStillCloud() };
    take(opened);
    await pointAt(workbench, opened.simulator);
  });
  afterEach(() => opened.simulator.close());
  after(() => workbench.close());
}

/** Opens one window for all tests of a `describe`, with its view, on one cloud that has no tasks yet. */
export function withCloudForAllTests(
  take: (opened: Opened) => void,
  options: WorkbenchOptions = {},
): void {
  let opened: Opened;
  before(async () => {
    const simulator = await startStillCloud();
    opened = { workbench: await openAt(simulator.url, options), simulator };
    take(opened);
  });
  after(async () => {
    await opened.workbench.close();
    await opened.simulator.close();
  });
}

async function openAt(url: string, options: WorkbenchOptions): Promise<Workbench> {
  const workbench = await openWorkbench({
    env: simulatorEnvironment,
    ...options,
    settings: { 'browserUseTasks.baseUrl': url, ...options.settings },
  });
  await workbench.openView();
  return workbench;
}

/** Lets the workbench talk to another cloud. Each has its own tracked tasks, so this clears the view. */
export async function pointAt(workbench: Workbench, { url }: Simulator): Promise<void> {
  await workbench.applySettings({ 'browserUseTasks.baseUrl': url });
  await until('An empty view', async () => (await workbench.rows()).length === 0);
  await until('The welcome view', async () => (await workbench.welcomeText()).includes('Track'));
}

/** Tracks tasks by the palette, as a person would. */
export async function track(workbench: Workbench, text: string): Promise<void> {
  // As a person does: copied first, so that the box opens with it in the clipboard.
  await workbench.copy(text);
  await workbench.runCommand('Browser Use: Track Task…');
  await workbench.pasteInput(text);
  await workbench.page.keyboard.press('Enter');
  await workbench.quickInput().waitFor({ state: 'hidden' });
}

/** Has a cloud take an ID for none, until its faults are cleared: such a task is missing at once. */
export function refuseId(simulator: Simulator, id: string): void {
  const detail = [{ loc: ['path', 'task_id'], msg: 'Input should be a valid UUID' }];
  simulator.faults.add({
    route: `GET /api/*/${id}*`,
    effect: { kind: 'answer', status: 422, body: { detail } },
  });
}
