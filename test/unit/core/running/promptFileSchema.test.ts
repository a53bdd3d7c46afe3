import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import Ajv from 'ajv';
import { readPromptFile } from '../../../../src/core/running/promptFile';
import { promptFileSchema } from '../../../../src/core/running/promptFileSchema';
import { projectFolder } from '../../../launch/packagedExtension';

describe('the schema of prompt files', () => {
  const schema = promptFileSchema();
  const accepts = new Ajv({ strict: false, logger: false }).compile(schema);

  it('is the one that VS Code is given: npm run schema writes it', () => {
    const file = path.join(projectFolder, 'media', 'prompt-file.schema.json');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), schema);
  });

  it('takes what the reader takes, and nothing else', () => {
    const id = '0b5ad6a5-8a4f-4f5e-9d0e-1d1f6a3c2b10';
    const samples: Readonly<Record<string, readonly unknown[]>> = {
      apiVersion: ['v4', 'v1', 'v5', 4],
      model: ['x', ' ', '', 'a\nb', 'x'.repeat(200), 'x'.repeat(201), 5, ['x']],
      startUrl: [
        'https://example.com',
        'HTTP://example.com/a?b#c@d',
        'https://a:b@example.com',
        'https://a@example.com/',
        'javascript:alert(1)',
        'https://',
      ],
      sessionId: [id, id.toUpperCase(), id.replaceAll('-', ''), id.slice(1), `${id}0`],
      maxSteps: [1, 10_000, 0, 10_001, 1.5, '5', null],
      maxCostUsd: [0.01, 999_999, 2.5, 0, -1, 1_000_000, '2'],
      judge: [true, false, 'true', 1],
      allowedDomains: [['a.b', '*.c'], [], ['a b'], [''], 'a.b', [1]],
      files: [['a'], Array(10).fill('a'), Array(11).fill('a'), ['']],
      metadata: [{ a: 'b' }, { a: 1 }, {}, { '': 'a' }, [], many(10), many(11)],
      secrets: [{ a: 'b' }, null],
      steps: [3],
      confirm: [false],
      $schema: ['./prompt-file.schema.json'],
    };
    for (const [name, values] of Object.entries(samples))
      for (const value of values) {
        const text = JSON.stringify({ prompt: 'Go', [name]: value });
        const { problems } = readPromptFile(text, 'v2', 'json');
        const isRead = problems.every(({ severity }) => severity === 'warning');
        assert.equal(accepts(JSON.parse(text)), isRead, text);
      }
  });

  it('asks for a prompt', () => {
    assert.equal(accepts({ model: 'x' }), false);
    assert.equal(accepts({ prompt: ' \n' }), false);
    assert.equal(accepts({ prompt: 'x'.repeat(50_001) }), false);
    assert.equal(accepts({ prompt: 'Find\nit' }), true);
  });
});

function many(count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, 'x']));
}
