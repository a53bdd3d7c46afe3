import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ApiVersion } from '../../../../src/core/cloud/task';
import { apiVersions } from '../../../../src/core/cloud/versionList';
import {
  completionsIn,
  formatPromptFile,
  readPromptFile,
} from '../../../../src/core/running/promptFile';
import {
  draftProblem,
  optionsOf,
  requestOf,
  type RunDraft,
} from '../../../../src/core/running/runDraft';

const file = (...lines: readonly string[]) => lines.join('\n');

describe('a prompt file', () => {
  it('has options in its front matter, and is a prompt below', () => {
    const { draft, problems } = readPromptFile(
      file(
        '---',
        'apiVersion: v2',
        'model: browser-use-2.0',
        'startUrl: https://example.com',
        'maxSteps: 50',
        'allowedDomains: [example.com, "*.example.org"]',
        'metadata:',
        '  team: search',
        'outputSchema: schemas/price.json',
        'judge: true',
        '---',
        '',
        '# Find the price',
        '',
        'Of a bicycle.',
        '',
      ),
      'v4',
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(draft, {
      prompt: '# Find the price\n\nOf a bicycle.',
      apiVersion: 'v2',
      model: 'browser-use-2.0',
      startUrl: 'https://example.com',
      maxSteps: 50,
      allowedDomains: ['example.com', '*.example.org'],
      metadata: { team: 'search' },
      outputSchema: 'schemas/price.json',
      judge: true,
    });
  });

  it('needs no front matter', () => {
    const { draft, problems } = readPromptFile('Find the price\n', 'v4');
    assert.deepEqual(draft, { prompt: 'Find the price', apiVersion: 'v4' });
    assert.deepEqual(problems, []);
  });

  it('is refused where it holds secrets, what nobody knows, or what no option can be', () => {
    const refused: readonly [string, RegExp][] = [
      ['secrets: abc', /^Secrets can’t stand in a file/u],
      ['apiVersion: v5', /must be one of v4, v3, v2, v1/u],
      ['modell: x', /There is no option modell/u],
      ['maxSteps: many', /^Max Steps must be a whole number from 1 to 10,000\.$/u],
      ['maxSteps: 0', /Max Steps must be/u],
      ['maxSteps: 1.5', /Max Steps must be/u],
      ['maxCostUsd: -1', /^Cost Cap must be an amount/u],
      ['maxCostUsd: 1e3', /Cost Cap must be/u],
      ['startUrl: file:///etc/passwd', /^Start URL must be an http or https URL/u],
      ['startUrl: https://a:b@example.com', /Start URL must be/u],
      ['startUrl: javascript:alert(1)', /Start URL must be/u],
      ['profileId: mine', /^Profile must be an ID/u],
      ['judge: yes', /^Judge must be true or false\.$/u],
      ['metadata: [a]', /^Metadata must be names and values/u],
      ['allowedDomains: ["a b"]', /^Allowed Domains must be host names/u],
      [
        `files: [${Array.from({ length: 11 }, (_, index) => `f${index}`).join(', ')}]`,
        /^Files must be/u,
      ],
    ];
    for (const [line, expected] of refused) {
      const { problems } = readPromptFile(file('---', line, '---', 'Go'), 'v2');
      const errors = problems.filter(({ severity }) => severity === 'error');
      assert.equal(errors.length, 1, line);
      assert.match(errors[0]?.text ?? '', expected);
      assert.equal(errors[0]?.place?.line, 1);
    }
  });

  // Time that grows with the square of the number is more than a test has.
  it('may hold as many options as fit into it', () => {
    const lines = Array.from({ length: 70_000 }, (_, index) => `a${index}:\n- b`);
    const { problems } = readPromptFile(file('---', ...lines, '---', 'Go'), 'v2');
    assert.equal(problems.length, lines.length);
    assert.equal(problems[0]?.text, 'There is no option a0.');
  });

  it('warns of options that its API version does not take, and keeps them', () => {
    const text = file('---', 'apiVersion: v4', 'maxSteps: 5', 'maxCostUsd: 2', '---', 'Go');
    const { draft, problems } = readPromptFile(text, 'v2');
    assert.deepEqual(problems, [
      {
        place: { line: 2, start: 0, end: 8 },
        text: 'API v4 takes no Max Steps: it is not sent.',
        severity: 'warning',
      },
    ]);
    assert.deepEqual(
      optionsOf(draft).notSent.map(({ option }) => option),
      ['maxSteps'],
    );
    assert.deepEqual(requestOf(draft, {}), { prompt: 'Go', maxCostUsd: 2 });
  });

  it('is written so that it reads as the same draft', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
    const line = text
      .map((each) => each.replace(/\s+/gu, ' ').trim())
      .filter((each) => each !== '');
    const word = line.map((each) => each.replace(/[\s,]/gu, '')).filter((each) => each !== '');
    const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
    const draft = fc.record({
      prompt: text.map((each) => each.trim()).filter((each) => !/[\r\uFEFF]/u.test(each)),
      apiVersion: fc.constantFrom(...apiVersions),
      model: optional(line),
      maxSteps: optional(fc.integer({ min: 1, max: 10_000 })),
      maxCostUsd: optional(fc.integer({ min: 1, max: 99_999 }).map((cents) => cents / 100)),
      allowedDomains: optional(fc.array(word, { minLength: 1, maxLength: 4 })),
      metadata: optional(
        fc.dictionary(fc.constantFrom('team', 'a b', 'ticket', '1', 'a"b', '\\', '#: '), line, {
          minKeys: 1,
          noNullPrototype: true,
        }),
      ),
      judge: optional(fc.boolean()),
    });
    fc.assert(
      fc.property(draft, (written) => {
        const { draft: read, problems } = readPromptFile(formatPromptFile(written), 'v1');
        assert.deepEqual(
          problems.filter(({ severity }) => severity === 'error'),
          [],
        );
        assert.deepEqual({ ...read }, defined(written));
      }),
    );
  });

  it('is written without quotes where a text reads as one whatever the reader', () => {
    const written = (model: string): string | undefined =>
      /^model: (.*)$/mu.exec(formatPromptFile({ prompt: 'Go', apiVersion: 'v4', model }))?.[1];
    for (const text of [
      'browser-use-2.0',
      'https://example.com/a:b@c',
      'x',
      'eyes',
      'notes',
      'on-1',
    ])
      assert.equal(written(text), text);
    for (const text of ['yes', 'Off', 'null', 'a b', 'a:', '5', '-a', 'a#', 'a, b'])
      assert.equal(written(text), JSON.stringify(text));
  });

  it('never holds a secret that was typed', () => {
    const draft: RunDraft = {
      prompt: 'Sign in',
      apiVersion: 'v2',
      secrets: { password: 'hunter2' },
    };
    assert.doesNotMatch(formatPromptFile(draft), /hunter2|password/u);
  });
});

