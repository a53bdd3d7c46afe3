import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ApiVersion } from '../../src/core/cloud/task';
import { emptyAnswer, ErrorAnswer, jsonAnswer } from './answer';
import type { Answer } from './answer';
import { runningClock } from './clock';
import type { Clock } from './clock';
import { browserRoutes } from './browserRoutes';
import { createCloud } from './cloud';
import type { Account } from './cloud';
import { controlRoutes } from './controlRoutes';
import { createCounter } from './counts';
import type { Counts } from './counts';
import { deliver, pause } from './delivery';
import { createFaults } from './faults';
import type { Faults } from './faults';
import { naiveUtc, zonedUtc } from './moments';
import { livePageRoutes } from './livePages';
import { createPresigner } from './presigner';
import { createRouter } from './route';
import { createThrottle } from './rateLimits';
import type { RateLimits } from './rateLimits';
import type { ApiRequest, RouteMatch } from './route';
import type { CreatedTask, RouteContext } from './routeContext';
import type { Session } from './session';
import type { SimulatedTask } from './simulatedTask';
import { apiVersions as everyVersion } from '../../src/core/cloud/versionList';
import { storedObjectRoutes } from './storedObjects';
import type { TaskScript } from './taskScript';
import { v1Routes } from './v1Routes';
import { v2SessionRoutes } from './v2Sessions';
import { v2TaskRoutes } from './v2Tasks';
import { v3SessionRoutes } from './v3Sessions';
import { v4RunRoutes } from './v4Runs';
import { v4SessionRoutes } from './v4Sessions';
import { workspaceRoutes } from './workspaces';

/** Browser Use Cloud in this process: a server on loopback that speaks v1 to v4, with scripted tasks and faults. */
export interface Simulator {
  /** What a client takes for the cloud's base URL, without a slash at the end: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The keys that it takes, for all API versions; may be changed while it runs. */
  readonly keys: Set<string>;
  /** The API versions that it serves; every route of another answers 404 `Not Found`. May be changed while it runs. */
  readonly apiVersions: Set<ApiVersion>;
  readonly clock: Clock;
  /** The names of all its routes: `GET /api/v2/tasks/{task_id}` and so on. */
  readonly routeNames: readonly string[];
  readonly tasks: ReadonlyMap<string, SimulatedTask>;
  readonly sessions: ReadonlyMap<string, Session>;
  readonly account: Account;
  readonly faults: Faults;
  readonly counts: Counts;
  /** @throws {Error} when a task with this ID exists. */
  addTask(script: TaskScript): SimulatedTask;
  /** Ends the server and all its connections, also those in the middle of an answer. May be called twice. */
  close(): Promise<void>;
}

export interface SimulatorOptions {
  /** Default: one that runs in real time. */
  readonly clock?: Clock;
  /** Default: only `simulatorKey`. */
  readonly keys?: readonly string[];
  /** Default: any free port. */
  readonly port?: number;
  /** Default: all. */
  readonly apiVersions?: readonly ApiVersion[];
  /** v1 as the public self-hosted servers speak it, which have no list and no account. Default: as the cloud's documents have it. */
  readonly isSelfHosted?: boolean;
  readonly account?: Partial<Account>;
  /** How long presigned links are good for, by the simulator's clock. Default: 300. */
  readonly presignedSeconds?: number;
  /** The project's request rate. Default: as many requests as anybody likes. */
  readonly rateLimits?: RateLimits;
  /** Whether v3 and v4 write moments without a zone, as v2 does; which is true is not known (cloud-api-v3-v4.md §14). Default: false. */
  readonly hasNaiveMoments?: boolean;
  /** The script of a task that a client creates. Default: three steps that take two seconds each. */
  readonly scriptFor?: (created: CreatedTask) => TaskScript;
}

/** The key that a simulator takes unless told otherwise. It opens nothing anywhere else. */
export const simulatorKey = 'bu_simulator_key';

/** The longest body of a request that is read, in bytes. */
const maxRequestBytes = 4 << 20;
/** The same for what goes to the file store. */
const maxUploadBytes = 64 << 20;

