import { ErrorAnswer } from './answer';
import { findBrowser } from './browserRoutes';
import { screenshotPath } from './storedObjects';
import type { Answer } from './answer';
import type { Session } from './session';
import type { Route } from './route';
import type { RouteContext } from './routeContext';

/** The pages that a person opens from a session: its live view and its public share. They ask for no key. */
export function livePageRoutes(context: RouteContext): Route[] {
  const { cloud } = context;
  return [
    {
      name: 'GET /live/{session_id}',
      auth: undefined,
      answer: ({ parameters }) => {
        const session = cloud.sessions.get(parameters['session_id'] ?? '');
        if (!session) throw new ErrorAnswer(404, 'Session not found');
        return sessionPage(context, session, 'Live view');
      },
    },
    {
      name: 'GET /live',
      auth: undefined,
      answer: ({ query }) => {
        const id = /^wss:\/\/([\w-]+)\./.exec(query.get('wss') ?? '')?.[1] ?? '';
        const browser = findBrowser(cloud, id);
        if (!browser) throw new ErrorAnswer(404, 'Browser not found');
        return sessionPage(context, browser.session, 'Live view');
      },
    },
    {
      name: 'GET /share/v4/{share_token}',
      auth: undefined,
      answer: ({ parameters }) => {
        const token = parameters['share_token'];
        const session = [...cloud.sessions.values()].find(({ share }) => share?.token === token);
        if (!session?.share?.isActive) throw new ErrorAnswer(404, 'Share not found');
        session.share.viewCount += 1;
        return sessionPage(context, session, 'Public share');
      },
    },
    {
      name: 'GET /share/{share_token}',
      auth: undefined,
      answer: ({ parameters }) => {
        const token = parameters['share_token'];
        const session = [...cloud.sessions.values()].find(({ share }) => share?.token === token);
        if (!session?.share) throw new ErrorAnswer(404, 'Public share not found');
        session.share.viewCount += 1;
        session.share.lastViewedAtMs = cloud.clock.now();
        return sessionPage(context, session, 'Public share');
      },
    },
  ];
}

function sessionPage(context: RouteContext, session: Session, title: string): Answer {
  const { cloud, presigner } = context;
  const task = cloud.tasksOf(session).at(-1);
  const state = task?.stateAt(cloud.clock.now());
  const screenshot =
    task && state && state.steps.length > 0
      ? `<img alt="Step ${state.steps.length}" src="${escaped(presigner.sign(screenshotPath(task.id, state.steps.length)))}">`
      : '<p>The browser has shown nothing yet.</p>';
  const isActive = cloud.sessionEndMs(session) === undefined;
  const html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
${isActive ? '<meta http-equiv="refresh" content="2">' : ''}
<title>${title} (simulated)</title>
</head>
<body style="font: 15px system-ui; margin: 2em; max-width: 44em">
<h1>${title} (simulated)</h1>
<p>${escaped(task?.script.prompt ?? 'No task yet')}: ${state?.status ?? 'created'}</p>
${screenshot}
</body>
</html>
`;
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: Buffer.from(html),
  };
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
