import assert from 'node:assert/strict';
import type { ApiVersion, TaskDetails } from '../../../../src/core/cloud/task';
import {
  continuedDraft,
  draftOfArguments,
  keptDraft,
  repeatedDraft,
} from '../../../../src/core/running/draftSources';

const sessionId = '0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10';

const details: TaskDetails = {
  apiVersion: 'v2',
  id: 'a',
  status: 'finished',
  rawStatus: 'finished',
  prompt: 'Find the price',
  model: 'browser-use-2.0',
  sessionId,
  steps: [],
  files: [],
  metadata: '{"team":"search","count":3}',
  screenshotUrls: [],
};

describe('running a task again', () => {
  it('takes what the cloud tells of it, and says what it does not tell', () => {
    const { draft, notes } = repeatedDraft(details);
    assert.deepEqual(draft, {
      prompt: 'Find the price',
      apiVersion: 'v2',
      model: 'browser-use-2.0',
      metadata: { team: 'search' },
    });
    assert.deepEqual(notes, [
      {
        severity: 'info',
        label: 'The cloud does not tell which other options it ran with',
        detail:
          'Add what it had of: Max Steps, Start URL, Output Schema, Allowed Domains, Profile, Secrets, Judge',
      },
    ]);
    const { prompt, model, ...untold } = details;
    assert.deepEqual(repeatedDraft({ ...untold, metadata: '{}' }).draft, {
      prompt: '',
      apiVersion: 'v2',
    });
  });

  it('takes the prompt of a session that it ran last, and keeps its session open where that one is', () => {
    const idle = { ...details, apiVersion: 'v3', rawStatus: 'idle', lastPrompt: 'Buy it' } as const;
    const { draft, notes } = repeatedDraft(idle);
    assert.equal(draft.prompt, 'Buy it');
    assert.equal(draft.keepAlive, true);
    assert.doesNotMatch(notes[0]?.detail ?? '', /Keep Session Open/u);
    for (const other of [{ rawStatus: 'stopped' }, { status: 'stopped' }] as const) {
      const told = repeatedDraft({ ...idle, ...other });
      assert.equal(told.draft.keepAlive, undefined);
      assert.match(told.notes[0]?.detail ?? '', /Keep Session Open/u);
    }
  });

  it('takes no metadata that is none', () => {
    for (const metadata of ['', 'null', '[]', '{}', '{"a":1}', 'x'])
      assert.equal(repeatedDraft({ ...details, metadata }).draft.metadata, undefined, metadata);
  });
});

describe('continuing a session', () => {
  const draftFor = (apiVersion: ApiVersion, status: TaskDetails['status']) =>
    continuedDraft({ apiVersion, sessionId, status });

  it('begins with its session, once its task has ended', () => {
    for (const apiVersion of ['v4', 'v3', 'v2'] as const)
      assert.deepEqual(draftFor(apiVersion, 'finished'), {
        draft: { prompt: '', apiVersion, sessionId, isContinued: true },
        notes: [],
      });
  });

  it('waits for a task that runs where the version has a queue, and says no where it has none', () => {
    assert.deepEqual(draftFor('v4', 'running'), {
      draft: { prompt: '', apiVersion: 'v4', sessionId, isContinued: true, followUp: 'wait' },
      notes: [],
    });
    for (const apiVersion of ['v3', 'v2'] as const) {
      const refused = draftFor(apiVersion, 'running');
      assert.match('problem' in refused ? refused.problem : '', /once its task has ended/u);
    }
  });

  it('says that v1 has no sessions, and that one is not known yet', () => {
    const none = draftFor('v1', 'finished');
    assert.match('problem' in none ? none.problem : '', /API v1 has no sessions/u);
    const unknown = continuedDraft({ apiVersion: 'v4', status: 'finished' });
    assert.match('problem' in unknown ? unknown.problem : '', /not known yet/u);
  });
});

