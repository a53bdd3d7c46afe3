import assert from 'node:assert/strict';
import {
  longestText,
  metadataText,
  otherServerWords,
  recordingLinks,
  stepText,
  taskViewOf,
} from '../../../src/core/detailsView';
import type { TaskStep } from '../../../src/core/task';
import { newlyTracked } from '../../../src/core/trackedTask';
import { aDetails } from '../../fakes/fakeCloud';

function aStep(number: number, more: Partial<TaskStep> = {}): TaskStep {
  return { number, goal: '', evaluation: '', memory: '', url: '', actions: [], ...more };
}

describe('taskViewOf', () => {
  it('hands no presigned or session link to the page, only that there is one', () => {
    const secret = 'X-Amz-Signature=abc';
    const view = taskViewOf(
      aDetails('1', {
        steps: [aStep(1, { screenshotUrl: `https://store.example/1.png?${secret}` })],
        screenshotUrls: [`https://store.example/2.png?${secret}`],
        session: {
          status: 'active',
          liveUrl: `https://live.example/?${secret}`,
          recordingUrls: [`https://store.example/r.mp4?${secret}`],
          publicShareUrl: `https://share.example/?${secret}`,
        },
      }),
    );
    assert.doesNotMatch(JSON.stringify(view), /Signature/u);
    assert.equal(view.liveHost, 'live.example');
    assert.equal(view.shareHost, 'share.example');
    assert.deepEqual(view.recordingHosts, ['store.example']);
    assert.equal(view.steps[0]?.hasScreenshot, true);
    assert.equal(view.screenshotCount, 1);
  });

  it('offers no link that may not be opened', () => {
    const session = {
      liveUrl: 'javascript:alert(1)',
      recordingUrls: ['file:///etc/passwd', 'https://store.example/r.mp4'],
      publicShareUrl: 'https://user:pass@share.example/',
    };
    const details = aDetails('1', { session });
    const view = taskViewOf(details);
    assert.equal(view.liveHost, undefined);
    assert.equal(view.shareHost, undefined);
    assert.deepEqual(view.recordingHosts, ['store.example']);
    // The page names recordings by these positions.
    assert.deepEqual(recordingLinks(details), ['https://store.example/r.mp4']);
  });

  it('lays JSON output out, and leaves other output as it is', () => {
    const json = taskViewOf(aDetails('1', { output: '{"a":1}' })).output;
    assert.deepEqual(json, { form: 'json', text: '{\n  "a": 1\n}', isCut: false });
    const plain = taskViewOf(aDetails('1', { output: 'a  b' })).output;
    assert.deepEqual(plain, { form: 'plaintext', text: 'a  b', isCut: false });
  });

  it('tells what a huge output is by its beginning', () => {
    const formOf = (output: string) => {
      const found = taskViewOf(aDetails('1', { output })).output;
      assert.ok(found?.isCut && found.text.length <= longestText);
      return found.form;
    };
    const much = 'word '.repeat(2_000_000);
    assert.equal(formOf(JSON.stringify({ list: Array(1_000_000).fill('text') })), 'json');
    assert.equal(formOf(JSON.stringify({ much })), 'json');
    assert.equal(formOf('['.repeat(10_000_000)), 'plaintext');
    assert.equal(formOf(`{ this is none ${much}`), 'plaintext');
    assert.equal(formOf(`# Title\n\n${much}`), 'markdown');
    assert.equal(formOf(much), 'plaintext');
  });

  it('cuts long texts and says so', () => {
    const text = 'w'.repeat(3_000_000);
    const view = taskViewOf(
      aDetails('1', {
        output: text,
        prompt: text,
        judgement: text,
        model: text,
        metadata: { [text]: text },
        files: [{ id: '1', name: text }],
        steps: [aStep(1, { goal: text, memory: text, actions: Array<string>(1000).fill(text) })],
      }),
    );
    assert.equal(view.output?.isCut, true);
    assert.equal(view.output.text.length, longestText);
    assert.equal(view.prompt?.isCut, true);
    assert.equal(view.judgement?.isCut, true);
    assert.equal(view.steps[0]?.isCut, true);
    assert.ok(JSON.stringify(view).length < 1_000_000);
  });

  it('hands over the last steps of very many, each with its place', () => {
    const view = taskViewOf(
      aDetails('1', { steps: Array.from({ length: 5000 }, (_, index) => aStep(index + 1)) }),
    );
    assert.equal(view.stepCount, 5000);
    assert.equal(view.steps.length, 2000);
    assert.equal(view.steps[0]?.index, 3000);
    assert.equal(view.steps.at(-1)?.index, 4999);
  });

  it('tells what the store knows as not the whole', () => {
    const view = taskViewOf({ ...newlyTracked({ apiVersion: 'v1', id: 'a' }, 0), isMissing: true });
    assert.equal(view.isWhole, false);
    assert.equal(view.isMissing, true);
    assert.equal(view.hasLog, false);
  });

  it('offers the log where the API version has one', () => {
    assert.equal(taskViewOf(aDetails('1')).hasLog, true);
    assert.equal(taskViewOf(aDetails('1', { apiVersion: 'v1' })).hasLog, false);
  });
});

describe('stepText', () => {
  it('holds all of a step but its presigned link', () => {
    const text = stepText(
      aStep(3, {
        goal: 'Find it',
        actions: ['{"click":{"index":3}}', 'no JSON'],
        screenshotUrl: 'https://store.example/1.png?sig=1',
      }),
    );
    assert.doesNotMatch(text, /store\.example/u);
    assert.deepEqual(JSON.parse(text), {
      number: 3,
      goal: 'Find it',
      evaluation: '',
      memory: '',
      url: '',
      actions: [{ click: { index: 3 } }, 'no JSON'],
    });
  });
});

describe('metadataText', () => {
  it('is readable JSON', () => {
    assert.equal(metadataText({ a: { b: 1 } }), '{\n  "a": {\n    "b": 1\n  }\n}');
  });
});

describe('otherServerWords', () => {
  it('names the server that the task belongs to', () => {
    assert.match(
      otherServerWords('http://127.0.0.1:81'),
      /^This task belongs to 127\.0\.0\.1:81\. /u,
    );
  });
});
