import * as z from 'zod/mini';
import { capabilitiesOf } from '../core/cloud/apiVersions';
import { CloudError, isCloudError, mayPass } from '../core/cloud/errors';
import { hasEnded, type TaskDetails, type TaskSession } from '../core/cloud/task';
import {
  type CostPart,
  type PublicShare,
  type TaskReader,
  type TaskUpdate,
} from '../core/cloud/taskClient';
import { getAccount } from './account';
import {
  cost,
  flag,
  identifier,
  lenient,
  listOf,
  present,
  statusOf,
  statusWord,
  text,
  timestamp,
  understand,
  webUrl,
} from './fields';
import { path } from './path';
import { partIsMissing, taskIsMissing } from './refusal';
import type { SendRequest } from './sendRequest';
import { readShare, shareIsMissing } from './share';
import { attempt, tolerate, unreadOf, type Attempt } from './tolerate';
import { eventSchema, RunEvents } from './v4Events';
import {
  detailsOf,
  findRuns,
  getRun,
  listOtherRuns,
  runPages,
  sessionPages,
  type Run,
} from './v4Runs';
import { getWorkspaceFileUrl, listWorkspaceFiles } from './workspaceFiles';

/**
 * Browser Use Cloud API v4, where a task is a run: one prompt of a session.
 * @see cloud-api-v3-v4.md §3 and §5; the vendor's OpenAPI document of v4
 */
export function createV4Client(send: SendRequest): TaskReader {
  /** What was read here of the run that an answer tells of. */
  const progress = new WeakMap<TaskDetails, RunProgress>();
  /** The public pages of sessions, as far as they were asked for or changed here. */
  const shares = new Map<string, PublicShare | undefined>();

  const readShareOf = async (
    sessionId: string,
    signal: AbortSignal,
  ): Promise<PublicShare | undefined> => {
    const share = await getShare(send, sessionId, signal);
    shares.set(sessionId, share);
    return share;
  };

  return {
    apiVersion: 'v4',
    getStatus: (id, signal) =>
      send({
        path: path`/api/v4/runs/${id}/status`,
        signal,
        notFoundKind: taskIsMissing,
        read: readStatus,
      }),
    getTask: async (id, signal) => detailsOf(await getRun(send, id, signal)),
    async getDetails(id, signal, known) {
      const before = known && progress.get(known);
      const events = before?.events ?? new RunEvents();
      const run = await getRun(send, id, signal, true);
      const { value: hasMore, error: stepsError } = await attempt(
        readEvents(send, id, events, signal),
      );
      const { sessionId } = run;
      const isOver = hasEnded(statusOf(statusByRawStatus, run.status).status);
      // While it runs, each reading is two requests: they come every few seconds. Of one that is over, pieces come at once.
      const isBetweenPieces = known?.isPartial === true && hasMore === true;
      const isKnown = known !== undefined && (!isOver || isBetweenPieces);
      const [outputs, browser, share, others, attachments] = await Promise.all([
        !isBetweenPieces && (isOver || events.hasOutputs)
          ? attempt(listOutputs(send, run, signal))
          : { value: known, error: known?.unread?.files },
        isOver && !isKnown ? tolerate(getBrowser(send, events.browserId, signal)) : undefined,
        sessionId === undefined || (isKnown && shares.has(sessionId))
          ? shares.get(sessionId ?? '')
          : tolerate(readShareOf(sessionId, signal)),
        sessionId === undefined || isKnown
          ? known
          : tolerate(listOtherRuns(send, { id, sessionId }, signal)),
        run.attachedFileIds.length === 0 || (before && isSettled(before.attachments))
          ? (before?.attachments ?? {})
          : attempt(listAttachments(send, id, signal)),
      ]);
      const session: TaskSession = present({
        status: browser?.status,
        liveUrl: browser?.status === 'stopped' ? undefined : (browser?.liveUrl ?? events.liveUrl),
        recordingUrls: browser?.recordingUrl === undefined ? [] : [browser.recordingUrl],
        publicShareUrl: share?.url,
        idleUntil: browser?.status === 'active' ? browser.timeoutAt : undefined,
      });
      const details = present({
        ...detailsOf(run),
        startedAt: events.startedAt,
        finishedAt: events.finishedAt,
        steps: events.steps,
        files: (outputs.value ?? known)?.files ?? [],
        hasMoreFiles: (outputs.value ?? known)?.hasMoreFiles,
        session: isOver && isKnown ? known.session : session,
        sessionTasks: others?.sessionTasks,
        hasMoreSessionTasks: others?.hasMoreSessionTasks,
        attachments: attachments.value,
        unread: unreadOf({
          steps: stepsError,
          files: outputs.error,
          attachments: attachments.error,
        }),
        isPartial: hasMore,
      });
      progress.set(details, { events, attachments });
      return details;
    },
    listTasks: ({ isFull = false, pageSize }, signal) =>
      isFull ? runPages(send, pageSize, signal) : sessionPages(send, signal),
    getFileUrl: (_id, file, signal) => getWorkspaceFileUrl(send, 'v4', file, signal),
    // v4 has no logs.
    getLogUrl: () => Promise.resolve(undefined),
    findSessionTasks: (sessionId, signal, isKnown) => findRuns(send, sessionId, signal, isKnown),
    findLatestTask: (sessionId, signal) =>
      send({
        path: path`/api/v4/sessions/${sessionId}`,
        signal,
        notFoundKind: taskIsMissing,
        read: (answer) => understand(latestRunSchema, answer, 'the session').latestRunId,
      }),
    async shareSession(sessionId, signal) {
      const share = await send({
        method: 'POST',
        path: path`/api/v4/sessions/${sessionId}/share`,
        signal,
        notFoundKind: partIsMissing,
        read: readActiveShare,
      });
      if (!share) {
        throw new CloudError('badAnswer', 'The API promises a share; the answer has none');
      }
      shares.set(sessionId, share);
      return share;
    },
    getShare: readShareOf,
    async unshareSession(sessionId, signal) {
      await send({
        method: 'PUT',
        path: path`/api/v4/sessions/${sessionId}/share`,
        body: { isActive: false },
        signal,
        notFoundKind: partIsMissing,
        read: () => undefined,
      });
      shares.set(sessionId, undefined);
    },
    getSessionCost: (sessionId, signal) => getSessionCost(send, sessionId, signal),
    // v4 has no account of its own: one key works for all versions (§8).
    getAccount: (signal) => getAccount(send, 'v2', signal),
  };
}

