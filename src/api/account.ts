import * as z from 'zod/mini';
import { CloudError } from '../core/cloud/errors';
import type { Account } from '../core/cloud/taskClient';
import { oneLine } from '../core/text/plainText';
import { shorten } from '../core/text/shorten';
import { lenient, text, understand } from './fields';
import { path } from './path';
import type { NotFoundKind } from './refusal';
import type { SendRequest } from './sendRequest';

const accountSchema = z.object({
  name: text,
  totalCreditsBalanceUsd: lenient(z.number()),
  planInfo: lenient(z.object({ planName: text })),
  projectId: text,
});

/** The account of the key: its name, plan and balance, as far as `GET /billing/account` tells them. */
export function getAccount(
  send: SendRequest,
  apiVersion: 'v2' | 'v3',
  signal: AbortSignal,
): Promise<Account> {
  return send({
    path: path`/api/${apiVersion}/billing/account`,
    signal,
    notFoundKind: accountIsMissing,
    read: readAccount,
  });
}

function readAccount(answer: unknown): Account {
  const fields = understand(accountSchema, answer, 'the account');
  const { name, planInfo, totalCreditsBalanceUsd: balance } = fields;
  const known = [name, planInfo, balance, fields.projectId];
  if (known.every((field) => field === undefined)) {
    throw new CloudError(
      'badAnswer',
      'The API promises the account; the answer tells nothing of it',
    );
  }
  const parts = [
    name === undefined || name === '' ? 'an account without a name' : name,
    planInfo?.planName === undefined ? '' : `plan ${planInfo.planName}`,
    balance === undefined ? '' : `$${balance.toFixed(2)} left`,
  ];
  return { description: shorten(oneLine(parts.filter((part) => part !== '').join(', ')), 200) };
}

/** A key without an account opens nothing. */
export const accountIsMissing: NotFoundKind = (detail) =>
  /\baccount\b/i.test(detail) ? 'auth' : 'notServed';
