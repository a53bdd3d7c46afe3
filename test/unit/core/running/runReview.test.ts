import assert from 'node:assert/strict';
import { apiVersions } from '../../../../src/core/cloud/versionList';
import type { RunDraft } from '../../../../src/core/running/runDraft';
import {
  costSentence,
  reviewRows,
  type ReviewNote,
  type ReviewRow,
} from '../../../../src/core/running/runReview';

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
  secrets: { password: 'hunter2', user: 'ada' },
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

/** Rows as they are seen, a line each, with what choosing one changes. */
function seen(rows: readonly ReviewRow[]): readonly string[] {
  return rows.flatMap(({ heading, icon, label, description, detail, target }) => {
    const changed =
      target?.kind === 'option'
        ? target.option
        : target?.kind === 'note'
          ? `note ${target.index}`
          : target?.kind;
    const line = [`(${icon}) ${label}`, description, detail].filter((each) => each).join(' | ');
    return [
      ...(heading === undefined ? [] : [`# ${heading}`]),
      `${line} → ${changed ?? 'nothing'}`,
    ];
  });
}

describe('the page before a task is sent', () => {
  it('shows the account, the version, all that is sent, what is not, and what could be added', () => {
    const notes: readonly ReviewNote[] = [
      { severity: 'error', label: 'The cloud refuses it', target: { kind: 'prompt' } },
      { severity: 'info', label: 'Other options are not told', detail: 'Add them' },
    ];
    const rows = reviewRows(full, { host: 'api.browser-use.com', account: 'Ada\nB', notes });
    assert.deepEqual(seen(rows), [
      '(error) The cloud refuses it → prompt',
      '(info) Other options are not told | Add them → note 1',
      '(play) Run | API v2 at api.browser-use.com | Costs money; API v2 has no cost cap. Ends after 1,500 steps. → run',
      '# Sent',
      '(comment) Prompt | Find the price of a bicycle | 27 characters in 2 lines; choose this to read and edit all of it → prompt',
      '(versions) API Version | v2 → version',
      '(edit) Model | browser-use-2.0 → model',
      '(edit) Max Steps | 1500 → maxSteps',
      '(edit) Start URL | https://example.com → startUrl',
      '(edit) Output Schema | price.json → outputSchema',
      '(edit) Allowed Domains | example.com, example.org → allowedDomains',
      `(edit) Profile | ${sessionId} → profileId`,
      '(edit) Secrets | password, user → secrets',
      '(edit) Judge | On → judge',
      '(edit) Metadata | team=search → metadata',
      '# Not sent',
      '(warning) Cost Cap | $2.00 | API v2 takes no such option → maxCostUsd',
      '# Account',
      '(account) api.browser-use.com | Ada B → account',
      '# Can be added',
      '(add) Session | The ID of the session to go on in, with its browser, pages and files. → sessionId',
    ]);
    const { Account: account } = page(full);
    assert.deepEqual(account, ['api.browser-use.com: '], 'until the cloud says whose the key is');
  });

  it('shows what goes into a session, and what that keeps', () => {
    const draft: RunDraft = { prompt: 'Go', apiVersion: 'v3', sessionId, profileId: sessionId };
    assert.deepEqual(
      seen(rowsOf({ ...draft, keepAlive: false, judge: true, isContinued: true })).slice(0, 9),
      [
        '(play) Run | API v3 at api.browser-use.com | Costs money, and no cost cap is set. → run',
        '# Sent',
        '(comment) Prompt | Go → prompt',
        '(lock) API Version | v3 | That of the session, which goes on → nothing',
        `(lock) Session | ${sessionId} → nothing`,
        '(edit) Keep Session Open | Off → keepAlive',
        '# Not sent',
        `(warning) Profile | ${sessionId} | The session keeps the one that it began with → profileId`,
        '(warning) Judge | On | API v3 takes no such option → judge',
      ],
    );
  });

  it('says how long a prompt is that its row cannot hold', () => {
    const detail = (prompt: string): string | undefined =>
      rowsOf({ prompt, apiVersion: 'v4' }).find(({ label }) => label === 'Prompt')?.detail;
    assert.equal(detail('x'.repeat(100)), undefined);
    assert.match(detail('x'.repeat(101)) ?? '', /^101 characters in 1 line; choose this/u);
    assert.match(detail('a\nb') ?? '', /^3 characters in 2 lines; /u);
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
    assert.equal(
      costSentence({ prompt: 'Go', apiVersion: 'v4', keepAlive: true, maxSteps: 5 }),
      'Costs money, and no cost cap is set.',
      'what is not sent costs nothing',
    );
  });

  it('has no way to run what lacks a prompt, and says so instead of the cost', () => {
    const [run] = rowsOf({ prompt: ' ', apiVersion: 'v4' });
    assert.deepEqual([run?.icon, run?.detail], ['circle-slash', 'There is no prompt yet.']);
    const [long] = rowsOf({ prompt: 'x'.repeat(50_001), apiVersion: 'v4' });
    assert.match(long?.detail ?? '', /^Shorten the prompt/u);
  });

  it('sends only the prompt to a session that is at work', () => {
    const draft: RunDraft = { prompt: 'Go', apiVersion: 'v4', sessionId, model: 'm' };
    const [run, ...rows] = seen(rowsOf({ ...draft, followUp: 'interrupt' }));
    assert.equal(
      run,
      '(play) Send, to run instead of the task that is running | API v4 at api.browser-use.com | Costs money. → run',
    );
    assert.deepEqual(rows.slice(0, 7), [
      '# Sent',
      '(comment) Prompt | Go → prompt',
      '(versions) API Version | v4 → version',
      '(list-ordered) When | At once; the running task is cancelled → followUp',
      `(edit) Session | ${sessionId} → sessionId`,
      '# Not sent',
      '(warning) Model | m | Only the prompt is sent to a session that is at work → model',
    ]);
    const waiting = page({ ...draft, followUp: 'wait' });
    assert.match(waiting['']?.[0] ?? '', /^Send, to run after the task that is running: /u);
    assert.ok(waiting['Sent']?.includes('When: After the running task'));
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