interface RunProgress {
  readonly events: RunEvents;
  readonly attachments: Attempt<readonly string[]>;
}

/** True where another request would bring nothing else: of a run that is read every few seconds, this counts. */
function isSettled({ value, error }: Attempt<unknown>): boolean {
  return error ? !mayPass(error.kind) || error.status === 404 : value !== undefined;
}

const { statusByRawStatus } = capabilitiesOf('v4');

const statusSchema = z.object({ status: statusWord });

const latestRunSchema = z.object({ latestRunId: identifier });

const eventsSchema = z.object({
  events: listOf(eventSchema),
  nextAfter: lenient(z.int()),
  hasMore: flag,
});

const browserSchema = z.object({
  status: text,
  liveUrl: webUrl,
  recordingUrl: webUrl,
  timeoutAt: timestamp,
});

/** What `GET /runs/{id}/status` answers. */
function readStatus(answer: unknown): TaskUpdate {
  const { status } = understand(statusSchema, answer, 'an object with the status of the run');
  return statusOf(statusByRawStatus, status);
}

/** So many pages of events are read for one update, so that the page shows the first soon. */
const pagesAtOnce = 5;
/** More is not promised (§5). */
const eventsPerPage = 200;

/** Reads on where it was left. @returns whether there is more to read */
async function readEvents(
  send: SendRequest,
  id: string,
  events: RunEvents,
  signal: AbortSignal,
): Promise<boolean> {
  for (let page = 0; page < pagesAtOnce; page++) {
    const before = events.after;
    const answer = await send({
      path: `${path`/api/v4/runs/${id}/events`}?after=${before}&limit=${eventsPerPage}`,
      signal,
      isDetails: true,
      notFoundKind: taskIsMissing,
      read: (body) => understand(eventsSchema, body, 'the events of the run'),
    });
    events.takeIn(answer.events, answer.nextAfter);
    if (answer.hasMore !== true || events.after === before) return false;
  }
  return true;
}

const attachmentsSchema = z.object({ attachments: listOf(z.object({ name: identifier })) });

/** The names of the files that the run was given. */
async function listAttachments(
  send: SendRequest,
  id: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { attachments } = await send({
    path: path`/api/v4/runs/${id}/attachments`,
    signal,
    isDetails: true,
    notFoundKind: partIsMissing,
    read: (answer) => understand(attachmentsSchema, answer, 'the attachments of the run'),
  });
  return attachments.map(({ name }) => name);
}

async function listOutputs(
  send: SendRequest,
  { workspaceId }: Run,
  signal: AbortSignal,
): Promise<Pick<TaskDetails, 'files' | 'hasMoreFiles'>> {
  if (workspaceId === undefined) return { files: [] };
  return listWorkspaceFiles(send, { version: 'v4', workspaceId, prefix: 'outputs/' }, signal);
}

async function getBrowser(
  send: SendRequest,
  browserId: string | undefined,
  signal: AbortSignal,
): Promise<z.output<typeof browserSchema> | undefined> {
  if (browserId === undefined) return undefined;
  return send({
    path: path`/api/v4/browsers/${browserId}`,
    signal,
    notFoundKind: partIsMissing,
    read: (answer) => understand(browserSchema, answer, 'the browser'),
  });
}

async function getShare(
  send: SendRequest,
  sessionId: string,
  signal: AbortSignal,
): Promise<PublicShare | undefined> {
  return send({
    path: path`/api/v4/sessions/${sessionId}/share`,
    signal,
    notFoundKind: shareIsMissing,
    read: readActiveShare,
  });
}

const activeSchema = z.object({ isActive: z.boolean() });

/** `null` for a session that was never shared; one that is not active any more has no page. */
function readActiveShare(answer: unknown): PublicShare | undefined {
  if (answer === null || answer === undefined) return undefined;
  return activeSchema.safeParse(answer).data?.isActive === false ? undefined : readShare(answer);
}

/** More amounts than this are no sources of cost. */
const mostCostParts = 20;

/** The names of its fields are not documented, so that each amount counts, also those of objects within. */
async function getSessionCost(
  send: SendRequest,
  sessionId: string,
  signal: AbortSignal,
): Promise<readonly CostPart[] | undefined> {
  try {
    return await send({
      path: path`/api/v4/sessions/${sessionId}/cost`,
      signal,
      notFoundKind: partIsMissing,
      read: (answer) => costPartsOf(answer).slice(0, mostCostParts),
    });
  } catch (error) {
    if (isCloudError(error) && (error.status === 404 || error.status === 405)) return undefined;
    throw error;
  }
}

function costPartsOf(value: unknown, isWithin = false): CostPart[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const amount = z.safeParse(cost, field).data;
    if (amount !== undefined) return [{ name, amount }];
    return isWithin ? [] : costPartsOf(field, true);
  });
}
