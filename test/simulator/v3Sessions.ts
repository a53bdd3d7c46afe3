import { emptyAnswer, ErrorAnswer, invalid, jsonAnswer } from './answer';
import { amount, checkBody, flag, nullable, object, text, uuid, word } from './bodyFields';
import { integerQuery, objectBody, oneOf, parseUuid, uuidParameter } from './parameters';
import { isVisible } from './timeline';
import { accountView } from './v2Sessions';
import { refuseBeyondAccount } from './v2Tasks';
import { v3StateAt } from './v3Lifecycle';
import { messagesOf } from './v3Messages';
import { knownTasks, messageView, sessionView, updatedAtMs } from './v3Views';
import type { BodyFields } from './bodyFields';
import type { ApiRequest, Route } from './route';
import type { RouteContext } from './routeContext';
import type { Session } from './session';

/** Those of the document, and some that came later. @see cloud-api-v3-v4.md §6 */
const models = [
  'bu-mini',
  'bu-max',
  'bu-ultra',
  'gemini-3-flash',
  'claude-sonnet-4.6',
  'claude-opus-4.6',
  'claude-opus-4.7',
  'gpt-5.4-mini',
  'claude-opus-5',
  'gpt-5.6',
  'gemini-3.1-pro',
];

/** Unknown fields are ignored, names in snake_case among them. */
const createFields: BodyFields = {
  fields: {
    task: nullable(text({})),
    model: word(models),
    sessionId: nullable(uuid),
    keepAlive: flag,
    maxCostUsd: nullable(amount),
    profileId: nullable(uuid),
    workspaceId: nullable(uuid),
    proxyCountryCode: nullable(text({})),
    outputSchema: nullable(object),
    enableScheduledTasks: flag,
    sensitiveData: nullable(object),
    enableRecording: flag,
    skills: flag,
    agentmail: flag,
    codeMode: flag,
    cacheScript: nullable(flag),
    useOwnKey: flag,
    autoHeal: flag,
  },
  isClosed: false,
};

/** v3's session and billing routes. @see OpenAPI document of v3; cloud-api-v3-v4.md §4 */
export function v3SessionRoutes(context: RouteContext): Route[] {
  const { cloud } = context;
  const route = (name: string, answer: Route['answer']): Route => ({
    name: name.replace(' ', ' /api/v3'),
    auth: 'v3',
    answer,
  });
  const find = (id: string): Session => {
    const session = cloud.sessions.get(id);
    const first = session && cloud.tasksOf(session)[0];
    const isKnown = !first || isVisible(first, 'byId', cloud.clock.now());
    if (session?.apiVersion !== 'v3' || !isKnown) throw new ErrorAnswer(404, 'Session not found');
    return session;
  };
  const sessionOf = (request: ApiRequest): Session => find(uuidParameter(request, 'session_id'));

  return [
    route('POST /sessions', (request) =>
      jsonAnswer(200, sessionView(context, createSession(context, request, find), 'one')),
    ),
    route('GET /sessions', (request) => jsonAnswer(200, sessionList(context, request))),
    route('GET /sessions/{session_id}', (request) =>
      jsonAnswer(200, sessionView(context, sessionOf(request), 'one')),
    ),
    route('DELETE /sessions/{session_id}', (request) => {
      cloud.deleteSession(sessionOf(request));
      return emptyAnswer(204);
    }),
    route('POST /sessions/{session_id}/stop', (request) => {
      const session = sessionOf(request);
      stop(context, session, request);
      return jsonAnswer(200, sessionView(context, session, 'one'));
    }),
    route('GET /sessions/{session_id}/messages', (request) =>
      jsonAnswer(200, messageList(context, sessionOf(request), request)),
    ),
    route('GET /billing/account', () => jsonAnswer(200, accountView(context))),
  ];
}

