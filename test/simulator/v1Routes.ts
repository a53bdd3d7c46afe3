import { ErrorAnswer, invalid, jsonAnswer } from './answer';
import { checkBody, integer, list, nullable, object, text } from './bodyFields';
import { doublyZonedUtc, orNull, zonedUtc } from './moments';
import { integerQuery, isObject, objectBody } from './parameters';
import { outputFilePath, recordingPath, screenshotPath } from './storedObjects';
import { newestFirst, refuseBeyondAccount } from './v2Tasks';
import { liveUrl, shareUrl } from './v2Views';
import type { BodyFields } from './bodyFields';
import type { ApiRequest, Route } from './route';
import type { RouteContext } from './routeContext';
import type { SimulatedTask } from './simulatedTask';
import type { ScriptedStatus } from './taskScript';
import { uuidFrom } from './uuidFrom';

/** As v1's pages in the vendor's documentation name them; unknown ones are ignored. */
const runFields: BodyFields = {
  fields: {
    llm_model: text({}),
    max_agent_steps: integer({ least: 1, most: 10_000 }),
    structured_output_json: nullable(text({})),
    allowed_domains: nullable(list(text({}), Infinity)),
    secrets: nullable(object),
    metadata: nullable(object),
  },
  isClosed: false,
};

/** v1's routes. @see cloud-api.md §4, as no OpenAPI document of v1 is public */
export function v1Routes(context: RouteContext): Route[] {
  const { cloud, presigner } = context;

  const link = (url: string): string => linkIn(context, url);

  const find = (id: string): SimulatedTask => {
    const task = cloud.tasks.get(id);
    if (task?.apiVersion !== 'v1') throw new ErrorAnswer(404, 'Task not found');
    return task;
  };
  const taskOf = (request: ApiRequest): SimulatedTask => find(request.parameters['task_id'] ?? '');
  const hasEnded = (task: SimulatedTask): boolean =>
    task.stateAt(cloud.clock.now()).finishedAtMs !== undefined;

  const command = (name: string, act: (task: SimulatedTask, nowMs: number) => void): Route => ({
    name: `PUT /api/v1/${name}`,
    auth: 'v1',
    answer: (request) => {
      const id = request.query.get('task_id');
      if (id === null) throw missing(['query', 'task_id']);
      act(find(id), cloud.clock.now());
      return jsonAnswer(200, null);
    },
  });

  const routes: Route[] = [
    {
      name: 'GET /api/v1/task/{task_id}',
      auth: 'v1',
      answer: (request) => jsonAnswer(200, taskView(context, taskOf(request))),
    },
    {
      name: 'GET /api/v1/task/{task_id}/status',
      auth: 'v1',
      answer: (request) => jsonAnswer(200, statusView(context, taskOf(request))),
    },
    {
      name: 'GET /api/v1/task/{task_id}/media',
      auth: 'v1',
      answer: (request) => {
        const task = taskOf(request);
        if (task.script.hasNoMedia) throw new ErrorAnswer(404, 'Agent task not found');
        const isRecorded = hasEnded(task) && (task.script.isRecorded ?? true);
        const recordings = isRecorded
          ? [link(presigner.sign(recordingPath(task.sessionId)))]
          : null;
        return jsonAnswer(200, { recordings });
      },
    },
    {
      name: 'GET /api/v1/task/{task_id}/screenshots',
      auth: 'v1',
      answer: (request) => {
        const task = taskOf(request);
        if (task.script.hasNoMedia) throw new ErrorAnswer(404, 'Agent task not found');
        const { steps } = task.stateAt(cloud.clock.now());
        const screenshots = steps.flatMap((step, index) =>
          step.hasScreenshot ? [link(presigner.sign(screenshotPath(task.id, index + 1)))] : [],
        );
        return jsonAnswer(200, { screenshots: screenshots.length > 0 ? screenshots : null });
      },
    },
    {
      name: 'GET /api/v1/task/{task_id}/output-file/{file_name}',
      auth: 'v1',
      answer: (request) => {
        const task = taskOf(request);
        const name = request.parameters['file_name'];
        const file = task
          .stateAt(cloud.clock.now())
          .files.find((candidate) => candidate.name === name);
        if (!file) throw new ErrorAnswer(404, 'Output file not found');
        return jsonAnswer(200, {
          download_url: link(presigner.sign(outputFilePath(task.id, file.name))),
        });
      },
    },
    {
      name: 'GET /api/v1/tasks',
      auth: 'v1',
      answer: (request) => jsonAnswer(200, taskList(context, request)),
    },
    {
      name: 'POST /api/v1/run-task',
      auth: 'v1',
      answer: (request) => {
        const body = objectBody(request);
        const prompt = body['task'];
        if (prompt === undefined) throw missing(['body', 'task']);
        if (typeof prompt !== 'string') {
          throw invalid(['body', 'task'], 'type_error.str', 'str type expected');
        }
        checkBody(body, runFields);
        refuseBeyondAccount(cloud, 1);
        const { llm_model: llm } = body;
        const metadata = isObject(body['metadata']) ? { metadata: body['metadata'] } : {};
        const script = context.scriptFor({ apiVersion: 'v1', prompt, body });
        const task = cloud.addTask({
          ...metadata,
          ...(typeof llm === 'string' ? { llm } : {}),
          ...script,
          apiVersion: 'v1',
        });
        return jsonAnswer(200, { id: task.id });
      },
    },
    command('stop-task', (task, nowMs) => task.stop(nowMs)),
    command('pause-task', (task, nowMs) => task.pause(nowMs)),
    command('resume-task', (task, nowMs) => task.resume(nowMs)),
    { name: 'GET /api/v1/me', auth: 'v1', answer: () => jsonAnswer(200, true) },
    {
      name: 'GET /api/v1/balance',
      auth: 'v1',
      answer: () => {
        const { monthlyCreditsUsd, additionalCreditsUsd } = cloud.account;
        return jsonAnswer(200, { balance: (monthlyCreditsUsd + additionalCreditsUsd) * 100 });
      },
    },
    {
      name: 'GET /api/v1/ping',
      auth: undefined,
      answer: () => jsonAnswer(200, { message: 'pong' }),
    },
  ];
  return context.isSelfHosted ? routes.filter(({ name }) => !onlyInTheCloud.has(name)) : routes;
}