describe('a prompt file in JSON', () => {
  const read = (values: unknown, fallback: ApiVersion = 'v2') =>
    readPromptFile(JSON.stringify(values, null, 2), fallback, 'json');
  const problemsOf = (text: string) =>
    readPromptFile(text, 'v2', 'json').problems.map((problem) => problem.text);

  it('has the prompt beside the options, and means the same as one in Markdown', () => {
    const options = {
      model: 'browser-use-2.0',
      startUrl: 'https://example.com',
      maxSteps: 50,
      allowedDomains: ['example.com', '*.example.org'],
      metadata: { team: 'search' },
      outputSchema: 'schemas/price.json',
      judge: true,
    };
    const prompt = '# Find the price\n\nOf a "bicycle".';
    const { draft, problems } = read({ $schema: './x.json', prompt: ` ${prompt}\n`, ...options });
    assert.deepEqual(problems, []);
    assert.deepEqual(draft, { prompt, apiVersion: 'v2', ...options });
    assert.deepEqual(read({ maxCostUsd: 2.5, apiVersion: 'v4', prompt }).draft, {
      prompt,
      apiVersion: 'v4',
      maxCostUsd: 2.5,
    });
    const { places } = readPromptFile('{\r\n"prompt": "Go", "maxSteps": 5 }', 'v2', 'json');
    assert.deepEqual(places.get('maxSteps'), { line: 1, start: 16, end: 26 });
  });

  it('is refused with the place of what is wrong', () => {
    const refused: readonly [object, RegExp][] = [
      [{ secrets: { a: 'b' } }, /^Secrets can’t stand in a file/u],
      [{ apiVersion: 'v5' }, /must be one of v4, v3, v2, v1/u],
      [{ apiVersion: 2 }, /must be one of v4, v3, v2, v1/u],
      [{ modell: 'x' }, /^There is no option modell\.$/u],
      [{ confirm: false }, /^There is no option confirm\.$/u],
      [{ ['__proto__']: { prompt: 'x' } }, /^There is no option __proto__\.$/u],
      [{ prompt: 3 }, /^The prompt must be a text\.$/u],
      [{ maxSteps: '50' }, /^Max Steps must be a whole number from 1 to 10,000\.$/u],
      [{ maxSteps: 1.5 }, /^Max Steps must be/u],
      [{ maxSteps: 10_001 }, /^Max Steps must be/u],
      [{ maxSteps: null }, /^Max Steps must be/u],
      [{ maxCostUsd: 0 }, /^Cost Cap must be an amount/u],
      [{ judge: 'true' }, /^Judge must be true or false\.$/u],
      [{ model: 5 }, /^Model must be text/u],
      [{ model: ['a'] }, /^Model must be text/u],
      [{ startUrl: 'https://a:b@example.com' }, /^Start URL must be/u],
      [{ allowedDomains: 'example.com' }, /^Allowed Domains must be/u],
      [{ allowedDomains: [] }, /^Allowed Domains must be/u],
      [{ files: ['a', 3] }, /^Files must be/u],
      [{ metadata: { a: 1 } }, /^Metadata must be names and values/u],
    ];
    for (const [given, expected] of refused) {
      const text = JSON.stringify(given, null, 2);
      const { problems } = readPromptFile(text, 'v2', 'json');
      assert.equal(problems.length, 1, text);
      assert.match(problems[0]?.text ?? '', expected);
      assert.equal(problems[0]?.severity, 'error');
      const [name = ''] = Object.keys(given);
      assert.deepEqual(problems[0]?.place, { line: 1, start: 2, end: 4 + name.length });
    }
  });

  it('is refused where it is no JSON, no object, too long, or says something twice', () => {
    assert.deepEqual(problemsOf('['.repeat(500_000)).length, 1);
    for (const text of ['[]', '"Go"', 'null', '3'])
      assert.match(problemsOf(text)[0] ?? '', /^This is no JSON object/u);
    assert.deepEqual(readPromptFile('x'.repeat(1_000_001), 'v2'), {
      draft: { prompt: '', apiVersion: 'v2' },
      problems: [{ text: 'This file is too long for a prompt file.', severity: 'error' }],
      places: new Map(),
    });
    const twice =
      '{"prompt": "Go", "judge": true, "metadata": {"prompt": "x"}, "pro\\u006dpt": "No"}';
    assert.deepEqual(problemsOf(twice), ['prompt is written twice.']);
  });

  it('is refused with the place where it stops being JSON', () => {
    const broken: readonly (readonly [string, number, number, string])[] = [
      ['{', 0, 1, 'it ends too early'],
      ['{"prompt": "Go', 0, 14, 'it ends too early'],
      ['{"prompt": "Go",}', 0, 16, '“}” can’t stand in column 17'],
      ['{"prompt": "Go"}\n// x', 1, 0, '“/” can’t stand in column 1'],
      ['// x\r\n{"prompt": "Go"}', 0, 0, '“/” can’t stand in column 1'],
      ['{\r\n  prompt: 1}', 1, 2, '“p” can’t stand in column 3'],
      ['{"judge": tru}', 0, 13, '“}” can’t stand in column 14'],
      ['{"prompt": "Go\n"}', 0, 14, 'a line end or control character can’t stand in column 15'],
      ['{"a": [1, 2}}', 0, 11, '“}” can’t stand in column 12'],
      ['Go', 0, 0, '“G” can’t stand in column 1'],
      ['{"a": 😀}', 0, 6, '“😀” can’t stand in column 7'],
      ['{"a": tr ue}', 0, 8, '“ ” can’t stand in column 9'],
    ];
    for (const [text, line, start, expected] of broken) {
      const { draft, problems } = readPromptFile(text, 'v4', 'json');
      const [problem, ...others] = problems;
      assert.equal(draft.prompt, '');
      assert.equal(problem?.text, `This is not JSON: ${expected}.`, text);
      assert.equal(problem.severity, 'error');
      assert.deepEqual([problem.place?.line, problem.place?.start], [line, start], text);
      assert.deepEqual(others, []);
      assert.equal(problem.place?.end, start + (expected.includes('😀') ? 2 : 1));
    }
  });

  it('warns of options that its API version does not take, and keeps them', () => {
    const { draft, problems } = read({ prompt: 'Go', apiVersion: 'v4', maxSteps: 5 });
    assert.deepEqual(problems, [
      {
        place: { line: 3, start: 2, end: 12 },
        text: 'API v4 takes no Max Steps: it is not sent.',
        severity: 'warning',
      },
    ]);
    assert.equal(draft.maxSteps, 5);
  });

  it('is refused where it is empty, as VS Code marks nothing in it', () => {
    for (const text of ['', ' \n\t\r\n']) {
      const { draft, problems } = readPromptFile(text, 'v4', 'json');
      assert.deepEqual(problems, [
        { text: 'This file is empty: a task is written as {"prompt": "…"}.', severity: 'error' },
      ]);
      assert.equal(draft.prompt, '');
    }
  });

  it('has no prompt where none is written, as in Markdown', () => {
    assert.equal(read({ model: 'x' }).draft.prompt, '');
    assert.deepEqual(read({}).problems, []);
  });
});