function createSession(
  context: RouteContext,
  request: ApiRequest,
  find: (id: string) => Session,
): Session {
  const { cloud } = context;
  const body = objectBody(request);
  checkBody(body, createFields);
  const { task: prompt } = body;
  const named = body['sessionId'];
  const existing = typeof named === 'string' ? find(parseUuid(named, ['body'])) : undefined;
  if (typeof prompt !== 'string') {
    if (existing) throw invalid(['body', 'task'], 'missing', 'Field required');
    refuseBeyondAccount(cloud, 1);
    return cloud.addSession({
      apiVersion: 'v3',
      keepAlive: body['keepAlive'] === true,
      persistMemory: true,
      isRecorded: body['enableRecording'] === true,
      createdWith: body,
    });
  }
  if (existing) {
    const { status } = v3StateAt(existing, knownTasks(context, existing), cloud.clock.now());
    const isWaiting = cloud
      .tasksOf(existing)
      .some((task) => task.stateAt(cloud.clock.now()).finishedAtMs === undefined);
    // A session that is given a task is idle for a while, though it can take no other.
    if (status !== 'idle' || isWaiting) throw new ErrorAnswer(409, 'Session is not idle');
    existing.keepAlive = body['keepAlive'] === true;
  }
  refuseBeyondAccount(cloud, existing ? 0 : 1);
  const { model } = body;
  const added = cloud.addTask({
    createdWith: body,
    keepAlive: body['keepAlive'] === true,
    isRecorded: body['enableRecording'] === true,
    ...(typeof model === 'string' ? { llm: model } : {}),
    ...context.scriptFor({ apiVersion: 'v3', prompt, body }),
    apiVersion: 'v3',
    ...(existing ? { sessionId: existing.id } : {}),
  });
  return find(added.sessionId);
}

/** Those that changed last come first, which is our reading: the cloud promises no order. */
function sessionList(context: RouteContext, request: ApiRequest): Record<string, unknown> {
  const { cloud } = context;
  const page = integerQuery(request, 'page', { least: 1, fallback: 1 });
  const pageSize = integerQuery(request, 'page_size', { least: 1, most: 100, fallback: 20 });
  const nowMs = cloud.clock.now();
  const changedAtMs = (session: Session): number => {
    const tasks = knownTasks(context, session);
    return updatedAtMs(session, tasks, v3StateAt(session, tasks, nowMs), nowMs);
  };
  const sessions = [...cloud.sessions.values()]
    .filter(({ apiVersion }) => apiVersion === 'v3')
    .filter((session) => {
      const first = cloud.tasksOf(session)[0];
      return !first || isVisible(first, 'inLists', nowMs);
    })
    .map((session) => ({ session, changedAtMs: changedAtMs(session) }))
    .toReversed()
    .toSorted((a, b) => b.changedAtMs - a.changedAtMs);
  return {
    sessions: sessions
      .slice((page - 1) * pageSize, page * pageSize)
      .map(({ session }) => sessionView(context, session, 'listed')),
    total: sessions.length,
    page,
    pageSize,
  };
}

/** A session that has ended stays as it is, which is our reading. @see cloud-api-v3-v4.md §14 */
function stop({ cloud }: RouteContext, session: Session, request: ApiRequest): void {
  const hasBody = request.body.length > 0 && request.body.toString() !== 'null';
  const strategy = hasBody ? (objectBody(request)['strategy'] ?? 'session') : 'session';
  if (oneOf(strategy, ['task', 'session'], ['body', 'strategy']) === 'session') {
    cloud.stopSession(session);
    return;
  }
  if (cloud.sessionEndMs(session) !== undefined) return;
  session.keepAlive = true;
  for (const task of cloud.tasksOf(session)) task.stop(cloud.clock.now());
}

function messageList(
  context: RouteContext,
  session: Session,
  request: ApiRequest,
): Record<string, unknown> {
  const limit = integerQuery(request, 'limit', { least: 1, most: 100, fallback: 10 });
  const nowMs = context.cloud.clock.now();
  const tasks = knownTasks(context, session);
  const { endedAtMs } = v3StateAt(session, tasks, nowMs);
  const messages = messagesOf(tasks, endedAtMs ?? nowMs);
  const placeOf = (name: 'after' | 'before'): number | undefined => {
    const given = request.query.get(name);
    if (given === null) return undefined;
    const loc = ['query', name];
    const id = parseUuid(given, loc);
    const index = messages.findIndex((message) => message.id === id);
    if (index < 0) throw invalid(loc, 'value_error', 'Value error, no message has this ID');
    return index;
  };
  const from = (placeOf('after') ?? -1) + 1;
  const before = placeOf('before');
  const candidates = messages.slice(from, before);
  const page = before === undefined ? candidates.slice(0, limit) : candidates.slice(-limit);
  return {
    messages: page.map((message) => messageView(context, session, message)),
    hasMore: candidates.length > page.length,
  };
}
