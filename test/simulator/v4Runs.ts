import { ErrorAnswer, jsonAnswer } from './answer';
import { amount, checkBody, flag, integer, list, nullable, object } from './bodyFields';
import { record, text, uuid, word } from './bodyFields';
import { opaqueCursor, readCursor } from './cursor';
import { flagQuery, integerQuery, isObject, objectBody, parseUuid } from './parameters';
import { uuidParameter } from './parameters';
import { isVisible } from './timeline';
import { newestFirst } from './v2Tasks';
import { eventsOf } from './v4Events';
import { refuseCosts, v4Route } from './v4Guard';
import { isActive, v4StatusWord } from './v4Lifecycle';
import { startRun } from './v4Queue';
import { runCreateResponse, runEvent, runSummary } from './v4Views';
import type { BodyFields } from './bodyFields';
import type { ApiRequest, Route } from './route';
import type { RouteContext } from './routeContext';
import type { Session } from './session';
import type { SimulatedTask } from './simulatedTask';

/** Those of both documents of v4. @see cloud-api-v3-v4.md §1, on how they grow */
const models = [
  'bu-fast',
  'bu-ultrafast',
  'claude-fable-5',
  'claude-opus-4.7',
  'claude-opus-4.8',
  'claude-opus-5',
  'claude-sonnet-5',
  'deepseek-v4-flash-vision',
  'gemini-3-flash',
  'gemini-3.1-pro',
  'gemini-3.5-flash',
  'gemini-3.6-flash',
  'glm-5.2',
  'glm-5.3-flash',
  'gpt-5.5',
  'gpt-5.6',
  'gpt-5.6-luna',
  'gpt-5.6-sol',
  'gpt-5.6-terra',
  'gpt-6-astra',
  'gpt-6-luna',
  'grok-4.5',
  'grok-4.6',
  'kimi-k3',
  'minimax-m3',
];

const browserSettings: BodyFields = {
  fields: {
    profileId: nullable(uuid),
    proxyCountryCode: nullable(text({})),
    customProxy: nullable(object),
    screenWidth: nullable(integer({ least: 320, most: 6_144 })),
    screenHeight: nullable(integer({ least: 320, most: 3_456 })),
    record: nullable(flag),
  },
  isClosed: true,
};

const createFields: BodyFields = {
  fields: {
    task: text({ least: 1 }),
    model: word(models),
    sessionId: nullable(uuid),
    workspaceId: nullable(uuid),
    browserSettings: nullable(record(browserSettings)),
    attachedFileIds: nullable(list(uuid, 20)),
    judge: nullable(
      record({ fields: { context: nullable(text({ most: 10_000 })) }, isClosed: true }),
    ),
    maxCostUsd: nullable(amount),
    modelParams: nullable(object),
    agentmail: flag,
    agentcardWalletId: nullable(text({})),
    stripeLinkConnectionId: nullable(text({})),
    opVaultId: nullable(text({})),
    opVaultAllowedDomains: nullable(list(text({}), Infinity)),
    secretBindings: nullable(list(object, 10)),
    outputSchema: nullable(object),
  },
  required: ['task'],
  isClosed: true,
};

/** The most runs that one page holds, whatever is asked for; our reading. @see cloud-api-v3-v4.md §14 */
const maxRuns = 100;

/** v4's routes of runs. @see OpenAPI document of v4; cloud-api-v3-v4.md §5 */
export function v4RunRoutes(context: RouteContext): Route[] {
  const { cloud } = context;
  const route = (name: string, answer: Route['answer']): Route => v4Route(context, name, answer);
  const runOf = (request: ApiRequest): SimulatedTask => {
    const run = cloud.tasks.get(uuidParameter(request, 'run_id'));
    if (run?.apiVersion !== 'v4' || !isVisible(run, 'byId', cloud.clock.now())) {
      throw new ErrorAnswer(404, 'Run not found');
    }
    return run;
  };

  return [
    route('POST /runs', (request) => jsonAnswer(200, createRun(context, request))),
    route('GET /runs', (request) => jsonAnswer(200, runList(context, request))),
    route('GET /runs/{run_id}', (request) => jsonAnswer(200, runSummary(context, runOf(request)))),
    route('GET /runs/{run_id}/status', (request) =>
      jsonAnswer(200, { status: v4StatusWord(runOf(request), cloud.clock.now()) }),
    ),
    route('GET /runs/{run_id}/events', (request) =>
      jsonAnswer(200, eventList(context, runOf(request), request)),
    ),
    route('POST /runs/{run_id}/cancel', (request) => {
      const run = runOf(request);
      run.stop(cloud.clock.now());
      return jsonAnswer(200, runSummary(context, run));
    }),
    route('GET /runs/{run_id}/attachments', (request) =>
      jsonAnswer(200, { attachments: attachmentsOf(context, runOf(request)) }),
    ),
  ];
}