describe('the arguments of Run Task', () => {
  it('are a prompt, or a prompt with options as a prompt file has them', () => {
    assert.deepEqual(draftOfArguments(' Go ', 'v4'), {
      draft: { prompt: 'Go', apiVersion: 'v4' },
      isConfirmed: false,
    });
    const given = {
      prompt: 'Go',
      apiVersion: 'v2',
      maxSteps: 5,
      judge: true,
      allowedDomains: ['example.com'],
      metadata: { team: 'search' },
      model: undefined,
    };
    const { model: _, ...expected } = given;
    assert.deepEqual(draftOfArguments(given, 'v4'), { draft: expected, isConfirmed: false });
    const confirmed = draftOfArguments({ ...given, prompt: ' Go\n', confirm: false }, 'v4');
    assert.deepEqual(confirmed, { draft: expected, isConfirmed: true });
  });

  it('are refused where they are anything else', () => {
    const refused: readonly [object, RegExp][] = [
      [{}, /needs a prompt/u],
      [{ prompt: 3 }, /needs a prompt/u],
      [{ prompt: 'Go', apiVersion: 'v9' }, /no such API version/u],
      [{ prompt: 'Go', confirm: 'no' }, /must be true or false/u],
      [
        { prompt: 'Go', confirm: false, maxSteps: 5 },
        /^API v4 takes no Max Steps\. Nothing was sent\.$/u,
      ],
      [
        { prompt: 'Go', confirm: false, maxSteps: 5, startUrl: 'https://example.com' },
        /^API v4 takes no Max Steps, Start URL\. /u,
      ],
      [{ prompt: 'Go', steps: 3 }, /no option steps/u],
      [{ prompt: 'Go', maxSteps: 'x' }, /^Max Steps must be/u],
      [{ prompt: 'Go', metadata: { a: 1 } }, /no option metadata/u],
      [{ prompt: 'Go', secrets: { a: 'b' } }, /^Secrets must be typed/u],
    ];
    for (const [given, expected] of refused) {
      const result = draftOfArguments(given, 'v4');
      assert.match('problem' in result ? result.problem : '', expected);
    }
  });
});

describe('a draft that was kept', () => {
  it('is what it was', () => {
    for (const draft of [
      { prompt: '', apiVersion: 'v4' },
      { prompt: ' Go\n', apiVersion: 'v4', sessionId, isContinued: true, followUp: 'interrupt' },
      {
        prompt: 'Go',
        apiVersion: 'v2',
        maxSteps: 5,
        keepAlive: false,
        allowedDomains: ['a.example'],
        metadata: { team: 'search' },
        model: undefined,
      },
    ])
      assert.equal(keptDraft(draft), draft);
  });

  it('is none where anything of it is not understood', () => {
    for (const kept of [
      undefined,
      null,
      'Go',
      [],
      {},
      { prompt: 'Go' },
      { apiVersion: 'v4' },
      { prompt: 5, apiVersion: 'v4' },
      { prompt: 'Go', apiVersion: 'v9' },
      { prompt: 'Go', apiVersion: 'v4', followUp: 'later' },
      { prompt: 'Go', apiVersion: 'v4', isContinued: 1 },
      { prompt: 'Go', apiVersion: 'v4', model: null },
      { prompt: 'Go', apiVersion: 'v4', files: 'a.csv' },
      { prompt: 'Go', apiVersion: 'v2', maxSteps: '5' },
      { prompt: 'Go', apiVersion: 'v2', metadata: { a: 1 } },
      { prompt: 'Go', apiVersion: 'v2', metadata: null },
      { prompt: 'Go', apiVersion: 'v2', allowedDomains: [3] },
      { prompt: 'Go', apiVersion: 'v2', secrets: { a: 'b' } },
      { prompt: 'Go', apiVersion: 'v4', optionOfTomorrow: true },
    ])
      assert.equal(keptDraft(kept), undefined, JSON.stringify(kept));
  });
});
