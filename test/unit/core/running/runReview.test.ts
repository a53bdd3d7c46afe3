import assert from 'node:assert/strict';
import { apiVersions } from '../../../../src/core/cloud/versionList';
import type { RunDraft } from '../../../../src/core/running/runDraft';
import { costSentence, reviewRows } from '../../../../src/core/running/runReview';

const sessionId = '0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10';

const full: RunDraft = {
  prompt: 'Find the price\nof a bicycle',
  apiVersion: 'v2',
  model: 'browser-use-2.0',
  startUrl: 'https://example.com',
  maxSteps: 1500,
  maxCostUsd: 2,
  outputSchema: 'price.json',
  allowedDomains: ['example.com', 'example.org'],
  profileId: sessionId,
  judge: true,
  metadata: { team: 'search' },
  secrets: { password: 'hunter2' },
};

const rowsOf = (draft: RunDraft, account?: string) =>
  reviewRows(draft, { host: 'api.browser-use.com', account, notes: [] });

/** Labels and descriptions, under their headings. */
function page(draft: RunDraft): Record<string, readonly string[]> {
  const found: Record<string, string[]> = {};
  let heading = '';
  for (const row of rowsOf(draft)) {
    heading = row.heading ?? heading;
    (found[heading] ??= []).push(`${row.label}: ${row.description ?? ''}`);
  }
  return found;
}

describe('the page before a task is sent', () => {
  it('shows the account, the version, all that is sent, what is not, and what could be added', () => {
    const { Sent, 'Not sent': notSent, 'Can be added': unset, ...others } = page(full);
    assert.deepEqual(others[''], ['Run: API v2 at api.browser-use.com']);
    assert.deepEqual(Sent, [
      'Prompt: Find the price of a bicycle',
      'API Version: v2',
      'Model: browser-use-2.0',
      'Max Steps: 1500',
      'Start URL: https://example.com',
      'Output Schema: price.json',
      'Allowed Domains: example.com, example.org',
      `Profile: ${sessionId}`,
      'Secrets: password',
      'Judge: On',
      'Metadata: team=search',
    ]);
    assert.deepEqual(notSent, ['Cost Cap: $2.00']);
    assert.match(unset?.join() ?? '', /^Session: /u);
    assert.deepEqual(others['Account'], ['api.browser-use.com: ']);
  });

  it('offers each version its own options, and no other', () => {
    for (const apiVersion of apiVersions) {
      const { Sent, 'Not sent': notSent } = page({ ...full, apiVersion });
      const all = [...(Sent ?? []), ...(notSent ?? [])].map((row) => row.split(':')[0]);
      assert.equal(all.length, 12, 'an option is lost');
      assert.equal(new Set(all).size, 12, 'an option is shown twice');
    }
  });

  it('lets neither the session that goes on nor its API version be changed', () => {
    const changeable = (draft: RunDraft): readonly string[] =>
      rowsOf(draft).flatMap(({ label, target }) => (target ? [label] : []));
    const draft: RunDraft = { prompt: 'Go', apiVersion: 'v4', sessionId, model: 'm' };
    for (const label of ['Session', 'API Version']) {
      assert.ok(changeable(draft).includes(label), 'typed by hand it is free');
      assert.ok(!changeable({ ...draft, isContinued: true }).includes(label));
    }
    const rows = page({ ...draft, isContinued: true });
    assert.deepEqual(rows, page(draft), 'all of it is shown');
    assert.ok(changeable({ ...draft, isContinued: true }).includes('Model'));
  });

  it('never shows a secret’s value', () => {
    assert.doesNotMatch(JSON.stringify(rowsOf(full)), /hunter2/u);
  });

  it('says whether there is a cost cap, and what goes on costing', () => {
    assert.equal(
      costSentence({ prompt: 'Go', apiVersion: 'v4' }),
      'Costs money, and no cost cap is set.',
    );
    assert.equal(
      costSentence({ prompt: 'Go', apiVersion: 'v4', maxCostUsd: 0.5 }),
      'Costs up to $0.50.',
    );
    assert.equal(
      costSentence(full),
      'Costs money; API v2 has no cost cap. Ends after 1,500 steps.',
    );
    assert.match(
      costSentence({ prompt: 'Go', apiVersion: 'v3', keepAlive: true }),
      /stays open, which costs money until it is stopped/u,
    );
  });

  it('has no way to run what lacks a prompt, and says so instead of the cost', () => {
    const [run] = rowsOf({ prompt: ' ', apiVersion: 'v4' });
    assert.deepEqual([run?.icon, run?.detail], ['circle-slash', 'There is no prompt yet.']);
    const [long] = rowsOf({ prompt: 'x'.repeat(50_001), apiVersion: 'v4' });
    assert.match(long?.detail ?? '', /^Shorten the prompt/u);
  });

  it('sends only the prompt to a session that is at work', () => {
    const { Sent, 'Not sent': notSent } = page({
      prompt: 'Go',
      apiVersion: 'v4',
      sessionId,
      model: 'm',
      followUp: 'interrupt',
    });
    assert.deepEqual(Sent, [
      'Prompt: Go',
      'API Version: v4',
      'When: At once; the running task is cancelled',
      `Session: ${sessionId}`,
    ]);
    assert.deepEqual(notSent, ['Model: m']);
  });

  it('stays one line a text, however long', () => {
    const rows = reviewRows(
      { prompt: `a\n\u202e${'b '.repeat(9000)}`, apiVersion: 'v4', model: 'x\ny' },
      { host: 'h', account: 'A\nB', notes: [] },
    );
    for (const { description = '' } of rows) {
      assert.doesNotMatch(description, /[\n\u202e]/u);
      assert.ok(description.length <= 400);
    }
  });
});
