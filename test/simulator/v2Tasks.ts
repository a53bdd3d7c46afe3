import { ErrorAnswer, invalid, jsonAnswer } from './answer';
import { checkBody, flag, integer, list, nullable, object, record, text, uuid } from './bodyFields';
import { integerQuery, momentQuery, objectBody, oneOf, parseUuid } from './parameters';
import { isObject, textField, uuidParameter, wordQuery } from './parameters';
import { logPath, outputFilePath } from './storedObjects';
import { fileId, taskItemView, taskStatusView, taskView, v2StatusWord } from './v2Views';
import type { BodyFields } from './bodyFields';
import type { Cloud } from './cloud';
import type { ApiRequest, Route } from './route';
import type { RouteContext } from './routeContext';
import type { SimulatedTask } from './simulatedTask';

/** Those that are not read one by one; unknown ones are ignored. @see OpenAPI document of v2, `CreateTaskRequest` */
const createFields: BodyFields = {
  fields: {
    startUrl: nullable(text({})),
    maxSteps: integer({ least: 1, most: 10_000 }),
    structuredOutput: nullable(text({})),
    allowedDomains: nullable(list(text({}), Infinity)),
    secrets: nullable(object),
    judge: flag,
    sessionSettings: nullable(record({ fields: { profileId: nullable(uuid) }, isClosed: false })),
  },
  isClosed: false,
};

const statusLabels = ['created', 'started', 'finished', 'failed', 'stopped'] as const;

/** v2's task and file routes. @see the OpenAPI document of v2 */
export function v2TaskRoutes(context: RouteContext): Route[] {
  const { cloud, presigner } = context;

  const taskOf = (request: ApiRequest): SimulatedTask => {
    const task = cloud.tasks.get(uuidParameter(request, 'task_id'));
    if (task?.apiVersion !== 'v2') throw new ErrorAnswer(404, 'Task not found');
    return task;
  };

  return [
    {
      name: 'POST /api/v2/tasks',
      auth: 'v2',
      answer: (request) => {
        const task = createTask(context, request);
        return jsonAnswer(202, { id: task.id, sessionId: task.sessionId });
      },
    },
    {
      name: 'GET /api/v2/tasks',
      auth: 'v2',
      answer: (request) => jsonAnswer(200, taskList(context, request)),
    },
    {
      name: 'GET /api/v2/tasks/{task_id}',
      auth: 'v2',
      answer: (request) => jsonAnswer(200, taskView(context, taskOf(request))),
    },
    {
      name: 'PATCH /api/v2/tasks/{task_id}',
      auth: 'v2',
      answer: (request) => {
        const task = taskOf(request);
        const { action } = objectBody(request);
        if (action === undefined) throw invalid(['body', 'action'], 'missing', 'Field required');
        const requested = oneOf(action, ['stop', 'stop_task_and_session'], ['body', 'action']);
        task.stop(cloud.clock.now());
        const session = cloud.sessions.get(task.sessionId);
        if (requested === 'stop_task_and_session' && session) cloud.stopSession(session);
        return jsonAnswer(200, taskView(context, task));
      },
    },
    {
      name: 'GET /api/v2/tasks/{task_id}/status',
      auth: 'v2',
      answer: (request) => jsonAnswer(200, taskStatusView(context, taskOf(request))),
    },
    {
      name: 'GET /api/v2/tasks/{task_id}/logs',
      auth: 'v2',
      answer: (request) =>
        jsonAnswer(200, { downloadUrl: presigner.sign(logPath(taskOf(request).id)) }),
    },
    {
      name: 'GET /api/v2/files/tasks/{task_id}/output-files/{file_id}',
      auth: 'v2',
      answer: (request) => {
        const preferred = uuidParameter(request, 'file_id');
        const task = taskOf(request);
        const file = task
          .stateAt(cloud.clock.now())
          .files.find((candidate) => fileId(task.id, candidate.name) === preferred);
        if (!file) throw new ErrorAnswer(404, 'Output file not found');
        const downloadUrl = presigner.sign(outputFilePath(task.id, file.name));
        return jsonAnswer(200, { id: preferred, fileName: file.name, downloadUrl });
      },
    },
  ];
}

