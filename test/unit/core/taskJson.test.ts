import assert from 'node:assert/strict';
import { readJson, taskJson } from '../../../src/core/taskJson';
import { aTask } from '../../fakes/aTask';
import { aDetails } from '../../fakes/fakeCloud';
import { hostileDetails, hostileTexts, showsSecret } from './hostileDetails';

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

describe('readJson', () => {
  it('reads objects and arrays', () => {
    assert.deepEqual(readJson('{"a":[1]}'), { a: [1] });
  });

  it('leaves alone what is no JSON, a bare word or number, and what is too deep to be written again', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const text of ['no {', '42', 'null', '', deep]) assert.equal(readJson(text), text);
  });
});
