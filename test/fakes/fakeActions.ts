import { CloudError, type CloudErrorKind } from '../../src/core/cloud/errors';
import { hasEnded, type ApiVersion, type TaskDetails } from '../../src/core/cloud/task';
import type { OpenSession, SentPrompt, TaskActions } from '../../src/core/cloud/taskActions';

/** The requests that change something. */
export type ChangeName = keyof Omit<
  TaskActions,
  'listOpenSessions' | 'checkStop' | 'isOpen' | 'listNewestPrompts'
>;

/** A request that reached the fake, and whose effect may have been prevented. */
export interface SentChange {
  readonly what: ChangeName;
  readonly apiVersion: ApiVersion;
  /** All that the call was given, but its signal. */
  readonly given: readonly unknown[];
}

interface OrderedFailure {
  readonly what: ChangeName;
  readonly error: CloudError;
  readonly isAfterEffect: boolean;
}

/** What changes at a cloud in memory. It answers in the next turn, and takes whatever an API version would not. */
export class FakeActions {
  readonly sent: SentChange[] = [];
  readonly open: OpenSession[] = [];
  /** What waits in queues. */
  readonly queued: SentPrompt[] = [];
  /** Where set, changes that were sent are answered no sooner. */
  gate: Promise<void> | undefined;
  /** Consulted at each reading of a check; what it returns is thrown. */
  failCheckWith: () => CloudError | undefined = () => undefined;
  /** Of a task that a stop reaches: how it stands then. Default: stopped. */
  afterStop: TaskDetails['status'] = 'stopped';
  readonly #tasks: Map<string, TaskDetails>;
  readonly #make: (id: string, more: Partial<TaskDetails>) => void;
  readonly #now: () => number;
  #failures: OrderedFailure[] = [];
  #started = 0;

  constructor(options: {
    readonly tasks: Map<string, TaskDetails>;
    /** Lays fields over a task, which is made where there is none. */
    readonly make: (id: string, more: Partial<TaskDetails>) => void;
    readonly now: () => number;
  }) {
    this.#tasks = options.tasks;
    this.#make = options.make;
    this.#now = options.now;
  }

  /** The next such request fails: before it does anything, or with its answer lost after it did. */
  failNext(what: ChangeName, error: CloudError | CloudErrorKind, when?: 'afterEffect'): void {
    const isKind = typeof error === 'string';
    this.#failures.push({
      what,
      error: isKind ? new CloudError(error, `ordered ${error}`) : error,
      isAfterEffect: when === 'afterEffect',
    });
  }

  of(apiVersion: ApiVersion): TaskActions {
    const change = async <T>(
      what: ChangeName,
      given: readonly unknown[],
      signal: AbortSignal,
      act: () => T,
    ): Promise<T> => {
      signal.throwIfAborted();
      this.sent.push({ what, apiVersion, given });
      const failure = this.#failures.find((ordered) => ordered.what === what);
      this.#failures = this.#failures.filter((ordered) => ordered !== failure);
      await (this.gate ?? Promise.resolve());
      if (failure && !failure.isAfterEffect) throw failure.error;
      const value = act();
      if (failure) throw failure.error;
      return value;
    };
    const find = (id: string): TaskDetails => {
      const task = this.#tasks.get(id);
      if (task) return task;
      throw notFound('taskNotFound', 'Task not found');
    };
    const check = async (): Promise<void> => {
      await Promise.resolve();
      const error = this.failCheckWith();
      if (error) throw error;
    };
    const setStatus = (id: string, status: TaskDetails['status']) => {
      if (!hasEnded(find(id).status)) this.#make(id, { status, rawStatus: status });
      const { rawStatus, status: now } = find(id);
      return { status: now, rawStatus };
    };
    const close = (isIt: (open: OpenSession) => boolean): void => {
      for (const open of this.open.filter(isIt)) this.open.splice(this.open.indexOf(open), 1);
    };
    const isOpen = (kind: OpenSession['kind'], id: string): boolean =>
      this.open.some((open) => open.kind === kind && open.id === id);

    return {
      startTask: (request, signal) =>
        change('startTask', [request], signal, () => {
          const id = `started-${++this.#started}`;
          const sessionId = request.sessionId ?? `session-${this.#started}`;
          this.#make(id, {
            status: 'created',
            rawStatus: 'created',
            prompt: request.prompt,
            model: request.model,
            sessionId,
            createdAt: new Date(this.#now()).toISOString(),
          });
          return { id, sessionId, model: request.model };
        }),
      stopTask: (id, scope, signal) =>
        change('stopTask', [id, scope], signal, () => {
          const standing = setStatus(id, this.afterStop);
          const { sessionId } = find(id);
          if (scope === 'session') close((open) => open.sessionId === sessionId);
          return standing;
        }),
      pauseTask: (id, signal) =>
        change('pauseTask', [id], signal, () => void setStatus(id, 'paused')),
      resumeTask: (id, signal) =>
        change('resumeTask', [id], signal, () => void setStatus(id, 'running')),
      queueFollowUp: (sessionId, prompt, mode, signal) =>
        change('queueFollowUp', [sessionId, prompt, mode], signal, () => {
          const createdAt = new Date(this.#now()).toISOString();
          this.queued.push({ sessionId, prompt, createdAt });
        }),
      uploadFiles: (files, { sessionId, signal, onProgress, onUploaded }) =>
        change('uploadFiles', [files, sessionId], signal, () => {
          let sent = 0;
          for (const { bytes } of files) onProgress?.((sent += bytes.byteLength));
          const uploaded = {
            workspaceId: 'workspace',
            files: files.map(({ name }) => ({ name, id: `file-${name}` })),
          };
          onUploaded?.(uploaded);
          return uploaded;
        }),
      deleteSession: (sessionId, signal) =>
        change('deleteSession', [sessionId], signal, () => {
          const ids = [...this.#tasks.values()].filter((task) => task.sessionId === sessionId);
          if (ids.length === 0) throw notFound('refused', 'Session not found');
          for (const { id } of ids) this.#tasks.delete(id);
          close((open) => open.sessionId === sessionId);
        }),
      listOpenSessions: async () => {
        await check();
        return { open: [...this.open] };
      },
      stopOpenSession: ({ kind, id }, signal) =>
        change('stopOpenSession', [{ kind, id }], signal, () => {
          if (!isOpen(kind, id)) throw notFound('refused', 'Session not found');
          close((open) => open.kind === kind && open.id === id);
        }),
      checkStop: async (id, scope) => {
        await check();
        const { status, rawStatus, sessionId } = find(id);
        const isHeld = this.open.some((open) => open.sessionId === sessionId);
        if (!hasEnded(status) || (scope === 'session' && isHeld)) return undefined;
        return { status, rawStatus };
      },
      isOpen: async ({ kind, id }) => {
        await check();
        return isOpen(kind, id);
      },
      listNewestPrompts: async (sessionId) => {
        await check();
        const tasks = [...this.#tasks.values()].map(({ id, prompt, model, ...task }) => ({
          taskId: id,
          prompt,
          model,
          sessionId: task.sessionId,
          createdAt: task.createdAt,
        }));
        const prompts = [...tasks, ...this.queued].filter(
          (sent) => sessionId === undefined || sent.sessionId === sessionId,
        );
        return { prompts, answeredAtMs: this.#now() };
      },
    };
  }
}

function notFound(kind: CloudErrorKind, text: string): CloudError {
  return new CloudError(kind, `404 ${text}`, { status: 404, details: { text } });
}
