import { recordingImage } from './recording';
import { screenshotImage } from './screenshot';
import { emptyAnswer } from './answer';
import { downloadsIn } from './timeline';
import { filesOf } from './workspaceFiles';
import type { Answer } from './answer';
import type { ApiRequest, Route } from './route';
import type { RouteContext } from './routeContext';
import type { SimulatedTask } from './simulatedTask';
import type { FileScript } from './taskScript';
import type { Workspace } from './workspace';

export function screenshotPath(taskId: string, stepNumber: number): string {
  return `/presigned/tasks/${encodeURIComponent(taskId)}/steps/${stepNumber}/screenshot.png`;
}

export function outputFilePath(taskId: string, fileName: string): string {
  return `/presigned/tasks/${encodeURIComponent(taskId)}/files/${encodeURIComponent(fileName)}`;
}

export function logPath(taskId: string): string {
  return `/presigned/tasks/${encodeURIComponent(taskId)}/log.txt`;
}

export function recordingPath(sessionId: string): string {
  return `/presigned/sessions/${encodeURIComponent(sessionId)}/recording.png`;
}

export function workspaceFilePath(workspaceId: string, path: string): string {
  return `/presigned/workspaces/${workspaceId}/files/${encodeURIComponent(path)}`;
}

export function uploadPath(workspaceId: string, uploadId: string): string {
  return `/presigned/workspaces/${workspaceId}/uploads/${uploadId}`;
}

export function downloadPath(taskId: string, fileName: string): string {
  return `/presigned/tasks/${encodeURIComponent(taskId)}/downloads/${encodeURIComponent(fileName)}`;
}

/** The object store: screenshots, files, downloads, logs and recordings behind presigned links, and uploads, without a key. */
export function storedObjectRoutes(context: RouteContext): Route[] {
  const { cloud, presigner } = context;

  const object = (path: string, read: (request: ApiRequest) => Answer | undefined): Route => ({
    name: `GET ${path}`,
    auth: undefined,
    answer: (request) => presigner.refusalOf(request) ?? read(request) ?? noSuchObject,
  });
  const taskOf = (request: ApiRequest): SimulatedTask | undefined =>
    cloud.tasks.get(request.parameters['task_id'] ?? '');
  const workspaceOf = (request: ApiRequest): Workspace | undefined =>
    cloud.workspaces.get(request.parameters['workspace_id'] ?? '');

  return [
    object('/presigned/tasks/{task_id}/steps/{number}/screenshot.png', (request) => {
      const task = taskOf(request);
      const number = Number(request.parameters['number']);
      const step = task?.stateAt(cloud.clock.now()).steps[number - 1];
      if (!task || !step) return undefined;
      const seed = task.id;
      return imageAnswer(screenshotImage({ seed, number, url: step.url, text: step.goal }));
    }),
    object('/presigned/tasks/{task_id}/files/{file_name}', (request) => {
      const state = taskOf(request)?.stateAt(cloud.clock.now());
      const name = request.parameters['file_name'];
      const file = state?.files.find((candidate) => candidate.name === name);
      return file && fileAnswer(file);
    }),
    object('/presigned/tasks/{task_id}/downloads/{file_name}', (request) => {
      const task = taskOf(request);
      const files = task ? downloadsIn(task, task.stateAt(cloud.clock.now())) : [];
      const file = files.find(({ name }) => name === request.parameters['file_name']);
      return file && fileAnswer(file);
    }),
    object('/presigned/workspaces/{workspace_id}/files/{path}', (request) => {
      const workspace = workspaceOf(request);
      const files = workspace ? filesOf(cloud, workspace) : [];
      const found = files.find(({ path }) => path === request.parameters['path']);
      return found && fileAnswer(found.file);
    }),
    {
      name: 'PUT /presigned/workspaces/{workspace_id}/uploads/{upload_id}',
      auth: undefined,
      answer: (request) => {
        const refusal = presigner.refusalOf(request);
        if (refusal) return refusal;
        const workspace = workspaceOf(request);
        const upload = workspace?.uploads.get(request.parameters['upload_id'] ?? '');
        if (!workspace || !upload) return noSuchObject;
        // v4's links are pinned to type and length: see its document, `WorkspaceFileUploadItem`.
        const isPinned = upload.size !== undefined;
        const isAsAnnounced =
          request.headers['content-type'] === upload.contentType &&
          request.body.length === upload.size;
        if (isPinned && !isAsAnnounced) return notAsSigned;
        if (request.headers['content-length'] === undefined) return withoutLength;
        upload.content = request.body;
        upload.uploadedAtMs = cloud.clock.now();
        workspace.deletedPaths.delete(upload.path);
        return emptyAnswer(200);
      },
    },
    object('/presigned/tasks/{task_id}/log.txt', (request) => {
      const task = taskOf(request);
      return task && textAnswer(logOf(task, cloud.clock.now()));
    }),
    object('/presigned/sessions/{session_id}/recording.png', (request) => {
      const session = cloud.sessions.get(request.parameters['session_id'] ?? '');
      if (!session) return undefined;
      const pictures = cloud.tasksOf(session).flatMap((task) =>
        task.stateAt(cloud.clock.now()).steps.map((step, index) => ({
          seed: task.id,
          number: index + 1,
          url: step.url,
          text: step.goal,
        })),
      );
      return imageAnswer(recordingImage(pictures));
    }),
  ];
}

/** S3 takes no body in chunks, but for its own kind. */
const withoutLength: Answer = {
  status: 411,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>MissingContentLength</Code><Message>You must provide the Content-Length HTTP header.</Message></Error>',
  ),
};
const noSuchObject: Answer = {
  status: 404,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>',
  ),
};

const notAsSigned: Answer = {
  status: 403,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message></Error>',
  ),
};

function imageAnswer(body: Buffer): Answer {
  return { status: 200, headers: { 'content-type': 'image/png' }, body };
}

function textAnswer(text: string): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: Buffer.from(text),
  };
}

const contentTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
};

function fileAnswer(file: FileScript): Answer {
  const ending = file.name.split('.').pop()?.toLowerCase() ?? '';
  const contentType = file.contentType ?? contentTypes[ending] ?? 'application/octet-stream';
  return {
    status: 200,
    headers: { 'content-type': contentType },
    body: Buffer.from(file.content),
  };
}

function logOf(task: SimulatedTask, nowMs: number): string {
  const state = task.stateAt(nowMs);
  const startMs = state.startedAtMs ?? task.createdAtMs;
  let elapsedMs = 0;
  const lines = state.steps.flatMap((step, index) => {
    const time = new Date(startMs + elapsedMs).toISOString();
    elapsedMs += step.durationMs;
    return [
      `${time} INFO [agent] Step ${index + 1}: ${step.url}`,
      `${time} INFO [agent] Evaluation: ${step.evaluation}`,
      `${time} INFO [agent] Next goal: ${step.goal}`,
      ...step.actions.map((action) => `${time} INFO [tools] ${action}`),
    ];
  });
  const first = `${new Date(task.createdAtMs).toISOString()} INFO [agent] Task: ${task.script.prompt}`;
  const last = `${new Date(state.finishedAtMs ?? nowMs).toISOString()} INFO [agent] Status: ${state.status}`;
  return `${[first, ...lines, last].join('\n')}\n`;
}
