import * as z from 'zod/mini';
import { CloudError } from '../core/cloud/errors';
import type { PublicShare } from '../core/cloud/taskClient';
import { lenient, present, understand, webUrl } from './fields';
import type { NotFoundKind } from './refusal';

const shareSchema = z.object({
  shareUrl: webUrl,
  viewCount: lenient(z.int().check(z.nonnegative())),
});

/** What `GET` and `POST /sessions/{id}/public-share` of v2 answer, and `…/share` of v4 where it is active. */
export function readShare(answer: unknown): PublicShare {
  const { shareUrl, viewCount } = understand(shareSchema, answer, 'a public share');
  if (shareUrl !== undefined) return present({ url: shareUrl, viewCount });
  throw new CloudError('badAnswer', 'The API promises the link of the share; the answer has none');
}

/** No such session has no public page either. */
export const shareIsMissing: NotFoundKind = () => 'refused';