describe('a draft', () => {
  it('is not sent without a prompt, nor with one that is too long', () => {
    const problem = (prompt: string) => draftProblem({ prompt, apiVersion: 'v4' });
    assert.equal(problem('Go'), undefined);
    assert.equal(problem('x'.repeat(50_000)), undefined);
    assert.equal(problem(' \n'), 'There is no prompt yet.');
    assert.match(
      problem('x'.repeat(50_001)) ?? '',
      /^Shorten the prompt to 50,000 characters, .* it has 50,001\.$/u,
    );
  });

  it('sends no profile into a session, and only the prompt where it waits for a task', () => {
    const sessionId = '0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10';
    const draft: RunDraft = {
      prompt: 'Go',
      apiVersion: 'v4',
      sessionId,
      profileId: sessionId,
      model: 'm',
    };
    assert.deepEqual(requestOf(draft, {}), { prompt: 'Go', sessionId, model: 'm' });
    assert.deepEqual(requestOf({ ...draft, followUp: 'wait' }, {}), { prompt: 'Go', sessionId });
  });
});

describe('completions in a prompt file', () => {
  const labels = (lines: readonly string[], line: number, before = lines[line] ?? '') =>
    completionsIn(file(...lines), { line, before }).map(({ label }) => label);

  it('are the options that the API version takes and the file does not have yet', () => {
    const lines = ['---', 'model: gpt-6-luna', 'apiVersion: v4', '', '---', 'Go'];
    const found = labels(lines, 3);
    assert.ok(found.includes('maxCostUsd'));
    for (const absent of ['apiVersion', 'model', 'maxSteps', 'secrets'])
      assert.ok(!found.includes(absent), absent);
    for (const line of [0, 4, 5]) assert.deepEqual(labels(lines, line), []);
    assert.ok(labels(lines, 1, 'mod').includes('model'), 'the one that is being written stays');
    for (const before of ['two words', '  model', 'judge:', '# why'])
      assert.deepEqual(labels(lines, 3, before), []);
  });

  it('say what each does, and which API versions take it', () => {
    const [version, ...options] = completionsIn('---\n\n---', { line: 1, before: '' });
    assert.deepEqual(version, {
      label: 'apiVersion',
      detail: 'The API version that runs the task.',
      insert: 'apiVersion: ',
    });
    const detail = (name: string) => options.find(({ label }) => label === name)?.detail;
    assert.equal(
      detail('maxCostUsd'),
      'The task ends when it has cost this much, in US dollars. (v4, v3)',
    );
    assert.match(detail('startUrl') ?? '', /\(v2\)$/u);
  });

  it('are values where an option has known ones', () => {
    assert.deepEqual(labels(['---', 'apiVersion: ', '---'], 1), ['v4', 'v3', 'v2', 'v1']);
    assert.deepEqual(labels(['---', 'judge: t', '---'], 1), ['true', 'false']);
    const models = labels(['---', 'apiVersion: v3', 'model: '], 2);
    assert.ok(models.includes('claude-sonnet-4.6') && !models.includes('browser-use-2.0'));
    for (const line of ['startUrl: h', 'unknown: x', 'judge: true # t'])
      assert.deepEqual(labels(['---', line, '---'], 1), [], line);
    const all = labels(['---', 'model :\t', '---'], 1);
    assert.ok(all.includes('claude-sonnet-4.6') && all.includes('browser-use-2.0'));
  });

  it('are none in a line longer than any option', () => {
    const blank = `model: ${' '.repeat(1_000_000)}`;
    assert.deepEqual(labels(['---', blank, '---'], 1, `${blank}[`), []);
  });

  it('begin before the front matter is closed', () => {
    assert.ok(labels(['---', 'mo'], 1).includes('model'));
    assert.deepEqual(labels(['Go', 'mo'], 1), []);
  });
});

function defined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
