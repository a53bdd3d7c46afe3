import { inspect } from 'node:util';
import type { TaskDetails } from '../../../../src/core/cloud/task';
import { aDetails } from '../../../fakes/fakeCloud';
import { hostileTexts as textsByKind } from '../../../fakes/hostileTasks';

/** Stands in every presigned URL and link of the session below. */
export const linkSecret = 'X-Amz-Signature=canary';

/** A task whose every text tries something on those who show or keep it. */
export function hostileDetails(more: Partial<TaskDetails> = {}): TaskDetails {
  const texts = hostileTexts.join('\n\n');
  return aDetails('../../etc/passwd', {
    status: 'finished',
    prompt: texts,
    output: texts,
    cost: '<b>1</b>',
    model: '<script>alert(1)</script>',
    sessionId: '"><img src=x>',
    createdAt: 'yesterday',
    finishedAt: '<i>',
    judgement: `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    metadata: '{"__proto__":{"polluted":true},"<b>":"<i>","deep":[[[["x"]]]]}',
    files: [{ id: 'f', name: '../../.bashrc' }],
    session: {
      status: 'active',
      liveUrl: `https://live.example/?${linkSecret}`,
      recordingUrls: [`https://store.example/r.mp4?${linkSecret}`],
      publicShareUrl: `https://share.example/?${linkSecret}`,
    },
    screenshotUrls: [`https://store.example/2.png?${linkSecret}`],
    steps: hostileTexts.map((text, index) => ({
      number: index,
      goal: text,
      evaluation: text,
      memory: text,
      url: text,
      actions: [text, '{"go_to_url":{"url":"javascript:alert(1)"}}', 'no JSON {', '[]', 'null'],
      screenshotUrl: `https://store.example/1.png?${linkSecret}`,
    })),
    ...more,
  });
}

export const hostileTexts: readonly string[] = Object.values(textsByKind);

/** What must stand in no text for people: controls but line ends and tabs, and what turns the direction of text. */
export const unseen = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u;

/** True where a text, or a value as inspected, shows a secret link. */
export function showsSecret(value: unknown): boolean {
  const text =
    typeof value === 'string'
      ? value
      : inspect(value, { depth: Infinity, maxStringLength: Infinity });
  return text.includes(linkSecret);
}
