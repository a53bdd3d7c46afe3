import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import { taskJson } from '../../../../src/core/formats/taskJson';
import { aTask } from '../../../fakes/aTask';
import { aDetails } from '../../../fakes/fakeCloud';
import { hostileDetails, hostileTexts, showsSecret } from '../details/hostileDetails';

describe('taskJson', () => {
  it('holds what the cloud says, with strings of JSON read', () => {
    const text = taskJson(
      aDetails('a1', {
        status: 'finished',
        isSuccess: true,
        judgeVerdict: false,
        judgement: '{"verdict":false}',
        cost: '0.10',
        steps: [
          {
            number: 1,
            goal: 'g',
            evaluation: 'e',
            memory: 'm',
            url: 'u',
            actions: ['{"click":{"index":3}}', 'not JSON'],
            durationSeconds: 1.5,
            screenshotUrl: 'https://store.example/1.png',
          },
        ],
        files: [{ id: 'f', name: 'a.csv' }],
        session: { status: 'stopped', recordingUrls: ['https://store.example/r.mp4'] },
      }),
    );
    assert.deepEqual(JSON.parse(text), {
      apiVersion: 'v2',
      id: 'a1',
      status: 'finished',
      rawStatus: 'finished',
      outcome: 'failure',
      isSuccess: true,
      judgeVerdict: false,
      prompt: 'Do a1',
      cost: '0.10',
      sessionStatus: 'stopped',
      createdAt: '2026-01-13T11:59:00.000Z',
      judgement: { verdict: false },
      metadata: {},
      steps: [
        {
          number: 1,
          goal: 'g',
          evaluation: 'e',
          memory: 'm',
          url: 'u',
          durationSeconds: 1.5,
          actions: [{ click: { index: 3 } }, 'not JSON'],
          hasScreenshot: true,
        },
      ],
      files: ['a.csv'],
    });
  });

  it('leaves out what opens something: presigned URLs and links of the session', () => {
    assert.equal(showsSecret(taskJson(hostileDetails())), false);
  });

  it('is laid out, also where an action is as deep as any that is read', () => {
    const action = '[{"a":'.repeat(32) + '1' + '}]'.repeat(32);
    const step = { number: 1, goal: '', evaluation: '', memory: '', url: '', actions: [action] };
    const text = taskJson(aDetails('1', { steps: [step] }));
    assert.ok(text.split('\n').length > 64);
    assert.match(text, /"hasScreenshot": false/u);
  });

  it('can be written for whatever a task holds, and read again', () => {
    const read = JSON.parse(taskJson(hostileDetails())) as { steps: { goal: string }[] };
    assert.equal(read.steps[0]?.goal, hostileTexts[0]);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it('tells of a task without details what is known, and nothing of steps', () => {
    const read = JSON.parse(taskJson(aTask())) as Record<string, unknown>;
    assert.equal(read['prompt'], 'Find a flight');
    assert.ok(!('steps' in read));
    assert.ok(!('trackedAt' in read));
  });
});

describe('taskJson of a task of which not all could be read', () => {
  it('says what is missing, and why', () => {
    const unread = { steps: new CloudError('forbidden', '403') };
    const read = JSON.parse(taskJson(aDetails('1', { unread }))) as Record<string, unknown>;
    assert.deepEqual(read['couldNotBeRead'], {
      steps: 'the server says that this API key may not do this',
    });
  });
});

describe('numbers in taskJson', () => {
  it('keep their digits, wherever JSON is held', () => {
    const paused = '{"id": 12345678901234567890, "x": [1.10, 1E-7]}';
    const text = taskJson(
      aDetails('1', {
        judgement: paused,
        metadata: paused,
        steps: [
          { number: 1, goal: '', evaluation: '', memory: '', url: '', actions: [paused, paused] },
        ],
      }),
    );
    assert.equal(text.match(/12345678901234567890/gu)?.length, 4);
    assert.equal(text.match(/1\.10,\n\s+1E-7\n/gu)?.length, 4);
    assert.equal(typeof JSON.parse(text), 'object');
  });

  it('stay in a string where that is no JSON, a bare word or number, or too deep to be written again', () => {
    const nest = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    for (const judgement of ['no {', '42', 'null', '', nest(65), nest(100_000)]) {
      const read = JSON.parse(taskJson(aDetails('1', { judgement }))) as Record<string, unknown>;
      assert.equal(read['judgement'], judgement);
    }
    const action = nest(64);
    const step = { number: 1, goal: '', evaluation: '', memory: '', url: '', actions: [action] };
    const read = JSON.parse(taskJson(aDetails('1', { judgement: action, steps: [step] }))) as {
      judgement: unknown;
      steps: readonly { actions: readonly unknown[] }[];
    };
    assert.deepEqual(
      [read.judgement, read.steps[0]?.actions[0]],
      Array(2).fill(JSON.parse(action)),
    );
  });
});
