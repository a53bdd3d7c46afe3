import { emptyAnswer, ErrorAnswer, invalid, jsonAnswer } from './answer';
import { browsersOf } from './browsers';
import { amount, amountText, checkBody, flag, list, nullable, text, uuid } from './bodyFields';
import { integerQuery, objectBody, parseUuid, uuidParameter } from './parameters';
import { newShare } from './session';
import { recordingPath } from './storedObjects';
import { refuseCosts, v4Route } from './v4Guard';
import { costAt } from './v4Lifecycle';
import { addToQueue, settleQueues } from './v4Queue';
import { conversationOf, keysetPage } from './v4Runs';
import { latestRun, queuedMessage, sessionInfo, sessionShare } from './v4Views';
import type { ApiRequest, Route } from './route';
import type { RouteContext } from './routeContext';
import type { QueuedMessage, Session } from './session';
import type { SimulatedTask } from './simulatedTask';

/** A message that was delivered is listed for so long; our reading of "lately". @see cloud-api-v3-v4.md §5 */
const deliveredForMs = 60_000;

/** v4's routes of sessions, which are conversations of runs. @see OpenAPI document of v4; cloud-api-v3-v4.md §5 */
export function v4SessionRoutes(context: RouteContext): Route[] {
  const { cloud } = context;
  const route = (name: string, answer: Route['answer']): Route => v4Route(context, name, answer);
  const sessionOf = (request: ApiRequest): Session =>
    conversationOf(context, uuidParameter(request, 'session_id'));
  const describedBy = (session: Session): SimulatedTask => {
    const latest = latestRun(context, session, 'byId');
    if (!latest) throw new ErrorAnswer(404, 'Session not found');
    return latest;
  };
  const infoAnswer = (session: Session) =>
    jsonAnswer(200, sessionInfo(context, session, describedBy(session)));

  return [
    route('GET /sessions', (request) => jsonAnswer(200, sessionList(context, request))),
    route('GET /sessions/{session_id}', (request) => infoAnswer(sessionOf(request))),
    route('PATCH /sessions/{session_id}', (request) => {
      const session = sessionOf(request);
      const body = objectBody(request);
      checkBody(body, { fields: { title: nullable(text({ most: 255 })) }, isClosed: true });
      const { title } = body;
      if (typeof title === 'string' || title === null) session.title = title;
      return infoAnswer(session);
    }),
    route('DELETE /sessions/{session_id}', (request) => {
      const id = parseUuid(request.parameters['session_id'] ?? '', ['path', 'session_id']);
      if (!cloud.deletedSessions.has(id)) cloud.deleteSession(sessionOf(request));
      return emptyAnswer(204);
    }),
    {
      name: 'POST /api/v4/sessions/{session_id}/purge',
      auth: 'v4',
      answer: (request) => {
        const session = sessionOf(request);
        if (!cloud.account.hasZeroDataRetention) {
          throw new ErrorAnswer(403, 'Project is not ZDR-enabled.');
        }
        cloud.deleteSession(session);
        return emptyAnswer(204);
      },
    },
    route('GET /sessions/{session_id}/cost', (request) =>
      jsonAnswer(200, sessionCost(context, sessionOf(request))),
    ),
    route('GET /sessions/{session_id}/cost-cap', (request) =>
      jsonAnswer(200, costCap(context, sessionOf(request))),
    ),
    route('PATCH /sessions/{session_id}/cost-cap', (request) => {
      const session = sessionOf(request);
      const body = objectBody(request);
      checkBody(body, { fields: { maxCostUsd: amount }, required: ['maxCostUsd'], isClosed: true });
      session.costCapUsd = amountText(body['maxCostUsd']) ?? undefined;
      return jsonAnswer(200, costCap(context, session));
    }),
    ...queueRoutes(context, sessionOf),
    ...shareRoutes(context, sessionOf),
  ];
}

function queueRoutes(context: RouteContext, sessionOf: (request: ApiRequest) => Session): Route[] {
  const { cloud } = context;
  const route = (name: string, answer: Route['answer']): Route =>
    v4Route(context, name.replace('/queue', '/sessions/{session_id}/queue'), answer);
  const messageOf = (request: ApiRequest): QueuedMessage => {
    const { queue } = sessionOf(request);
    const given = request.parameters['message_id'] ?? '';
    if (!/^\d+$/.test(given)) {
      const msg = 'Input should be a valid integer, unable to parse string as an integer';
      throw invalid(['path', 'message_id'], 'int_parsing', msg);
    }
    const message = queue.find(({ id }) => id === Number(given));
    if (!message) throw new ErrorAnswer(404, 'Message not found');
    return message;
  };

  return [
    route('POST /queue', (request) => {
      const session = sessionOf(request);
      const message = sendMessage(context, session, request);
      return jsonAnswer(200, queuedMessage(context, session, message));
    }),
    route('GET /queue', (request) => {
      const session = sessionOf(request);
      const sinceMs = cloud.clock.now() - deliveredForMs;
      const queue = session.queue
        .filter(({ status, createdAtMs }) =>
          status === 'consumed' ? createdAtMs >= sinceMs : status === 'pending',
        )
        .map((message) => queuedMessage(context, session, message));
      return jsonAnswer(200, { queue, steeringCutoffs: [] });
    }),
    route('GET /queue/{message_id}', (request) =>
      jsonAnswer(200, queuedMessage(context, sessionOf(request), messageOf(request))),
    ),
    route('DELETE /queue/{message_id}', (request) => {
      const message = messageOf(request);
      if (message.status !== 'pending') {
        throw new ErrorAnswer(409, 'The message is no longer pending and cannot be cancelled.');
      }
      message.status = 'cancelled';
      return jsonAnswer(200, queuedMessage(context, sessionOf(request), message));
    }),
  ];
}

