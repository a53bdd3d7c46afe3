import { ErrorAnswer } from './answer';
import { refuseBeyondAccount } from './v2Tasks';
import { settleQueues } from './v4Queue';
import type { Cloud } from './cloud';
import type { Route } from './route';
import type { RouteContext } from './routeContext';

const zeroDataRetention = 'Zero Data Retention is enabled on the project (V4 unsupported).';

/** A route of v4 that serves no project with Zero Data Retention. `name` is without `/api/v4`. */
export function v4Route(context: RouteContext, name: string, answer: Route['answer']): Route {
  return {
    name: name.replace(' ', ' /api/v4'),
    auth: 'v4',
    answer: (request) => {
      if (context.cloud.account.hasZeroDataRetention) {
        throw new ErrorAnswer(403, zeroDataRetention);
      }
      settleQueues(context);
      return answer(request);
    },
  };
}

/**
 * @throws {ErrorAnswer} 402 with an object if the key may cost no more, with a text if there are no credits; 429 if that many more
 * sessions would be too many
 * @see cloud-api-v3-v4.md §7
 */
export function refuseCosts(cloud: Cloud, newSessions: number): void {
  const { keySpendLimit } = cloud.account;
  if (keySpendLimit) {
    const detail = {
      code: 'api_key_monthly_spend_limit_reached',
      message: 'This API key has reached its monthly spend limit.',
      cap: keySpendLimit.capUsd,
      spent: keySpendLimit.spentUsd,
    };
    throw new ErrorAnswer(402, detail);
  }
  refuseBeyondAccount(cloud, newSessions);
}
