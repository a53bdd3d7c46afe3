import { emptyAnswer, ErrorAnswer, invalid, jsonAnswer } from './answer';
import { integerQuery, isObject, objectBody, oneOf, uuidParameter, wordQuery } from './parameters';
import { refuseBeyondAccount } from './v2Tasks';
import { sessionItemView, sessionView, shareView } from './v2Views';
import { newShare } from './session';
import type { Session } from './session';
import type { ApiRequest, Route } from './route';
import type { RouteContext } from './routeContext';

/** v2's session and billing routes. @see the OpenAPI document of v2 */
export function v2SessionRoutes(context: RouteContext): Route[] {
  const { cloud } = context;

  const sessionOf = (request: ApiRequest): Session => {
    const session = cloud.sessions.get(uuidParameter(request, 'session_id'));
    if (session?.apiVersion !== 'v2') throw new ErrorAnswer(404, 'Session not found');
    return session;
  };

  return [
    {
      name: 'GET /api/v2/sessions',
      auth: 'v2',
      answer: (request) => jsonAnswer(200, sessionList(context, request)),
    },
    {
      name: 'POST /api/v2/sessions',
      auth: 'v2',
      answer: (request) => {
        const body = request.body.length === 0 ? {} : objectBody(request);
        refuseBeyondAccount(cloud, 1);
        const session = cloud.addSession({
          keepAlive: flag(body, 'keepAlive', true),
          persistMemory: flag(body, 'persistMemory', true),
          isRecorded: flag(body, 'enableRecording', false),
        });
        return jsonAnswer(201, sessionItemView(context, session));
      },
    },
    {
      name: 'GET /api/v2/sessions/{session_id}',
      auth: 'v2',
      answer: (request) => jsonAnswer(200, sessionView(context, sessionOf(request))),
    },
    {
      name: 'PATCH /api/v2/sessions/{session_id}',
      auth: 'v2',
      answer: (request) => {
        const session = sessionOf(request);
        const { action } = objectBody(request);
        if (action === undefined) throw invalid(['body', 'action'], 'missing', 'Field required');
        oneOf(action, ['stop'], ['body', 'action']);
        cloud.stopSession(session);
        return jsonAnswer(200, sessionView(context, session));
      },
    },
    {
      name: 'DELETE /api/v2/sessions/{session_id}',
      auth: 'v2',
      answer: (request) => {
        cloud.deleteSession(sessionOf(request));
        return emptyAnswer(204);
      },
    },
    {
      name: 'GET /api/v2/sessions/{session_id}/public-share',
      auth: 'v2',
      answer: (request) => {
        const view = shareView(context, sessionOf(request));
        if (!view) throw new ErrorAnswer(404, 'Public share not found');
        return jsonAnswer(200, view);
      },
    },
    {
      name: 'POST /api/v2/sessions/{session_id}/public-share',
      auth: 'v2',
      answer: (request) => {
        const session = sessionOf(request);
        session.share ??= newShare(session, cloud.clock.now());
        return jsonAnswer(201, shareView(context, session));
      },
    },
    {
      name: 'DELETE /api/v2/sessions/{session_id}/public-share',
      auth: 'v2',
      answer: (request) => {
        sessionOf(request).share = undefined;
        return emptyAnswer(204);
      },
    },
    {
      name: 'GET /api/v2/billing/account',
      auth: 'v2',
      answer: () => jsonAnswer(200, accountView(context)),
    },
  ];
}

function sessionList(context: RouteContext, request: ApiRequest): Record<string, unknown> {
  const pageSize = integerQuery(request, 'pageSize', { least: 1, most: 100, fallback: 10 });
  const pageNumber = integerQuery(request, 'pageNumber', { least: 1, fallback: 1 });
  const status = wordQuery(request, 'filterBy', ['active', 'stopped']);
  const views = [...context.cloud.sessions.values()]
    .filter((session) => session.apiVersion === 'v2')
    .toSorted((a, b) => b.startedAtMs - a.startedAtMs)
    .map((session) => sessionItemView(context, session))
    .filter((view) => status === undefined || view['status'] === status);
  const first = (pageNumber - 1) * pageSize;
  return {
    items: views.slice(first, first + pageSize),
    totalItems: views.length,
    pageNumber,
    pageSize,
  };
}

export function accountView({ cloud: { account } }: RouteContext): Record<string, unknown> {
  return {
    name: account.name,
    totalCreditsBalanceUsd: account.monthlyCreditsUsd + account.additionalCreditsUsd,
    monthlyCreditsBalanceUsd: account.monthlyCreditsUsd,
    additionalCreditsBalanceUsd: account.additionalCreditsUsd,
    rateLimit: account.rateLimit,
    planInfo: {
      planName: account.planName,
      subscriptionStatus: null,
      subscriptionId: null,
      subscriptionCurrentPeriodEnd: null,
      subscriptionCanceledAt: null,
    },
    isFreeTier: account.isFreeTier,
    projectId: account.projectId,
  };
}

function flag(body: unknown, name: string, fallback: boolean): boolean {
  const value = isObject(body) ? (body[name] ?? fallback) : fallback;
  if (typeof value === 'boolean') return value;
  throw invalid(['body', name], 'bool_type', 'Input should be a valid boolean');
}