function createRun(context: RouteContext, request: ApiRequest): Record<string, unknown> {
  const { cloud } = context;
  const nowMs = cloud.clock.now();
  const body = objectBody(request);
  checkBody(body, createFields);
  const named = body['sessionId'];
  const session =
    typeof named === 'string' ? conversationOf(context, parseUuid(named, ['body'])) : undefined;
  const workspaceId = workspaceIdIn(context, body, session);
  const settings = isObject(body['browserSettings']) ? body['browserSettings'] : {};
  if (session) refuseOtherProfile(session, settings);
  const runs = session ? cloud.tasksOf(session) : [];
  if (runs.some((run) => isActive(run, nowMs))) {
    throw new ErrorAnswer(409, 'Session already has an active run');
  }
  const holdsSlot = session !== undefined && cloud.sessionEndMs(session) === undefined;
  refuseCosts(cloud, holdsSlot ? 0 : 1);
  const run = startRun(context, {
    session,
    prompt: String(body['task']),
    body,
    createdAtMs: nowMs,
    isRecorded: settings['record'] === true,
  });
  const attached = Array.isArray(body['attachedFileIds']) ? body['attachedFileIds'] : [];
  const workspace = cloud.workspaces.get(
    workspaceId ?? cloud.sessions.get(run.sessionId)?.workspaceId ?? '',
  );
  const missing = attached.map(String).filter((id) => !workspace?.uploads.has(id));
  return runCreateResponse(context, run, missing);
}

function workspaceIdIn(
  { cloud }: RouteContext,
  body: Readonly<Record<string, unknown>>,
  session: Session | undefined,
): string | undefined {
  const named = body['workspaceId'];
  if (typeof named !== 'string') return undefined;
  const id = parseUuid(named, ['body', 'workspaceId']);
  const workspace = cloud.workspaces.get(id);
  if (!workspace || workspace.isArchived) throw new ErrorAnswer(404, 'Workspace not found');
  if (session && session.workspaceId !== id) {
    throw new ErrorAnswer(400, 'The session belongs to another workspace');
  }
  return id;
}

/** @see OpenAPI document of v4, `RunBrowserSettings` */
function refuseOtherProfile(session: Session, settings: Readonly<Record<string, unknown>>): void {
  const { profileId } = settings;
  const before = session.createdWith['browserSettings'];
  const profileBefore = isObject(before) ? (before['profileId'] ?? null) : null;
  if (typeof profileId === 'string' && profileBefore !== null && profileId !== profileBefore) {
    throw new ErrorAnswer(400, 'The session belongs to another profile');
  }
}

/** The session of v4 with this ID. @throws {ErrorAnswer} 404 */
export function conversationOf({ cloud }: RouteContext, id: string): Session {
  const session = cloud.sessions.get(id);
  if (session?.apiVersion !== 'v4') throw new ErrorAnswer(404, 'Session not found');
  return session;
}

function runList(context: RouteContext, request: ApiRequest): Record<string, unknown> {
  const { cloud } = context;
  const limit = integerQuery(request, 'limit', { least: 1, fallback: 50 });
  const named = request.query.get('sessionId');
  const sessionId = named === null ? undefined : parseUuid(named, ['query', 'sessionId']);
  const nowMs = cloud.clock.now();
  const runs = newestFirst(cloud, 'v4')
    .filter((run) => isVisible(run, 'inLists', nowMs))
    .filter((run) => sessionId === undefined || run.sessionId === sessionId);
  const { page, nextCursor, hasMore } = keysetPage(runs, request, Math.min(limit, maxRuns));
  return { runs: page.map((run) => runSummary(context, run)), nextCursor, hasMore };
}

/** A page of runs by their time of creation and their ID, the newest first: what is added later doesn't shift it. */
export function keysetPage(
  runs: readonly SimulatedTask[],
  request: ApiRequest,
  limit: number,
): { page: SimulatedTask[]; nextCursor: string | null; hasMore: boolean } {
  const cursor = request.query.get('cursor');
  const [beforeMs, beforeId] = cursor === null ? [Infinity, ''] : readCursor(cursor, [0, '']);
  const older = runs
    .toSorted((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1))
    .filter(
      ({ createdAtMs, id }) =>
        createdAtMs < beforeMs || (createdAtMs === beforeMs && id < beforeId),
    );
  const page = older.slice(0, limit);
  const last = page.at(-1);
  const hasMore = older.length > page.length;
  return {
    page,
    nextCursor: hasMore && last ? opaqueCursor([last.createdAtMs, last.id]) : null,
    hasMore,
  };
}

/** A full page says that there is more, even if there is nothing more; our reading, and what a client must bear. */
function eventList(
  context: RouteContext,
  run: SimulatedTask,
  request: ApiRequest,
): Record<string, unknown> {
  const limit = integerQuery(request, 'limit', { least: 1, fallback: 200 });
  const after = integerQuery(request, 'after', { least: 0, fallback: 0 });
  const includesOutput = flagQuery(request, 'include_output', true);
  const page = eventsOf(context, run)
    .filter(({ id }) => id > after)
    .slice(0, limit);
  return {
    events: page.map((event) => runEvent(context, run, event, includesOutput)),
    nextAfter: page.at(-1)?.id ?? null,
    hasMore: page.length === limit,
  };
}

function attachmentsOf({ cloud }: RouteContext, run: SimulatedTask): Record<string, unknown>[] {
  const workspaceId = cloud.sessions.get(run.sessionId)?.workspaceId ?? '';
  const uploads = cloud.workspaces.get(workspaceId)?.uploads;
  const ids = run.script.createdWith?.['attachedFileIds'];
  return (Array.isArray(ids) ? ids.map(String) : []).flatMap((id) => {
    const upload = uploads?.get(id);
    if (!upload) return [];
    return [
      {
        id,
        name: upload.name,
        contentType: upload.contentType,
        sizeBytes: upload.size ?? 0,
        status: upload.content ? 'uploaded' : 'pending',
      },
    ];
  });
}