const onlyInTheCloud: ReadonlySet<string> = new Set([
  'GET /api/v1/tasks',
  'GET /api/v1/me',
  'GET /api/v1/balance',
]);

/** Self-hosted servers write links to themselves without their origin. */
function linkIn(context: RouteContext, url: string): string {
  return context.isSelfHosted ? url.slice(context.baseUrl().length) : url;
}

function statusView(context: RouteContext, task: SimulatedTask): unknown {
  const status = statusWord(context, task);
  if (!context.isSelfHosted) return status;
  const { output } = task.stateAt(context.cloud.clock.now());
  return { status, result: output, error: status === 'failed' ? 'The browser has gone' : null };
}

function taskView(context: RouteContext, task: SimulatedTask): Record<string, unknown> {
  const { steps } = task.stateAt(context.cloud.clock.now());
  return {
    ...taskItemView(context, task),
    steps: steps.map((step, index) => ({
      id: uuidFrom(`step ${index + 1} of ${task.id}`),
      step: index + 1,
      evaluation_previous_goal: step.evaluation,
      next_goal: step.goal,
      url: step.url,
    })),
  };
}

function taskItemView(context: RouteContext, task: SimulatedTask): Record<string, unknown> {
  const state = task.stateAt(context.cloud.clock.now());
  const share = context.cloud.sessions.get(task.sessionId)?.share;
  const moment = context.isSelfHosted ? doublyZonedUtc : zonedUtc;
  const isLive = state.startedAtMs !== undefined && state.finishedAtMs === undefined;
  return {
    id: task.id,
    task: task.script.prompt,
    output: state.output,
    status: statusWord(context, task),
    created_at: moment(task.createdAtMs),
    finished_at: orNull(state.finishedAtMs, moment),
    live_url: isLive ? linkIn(context, liveUrl(context, task.sessionId)) : null,
    public_share_url: share ? shareUrl(context, share.token) : null,
    output_files: state.files.map((file) => file.name),
    metadata: task.script.metadata ?? {},
  };
}

function taskList(context: RouteContext, request: ApiRequest): Record<string, unknown> {
  const page = integerQuery(request, 'page', { least: 1, fallback: 1 });
  const limit = integerQuery(request, 'limit', { least: 1, most: 100, fallback: 10 });
  const tasks = newestFirst(context.cloud, 'v1');
  return {
    tasks: tasks.slice((page - 1) * limit, page * limit).map((task) => taskItemView(context, task)),
    total_pages: Math.ceil(tasks.length / limit),
    page,
    limit,
    total_count: tasks.length,
  };
}

function statusWord(context: RouteContext, task: SimulatedTask): string {
  const { status } = task.stateAt(context.cloud.clock.now());
  const raw = task.script.rawStatus;
  // v1 names statuses as this project does.
  return (typeof raw === 'string' ? raw : raw?.[status]) ?? (status satisfies ScriptedStatus);
}

/** As v1's documents put it, which are older than v2's. */
function missing(loc: readonly (string | number)[]): ErrorAnswer {
  return invalid(loc, 'value_error.missing', 'field required');
}