/** Starts a simulator on 127.0.0.1. Who starts it closes it. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = options.clock ?? runningClock();
  const cloud = createCloud(clock, options.account);
  const keys = new Set(options.keys ?? [simulatorKey]);
  const apiVersions = new Set<ApiVersion>(options.apiVersions ?? everyVersion);
  const faults = createFaults();
  const counter = createCounter();
  const { counts } = counter;
  const throttle = options.rateLimits && createThrottle(clock, options.rateLimits);
  let url = '';
  const lifetimeSeconds = options.presignedSeconds ?? 300;
  const context: RouteContext = {
    cloud,
    presigner: createPresigner({ clock, baseUrl: () => url, lifetimeSeconds }),
    baseUrl: () => url,
    isSelfHosted: options.isSelfHosted ?? false,
    moment: options.hasNaiveMoments ? naiveUtc : zonedUtc,
    scriptFor: options.scriptFor ?? (({ prompt }) => ({ prompt })),
  };
  const routes = [
    ...v1Routes(context),
    ...v2TaskRoutes(context),
    ...v2SessionRoutes(context),
    ...v3SessionRoutes(context),
    ...workspaceRoutes(context, 'v3'),
    ...browserRoutes(context, 'v3'),
    ...v4RunRoutes(context),
    ...v4SessionRoutes(context),
    ...workspaceRoutes(context, 'v4'),
    ...browserRoutes(context, 'v4'),
    ...storedObjectRoutes(context),
    ...livePageRoutes(context),
  ];
  const matchRoute = createRouter(routes);

  const matchControl = createRouter(controlRoutes({ cloud, faults, counts, keys, apiVersions }));

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const { pathname, searchParams } = new URL(`http://simulator${request.url ?? '/'}`);
    const isControl = pathname.startsWith('/simulator/');
    const isUpload = pathname.startsWith('/presigned/');
    const match = isControl ? matchControl(method, pathname) : matchRoute(method, pathname);
    const routeName = match.kind === 'found' ? match.route.name : `${method} unknown`;
    if (isControl) counter.ignore(request, response);
    else counter.begin(request, response, routeName, clock.now());
    // A client reads the cloud's clock there.
    response.setHeader('date', new Date(clock.now()).toUTCString());
    const body = await readBody(request, isUpload ? maxUploadBytes : maxRequestBytes);
    if (body === undefined) {
      return deliver(response, jsonAnswer(413, { detail: 'Request body too large' }), undefined);
    }
    const fault = isControl ? undefined : faults.take(routeName, `${method} ${pathname}`);
    const { headers } = request;
    const answer = fault?.preventsAction
      ? emptyAnswer(502)
      : await answerTo(match, {
          method,
          path: pathname,
          parameters: match.kind === 'found' ? match.parameters : {},
          query: searchParams,
          headers,
          body,
        });
    // The delay is on the answer's way, so that a late answer tells what was true when it was asked for.
    if (fault?.delayMs) await pause(response, fault.delayMs);
    await deliver(response, answer, fault?.effect);
  }

  async function answerTo(match: RouteMatch, request: ApiRequest): Promise<Answer> {
    const version = /^\/api\/(v\d+)\//.exec(request.path)?.[1];
    const isServed = version === undefined || [...apiVersions].some((one) => one === version);
    if (match.kind === 'unknown' || !isServed) return jsonAnswer(404, { detail: 'Not Found' });
    if (match.kind === 'wrongMethod') {
      const answer = jsonAnswer(405, { detail: 'Method Not Allowed' });
      return { ...answer, headers: { ...answer.headers, allow: match.allowed } };
    }
    const refusal = refusalOf(match.route.auth, request, keys);
    if (refusal) return refusal;
    const turn = match.route.auth ? throttle?.take(match.route.name) : undefined;
    if (turn?.refusal) return turn.refusal;
    try {
      const answer = await match.route.answer(request);
      return { ...answer, headers: { ...answer.headers, ...turn?.headers } };
    } catch (error) {
      if (error instanceof ErrorAnswer) return error.answer;
      throw error;
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.destroyed) return;
      // A mistake in the simulator itself: say so loudly instead of passing for a fault of the cloud.
      console.error('The simulator failed to answer', request.method, request.url, error);
      response.destroy();
    });
  });
  // Longer than any client's own, so that no request meets a connection that is just being closed.
  server.keepAliveTimeout = 65_000;
  const sockets = trackSockets(server);
  await listen(server, options.port ?? 0);
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    keys,
    apiVersions,
    clock,
    routeNames: routes.map((route) => route.name),
    tasks: cloud.tasks,
    sessions: cloud.sessions,
    account: cloud.account,
    faults,
    counts,
    addTask: (script) => cloud.addTask(script),
    close: async () => {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** @see cloud-api.md §1 and §5; which of its messages mean a wrong key is our reading */
function refusalOf(
  auth: ApiVersion | undefined,
  { headers }: ApiRequest,
  keys: ReadonlySet<string>,
): Answer | undefined {
  switch (auth) {
    case undefined:
      return undefined;
    case 'v1': {
      const key = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
      if (key === undefined) return jsonAnswer(401, { detail: 'Not authenticated' });
      return keys.has(key) ? undefined : jsonAnswer(401, { detail: 'Invalid API key' });
    }
    case 'v2':
    case 'v3':
    case 'v4': {
      const key = headers['x-browser-use-api-key'];
      if (typeof key !== 'string' || key === '') {
        return jsonAnswer(401, { detail: 'X-Browser-Use-API-Key header is required' });
      }
      return keys.has(key) ? undefined : jsonAnswer(401, { detail: 'Invalid API key' });
    }
  }
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= maxBytes) parts.push(part);
  }
  return length <= maxBytes ? Buffer.concat(parts) : undefined;
}

function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
