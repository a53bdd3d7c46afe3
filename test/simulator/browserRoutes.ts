import { ErrorAnswer, invalid, jsonAnswer } from './answer';
import { browsersOf } from './browsers';
import { opaqueCursor, readCursor } from './cursor';
import { flagQuery, integerQuery, objectBody, oneOf, parseUuid } from './parameters';
import { uuidParameter, wordQuery } from './parameters';
import { downloadPath, recordingPath } from './storedObjects';
import { downloadsIn } from './timeline';
import { orNull } from './moments';
import type { Browser } from './browsers';
import type { Cloud } from './cloud';
import type { ApiRequest, Route } from './route';
import type { RouteContext } from './routeContext';

const downloadLinkSeconds = 900;

/** The routes of browsers: those of the sessions of v3 and v4, whichever version is asked. @see cloud-api-v3-v4.md §5 */
export function browserRoutes(context: RouteContext, version: 'v3' | 'v4'): Route[] {
  const { cloud } = context;
  const route = (name: string, answer: Route['answer']): Route => {
    const [method = '', path = ''] = name.split(' ');
    return { name: `${method} /api/${version}/browsers${path}`, auth: version, answer };
  };
  const browserOf = (request: ApiRequest): Browser => {
    const browser = findBrowser(cloud, uuidParameter(request, 'session_id'));
    if (!browser) throw new ErrorAnswer(404, 'Session not found');
    return browser;
  };

  return [
    route('GET ', (request) => jsonAnswer(200, browserList(context, version, request))),
    route('GET /{session_id}', (request) =>
      jsonAnswer(200, browserView(context, version, browserOf(request), 'one')),
    ),
    route('PATCH /{session_id}', (request) => {
      const { id, session, endedAtMs } = browserOf(request);
      const { action } = objectBody(request);
      if (action === undefined) throw invalid(['body', 'action'], 'missing', 'Field required');
      oneOf(action, ['stop'], ['body', 'action']);
      if (endedAtMs === undefined) session.browserStops.set(id, cloud.clock.now());
      return jsonAnswer(200, browserView(context, version, browserOf(request), 'one'));
    }),
    route('GET /{session_id}/downloads', (request) =>
      jsonAnswer(200, downloadList(context, browserOf(request), request)),
    ),
  ];
}

/** The browser with this ID, whatever session it is of. */
export function findBrowser(cloud: Cloud, id: string): Browser | undefined {
  return allBrowsers(cloud).find((browser) => browser.id === id);
}

/** Where a person watches a browser. Who has the link needs no key. @see cloud-api-v3-v4.md §2 */
export function liveViewUrl(context: RouteContext, browserId: string): string {
  const socket = `wss://${browserId}.cdp.browser-use.example`;
  return `${context.baseUrl()}/live?wss=${encodeURIComponent(socket)}`;
}

function allBrowsers(cloud: Cloud): Browser[] {
  const nowMs = cloud.clock.now();
  return [...cloud.sessions.values()]
    .filter(({ apiVersion }) => apiVersion === 'v3' || apiVersion === 'v4')
    .flatMap((session) => browsersOf(session, cloud.tasksOf(session), nowMs));
}

function browserList(
  context: RouteContext,
  version: 'v3' | 'v4',
  request: ApiRequest,
): Record<string, unknown> {
  const pageSize = integerQuery(request, 'pageSize', { least: 1, most: 100, fallback: 10 });
  const pageNumber = integerQuery(request, 'pageNumber', { least: 1, fallback: 1 });
  const status = wordQuery(request, 'filterBy', ['active', 'stopped']);
  const agent = version === 'v4' ? request.query.get('agentSessionId') : null;
  const sessionId = agent === null ? undefined : parseUuid(agent, ['query', 'agentSessionId']);
  const browsers = allBrowsers(context.cloud)
    .filter(({ session }) => sessionId === undefined || session.id === sessionId)
    .filter((browser) => status === undefined || statusOf(browser) === status)
    .toSorted((a, b) => b.startedAtMs - a.startedAtMs);
  const first = (pageNumber - 1) * pageSize;
  return {
    items: browsers
      .slice(first, first + pageSize)
      .map((browser) => browserView(context, version, browser, 'listed')),
    totalItems: browsers.length,
    pageNumber,
    pageSize,
  };
}

const statusOf = ({ endedAtMs }: Browser): 'active' | 'stopped' =>
  endedAtMs === undefined ? 'active' : 'stopped';

function browserView(
  context: RouteContext,
  version: 'v3' | 'v4',
  browser: Browser,
  how: 'one' | 'listed',
): Record<string, unknown> {
  const { id, session, startedAtMs, endedAtMs } = browser;
  const isActive = endedAtMs === undefined;
  const isRecorded = session.isRecorded && browser.tasks.length > 0;
  const recording = (): string =>
    context.presigner.sign(recordingPath(session.id), { lifetimeSeconds: 300, isUnique: true });
  const hours = ((endedAtMs ?? context.cloud.clock.now()) - startedAtMs) / 3_600_000;
  return {
    id,
    status: statusOf(browser),
    liveUrl: isActive ? liveViewUrl(context, id) : null,
    cdpUrl: isActive ? `https://${id}.cdp.browser-use.example` : null,
    timeoutAt: context.moment(browser.timeoutAtMs),
    startedAt: context.moment(startedAtMs),
    finishedAt: orNull(endedAtMs, context.moment),
    proxyUsedMb: '3.25',
    proxyCost: '0.016300',
    browserCost: (0.02 * hours).toFixed(6),
    agentSessionId: session.id,
    // Lists hold no links to recordings, as the document of v4 says.
    recordingUrl: how === 'one' && !isActive && isRecorded ? recording() : null,
    ...(version === 'v4' ? { recordingAvailable: isRecorded, metadata: null } : {}),
  };
}

function downloadList(
  context: RouteContext,
  browser: Browser,
  request: ApiRequest,
): Record<string, unknown> {
  const limit = integerQuery(request, 'limit', { least: 1, most: 100, fallback: 50 });
  const cursor = request.query.get('cursor');
  const [afterPath] = cursor === null ? [''] : readCursor(cursor, [''] as const);
  const includesUrls = flagQuery(request, 'includeUrls', false);
  const nowMs = context.cloud.clock.now();
  const files = browser.tasks
    .flatMap((task) => {
      const state = task.stateAt(nowMs);
      return downloadsIn(task, state).map((file) => ({ task, file, state }));
    })
    .filter(({ file }) => file.name > afterPath)
    .toSorted((a, b) => (a.file.name < b.file.name ? -1 : 1));
  const page = files.slice(0, limit);
  const hasMore = files.length > page.length;
  const link = (taskId: string, name: string): string =>
    context.presigner.sign(downloadPath(taskId, name), {
      lifetimeSeconds: downloadLinkSeconds,
      isUnique: true,
    });
  return {
    files: page.map(({ task, file, state }) => ({
      path: file.name,
      size: Buffer.byteLength(file.content),
      lastModified: context.moment(state.finishedAtMs ?? nowMs),
      url: includesUrls ? link(task.id, file.name) : null,
    })),
    nextCursor: hasMore ? opaqueCursor([page.at(-1)?.file.name ?? '']) : null,
    hasMore,
  };
}