function sendMessage(context: RouteContext, session: Session, request: ApiRequest): QueuedMessage {
  const { cloud } = context;
  const body = objectBody(request);
  checkBody(body, {
    fields: {
      text: text({ least: 1 }),
      interrupt: flag,
      attachedFileIds: nullable(list(uuid, 20)),
    },
    required: ['text'],
    isClosed: true,
  });
  const header = request.headers['x-v4-queue-deduplicate'];
  const deduplicate = typeof header === 'string' ? header : undefined;
  const same = session.queue.find((sent) => sent.deduplicate === deduplicate);
  if (deduplicate !== undefined && same) return same;
  refuseCosts(cloud, 0);
  const pending = session.queue.filter(({ status }) => status === 'pending');
  if (pending.length >= cloud.account.maxQueuedMessages) {
    throw new ErrorAnswer(429, 'The session message queue is full.');
  }
  const { attachedFileIds } = body;
  const message = addToQueue(cloud, session, {
    text: String(body['text']),
    isInterrupt: body['interrupt'] === true,
    attachedFileIds: Array.isArray(attachedFileIds) ? attachedFileIds.map(String) : undefined,
    deduplicate,
  });
  settleQueues(context);
  return message;
}

function shareRoutes(context: RouteContext, sessionOf: (request: ApiRequest) => Session): Route[] {
  const { cloud, presigner } = context;
  const route = (method: string, answer: Route['answer']): Route =>
    v4Route(context, `${method} /sessions/{session_id}/share`, answer);
  const shared = (session: Session) => (session.share ??= newShare(session, cloud.clock.now()));

  return [
    route('GET', (request) => {
      const session = sessionOf(request);
      const { share } = session;
      return jsonAnswer(200, share ? sessionShare(context, session, share) : null);
    }),
    route('POST', (request) => {
      const session = sessionOf(request);
      const share = shared(session);
      share.isActive = true;
      return jsonAnswer(200, sessionShare(context, session, share));
    }),
    route('PUT', (request) => {
      const session = sessionOf(request);
      const body = objectBody(request);
      checkBody(body, { fields: { isActive: flag }, required: ['isActive'], isClosed: true });
      const share = shared(session);
      share.isActive = body['isActive'] === true;
      return jsonAnswer(200, sessionShare(context, session, share));
    }),
    {
      name: 'GET /api/v4/share/{share_token}/recording',
      auth: undefined,
      answer: ({ parameters }) => {
        const token = parameters['share_token'];
        const session = [...cloud.sessions.values()].find(({ share }) => share?.token === token);
        if (!session?.share?.isActive) throw new ErrorAnswer(404, 'Share not found');
        const available = session.isRecorded && cloud.sessionEndMs(session) !== undefined;
        const options = { lifetimeSeconds: 300, isUnique: true };
        const link = available ? presigner.sign(recordingPath(session.id), options) : null;
        return jsonAnswer(200, { recordingUrl: link, available });
      },
    },
  ];
}

/** One entry for each session, ordered by its latest run. */
function sessionList(context: RouteContext, request: ApiRequest): Record<string, unknown> {
  const { cloud } = context;
  const limit = integerQuery(request, 'limit', { least: 1, most: 100, fallback: 20 });
  const latest = [...cloud.sessions.values()]
    .filter(({ apiVersion }) => apiVersion === 'v4')
    .flatMap((session) => latestRun(context, session, 'inLists') ?? []);
  const { page, nextCursor, hasMore } = keysetPage(latest, request, limit);
  const sessions = page.flatMap((run) => {
    const session = cloud.sessions.get(run.sessionId);
    return session ? [sessionInfo(context, session, run)] : [];
  });
  return { sessions, nextCursor, hasMore };
}

/** The names of the parts are ours: the document doesn't tell them. @see cloud-api-v3-v4.md §14 */
function sessionCost(context: RouteContext, session: Session): Record<string, unknown> {
  const { cloud } = context;
  const nowMs = cloud.clock.now();
  const runs = cloud.tasksOf(session);
  const llm = runs.reduce((sum, run) => sum + Number(costAt(run, nowMs)), 0);
  const hours = browsersOf(session, runs, nowMs).reduce(
    (sum, { startedAtMs, endedAtMs }) => sum + ((endedAtMs ?? nowMs) - startedAtMs) / 3_600_000,
    0,
  );
  const browser = 0.02 * hours;
  return {
    sessionId: session.id,
    llmCostUsd: llm.toFixed(6),
    browserCostUsd: browser.toFixed(6),
    proxyCostUsd: '0.000000',
    totalCostUsd: (llm + browser).toFixed(6),
  };
}

function costCap(context: RouteContext, session: Session): Record<string, unknown> {
  const { cloud } = context;
  const latest = cloud.tasksOf(session).at(-1);
  return {
    sessionId: session.id,
    spentUsd: latest ? costAt(latest, cloud.clock.now()) : '0.000000',
    maxCostUsd: session.costCapUsd ?? amountText(latest?.script.createdWith?.['maxCostUsd']),
    budgetScope: 'run',
  };
}
