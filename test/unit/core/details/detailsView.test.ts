import assert from 'node:assert/strict';
import {
  longestText,
  metadataText,
  recordingLinks,
  stepText,
  taskViewOf,
} from '../../../../src/core/details/detailsView';
import type { TaskStep } from '../../../../src/core/cloud/task';
import { newlyTracked } from '../../../../src/core/tasks/trackedTask';
import { aDetails } from '../../../fakes/fakeCloud';

function aStep(number: number, more: Partial<TaskStep> = {}): TaskStep {
  return { number, goal: '', evaluation: '', memory: '', url: '', actions: [], ...more };
}

/** Details that hold a text wherever one can stand: long ones, those of one line, those of metadata, and those of a step. */
function filledDetails(text: string, line: string, value: string, step: Partial<TaskStep>) {
  return aDetails('1', {
    output: text,
    prompt: text,
    judgement: text,
    model: line,
    metadata: JSON.stringify({ [line]: value }),
    files: [{ id: '1', name: line }],
    steps: [aStep(1, step)],
  });
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

  it('shows an error that stands for a result once, and one beside a result with it', () => {
    const once = taskViewOf(aDetails('1', { error: 'No browser', output: 'No browser' }));
    assert.deepEqual([once.error?.text, once.output], ['No browser', undefined]);
    const both = taskViewOf(aDetails('1', { error: 'No browser', output: 'Half of it' }));
    assert.deepEqual([both.error?.text, both.output?.text], ['No browser', 'Half of it']);
    const files = Array.from({ length: 501 }, (_, index) => ({ id: '', name: String(index) }));
    assert.equal(taskViewOf(aDetails('1', { files })).hasMoreFiles, true);
    assert.equal(taskViewOf(aDetails('1', { files: files.slice(1) })).hasMoreFiles, false);
    const given = taskViewOf(aDetails('1', { attachments: ['wishes.csv'] }));
    assert.deepEqual([given.attachmentNames, given.fileNames], [['wishes.csv'], []]);
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
      filledDetails(text, text, text, {
        goal: text,
        memory: text,
        actions: Array<string>(1000).fill(text),
      }),
    );
    assert.equal(view.output?.isCut, true);
    assert.equal(view.output.text.length, longestText);
    assert.equal(view.prompt?.isCut, true);
    assert.equal(view.judgement?.isCut, true);
    assert.equal(view.steps[0]?.isCut, true);
    assert.ok(JSON.stringify(view).length < 1_000_000);
  });

  it('leaves a text whole that just fits, and calls none cut', () => {
    const field = 'f'.repeat(1000);
    const text = 't'.repeat(longestText);
    const step = 's'.repeat(5000);
    const view = taskViewOf(
      filledDetails(text, field, step, {
        goal: step,
        evaluation: step,
        memory: step,
        url: step,
        actions: Array<string>(50).fill(step),
      }),
    );
    assert.deepEqual(view.output, { form: 'plaintext', text, isCut: false });
    assert.deepEqual(view.prompt, { text, isCut: false });
    assert.deepEqual(view.judgement, { text, isCut: false });
    assert.equal(view.model, field);
    assert.deepEqual(view.metadata, [{ name: field, value: step }]);
    assert.deepEqual(view.fileNames, [field]);
    assert.deepEqual(view.steps, [
      {
        index: 0,
        number: 1,
        goal: step,
        evaluation: step,
        memory: step,
        url: step,
        actions: Array<string>(50).fill(step),
        durationSeconds: undefined,
        hasScreenshot: false,
        isCut: false,
      },
    ]);
  });

  it('calls a step cut that has one text or action too many', () => {
    const long = 's'.repeat(5001);
    const cutSteps: Partial<TaskStep>[] = [
      { goal: long },
      { evaluation: long },
      { memory: long },
      { url: long },
      { actions: ['short', long] },
      { actions: Array<string>(51).fill('short') },
    ];
    const { steps } = taskViewOf(
      aDetails('1', { steps: cutSteps.map((step, index) => aStep(index + 1, step)) }),
    );
    assert.deepEqual(
      steps.map(({ isCut }) => isCut),
      cutSteps.map(() => true),
    );
    assert.equal(steps.at(-1)?.actions.length, 50);
    assert.equal(steps[0]?.goal.length, 5000);
  });

  it('lists at most five hundred of whatever there are many', () => {
    const many = Array.from({ length: 501 }, (_, index) => index);
    const link = (index: number): string => `https://store.example/${index}`;
    const details = aDetails('1', {
      files: many.map((index) => ({ id: `${index}`, name: `${index}.txt` })),
      metadata: JSON.stringify(Object.fromEntries(many.map((index) => [`name ${index}`, index]))),
      screenshotUrls: many.map(link),
      session: { recordingUrls: many.map(link) },
      attachments: many.map(String),
      sessionTasks: many.map((index) => ({ id: `${index}`, status: 'running', prompt: 'Go\non' })),
    });
    const view = taskViewOf(details);
    assert.equal(view.attachmentNames.length, 500);
    assert.equal(view.sessionTasks.length, 500);
    assert.deepEqual(view.sessionTasks[0], { title: 'Go on', status: 'running' });
    assert.equal(view.fileNames.length, 500);
    assert.equal(view.fileNames.at(-1), '499.txt');
    assert.equal(view.metadata.length, 500);
    assert.equal(view.screenshotCount, 500);
    assert.equal(view.recordingHosts.length, 500);
    assert.equal(recordingLinks(details).length, 500);
  });

  it('shows metadata of any kind', () => {
    const metadata =
      '{"text":"a \\"b\\"","number":12345678901234567890,"object":{"a": [null, 1.10]},"nothing":null}';
    assert.deepEqual(
      taskViewOf(aDetails('1', { metadata })).metadata.map(({ value }) => value),
      ['a "b"', '12345678901234567890', '{"a":[null,1.10]}', 'null'],
    );
  });

  it('shows nothing of metadata that is no JSON, or deeper than anybody reads', () => {
    const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    for (const metadata of ['', '[]', '{"a"', deep])
      assert.deepEqual(taskViewOf(aDetails('1', { metadata })).metadata, []);
  });

  it('has no text for what is empty or not told', () => {
    const empty = aDetails('1', { prompt: '', output: '', judgement: '', cost: '', model: '' });
    const { prompt, output, judgement, cost, model } = taskViewOf(empty);
    assert.deepEqual(
      [prompt, output, judgement, cost, model],
      [undefined, undefined, undefined, undefined, undefined],
    );
    const summary = taskViewOf(newlyTracked({ apiVersion: 'v2', id: 'a' }, 0));
    assert.deepEqual(
      [summary.liveHost, summary.shareHost, summary.screenshotCount, summary.hasLog],
      [undefined, undefined, 0, false],
    );
    assert.deepEqual([summary.recordingHosts, summary.metadata, summary.steps], [[], [], []]);
    assert.equal(summary.isMissing, false);
    assert.equal(taskViewOf(aDetails('1')).isMissing, false);
    assert.deepEqual(recordingLinks(undefined), []);
  });

  it('takes JSON for JSON up to twice what is shown, and says that it goes on', () => {
    const list = (length: number): string => JSON.stringify({ a: 'w'.repeat(length) });
    const whole = taskViewOf(aDetails('1', { output: list(2 * longestText - 8) })).output;
    assert.equal(whole?.form, 'json');
    assert.equal(whole.isCut, true);
    assert.ok(whole.text.length <= longestText);
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

  it('cuts the texts of later steps shorter where all together are too much for a page', () => {
    const step = { goal: 'g'.repeat(5000), actions: Array<string>(50).fill('a'.repeat(5000)) };
    const hostile = Array.from({ length: 2000 }, (_, index) => aStep(index + 1, step));
    const first = taskViewOf(aDetails('1', { steps: hostile.slice(0, 100) })).steps;
    const { steps } = taskViewOf(aDetails('1', { steps: hostile }));
    assert.ok(JSON.stringify(steps).length < 10_000_000);
    assert.equal(steps.length, 2000);
    const [whole, last] = [steps[0], steps.at(-1)];
    assert.deepEqual([whole?.goal, whole?.actions, whole?.isCut], [step.goal, step.actions, false]);
    assert.deepEqual([last?.goal.length, last?.actions.length, last?.isCut], [200, 10, true]);
    // Steps that follow change none that were sent before.
    assert.deepEqual(steps.slice(0, 100), first);
    // What is short is shown whole, however much comes before it.
    const short = aStep(2001, { goal: 'Buy it', actions: ['click'] });
    const end = taskViewOf(aDetails('1', { steps: [...hostile, short] })).steps.at(-1);
    assert.deepEqual([end?.goal, end?.actions, end?.isCut], ['Buy it', ['click'], false]);
  });

  it('cuts a step anew that comes to stand before less text', () => {
    const long = aStep(2, { goal: 'g'.repeat(5000) });
    const before = Array.from({ length: 1000 }, () => aStep(1, { goal: 'g'.repeat(5000) }));
    const goalAfter = (steps: readonly TaskStep[]): number | undefined =>
      taskViewOf(aDetails('1', { steps: [...steps, long] })).steps.at(-1)?.goal.length;
    assert.deepEqual([goalAfter(before), goalAfter(before.map(() => aStep(1)))], [200, 5000]);
  });

  it('says that there are more files and tasks than the cloud has told of', () => {
    const more = taskViewOf(aDetails('1', { hasMoreFiles: true, hasMoreSessionTasks: true }));
    assert.deepEqual([more.hasMoreFiles, more.hasMoreSessionTasks], [true, true]);
    const all = taskViewOf(aDetails('1'));
    assert.deepEqual([all.hasMoreFiles, all.hasMoreSessionTasks], [false, false]);
    assert.deepEqual([all.attachmentNames, all.sessionTasks], [[], []]);
  });

  it('tells what the store knows as not the whole', () => {
    const view = taskViewOf({ ...newlyTracked({ apiVersion: 'v2', id: 'a' }, 0), isMissing: true });
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

describe('stepText of odd actions', () => {
  it('keeps the digits of numbers, and whatever is no JSON as a string', () => {
    const deep = '['.repeat(65) + ']'.repeat(65);
    const nest = '['.repeat(64) + ']'.repeat(64);
    const text = stepText(aStep(1, { actions: ['{"id":12345678901234567890}', '42', deep, nest] }));
    assert.match(text, /"id": 12345678901234567890\n/u);
    assert.match(text, /^ {4}"42",$/mu);
    assert.deepEqual((JSON.parse(text) as { actions: unknown[] }).actions.slice(1), [
      '42',
      deep,
      JSON.parse(nest),
    ]);
  });
});

describe('metadataText', () => {
  it('is readable JSON', () => {
    assert.equal(metadataText('{"a":{"b":1.0}}'), '{\n  "a": {\n    "b": 1.0\n  }\n}');
  });
});