/** One page, newest first, which is our reading: the cloud promises no order. */
function taskList(context: RouteContext, request: ApiRequest): Record<string, unknown> {
  const pageSize = integerQuery(request, 'pageSize', { least: 1, most: 100, fallback: 10 });
  const pageNumber = integerQuery(request, 'pageNumber', { least: 1, fallback: 1 });
  const session = request.query.get('sessionId');
  const sessionId = session === null ? undefined : parseUuid(session, ['query', 'sessionId']);
  const status = wordQuery(request, 'filterBy', statusLabels);
  const afterMs = momentQuery(request, 'after') ?? -Infinity;
  const beforeMs = momentQuery(request, 'before') ?? Infinity;
  const { cloud } = context;
  const nowMs = cloud.clock.now();
  const tasks = newestFirst(cloud, 'v2')
    .filter((task) => sessionId === undefined || task.sessionId === sessionId)
    .filter((task) => afterMs <= task.createdAtMs && task.createdAtMs <= beforeMs)
    .filter(
      (task) => status === undefined || v2StatusWord(task, task.stateAt(nowMs).status) === status,
    );
  const first = (pageNumber - 1) * pageSize;
  return {
    items: tasks.slice(first, first + pageSize).map((task) => taskItemView(context, task)),
    totalItems: tasks.length,
    pageNumber,
    pageSize,
  };
}

/** The tasks that lists of one API version show; of those created at the same moment, the one added last is first. */
export function newestFirst(
  cloud: Cloud,
  apiVersion: SimulatedTask['apiVersion'],
): SimulatedTask[] {
  return [...cloud.tasks.values()]
    .filter((task) => task.apiVersion === apiVersion && !task.script.isUnlisted)
    .toReversed()
    .toSorted((a, b) => b.createdAtMs - a.createdAtMs);
}

function createTask(context: RouteContext, request: ApiRequest): SimulatedTask {
  const { cloud } = context;
  const body = objectBody(request);
  const prompt = textField(body, 'task', { most: 50_000 });
  checkBody(body, createFields);
  const llm = body['llm'] === undefined ? undefined : textField(body, 'llm');
  const metadata = body['metadata'] ?? {};
  if (!isObject(metadata)) {
    throw invalid(['body', 'metadata'], 'dict_type', 'Input should be a valid dictionary');
  }
  const preferred = body['sessionId'] ?? undefined;
  const loc = ['body', 'sessionId'];
  if (preferred !== undefined && typeof preferred !== 'string') {
    throw invalid(loc, 'uuid_type', 'UUID input should be a string, bytes or UUID object');
  }
  const session =
    preferred === undefined ? undefined : cloud.sessions.get(parseUuid(preferred, loc));
  if (preferred !== undefined && !session) throw new ErrorAnswer(404, 'Session not found');
  if (session && cloud.sessionEndMs(session) !== undefined) {
    throw new ErrorAnswer(400, sessionStopped);
  }
  const nowMs = cloud.clock.now();
  const isBusy = (task: SimulatedTask): boolean => task.stateAt(nowMs).finishedAtMs === undefined;
  if (session && cloud.tasksOf(session).some(isBusy)) throw new ErrorAnswer(400, sessionBusy);
  refuseBeyondAccount(cloud, session ? 0 : 1);
  const script = context.scriptFor({ apiVersion: 'v2', prompt, body });
  return cloud.addTask({
    metadata,
    ...(llm === undefined ? {} : { llm }),
    ...script,
    apiVersion: 'v2',
    ...(session ? { sessionId: session.id } : {}),
  });
}

/** @throws {ErrorAnswer} 402 without credits, 429 if that many more sessions would be too many */
export function refuseBeyondAccount(cloud: Cloud, newSessions: number): void {
  const { account } = cloud;
  if (account.monthlyCreditsUsd + account.additionalCreditsUsd <= 0) {
    throw new ErrorAnswer(402, 'Insufficient credits');
  }
  const active = [...cloud.sessions.values()].filter(
    (session) => cloud.sessionEndMs(session) === undefined,
  ).length;
  if (active + newSessions > account.maxConcurrentSessions) {
    throw new ErrorAnswer(429, tooManySessions);
  }
}

const sessionStopped = 'Browser session is stopped. Please start a new session and try again.';
const sessionBusy =
  'Agent session already has a running task. Please wait for it to finish or stop it manually.';
/** What 429 says where slots are lacking. @see the vendor's OpenAPI document, `TooManyConcurrentActiveSessionsError` */
export const tooManySessions =
  'Too many concurrent active sessions. Please wait for one to finish, kill one, or upgrade your plan.';
