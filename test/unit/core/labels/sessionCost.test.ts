import assert from 'node:assert/strict';
import { sessionCostRows } from '../../../../src/core/labels/sessionCost';

describe('the cost of a session', () => {
  for (const [name, amount, expected] of [
    ['llmCostUsd', '0.420000', ['LLM', '$0.42']],
    ['browser__cost', '0.05', ['Browser', '$0.05']],
    ['totalCostUsd', '1.234567', ['Total', '$1.2346']],
    ['costUsd', '1', ['Cost', '$1.00']],
    ['proxyUsedMb', '3.25', ['Proxy used mb', '3.25']],
    ['\u202eevil\nname usd', '1', ['Evil name', '$1.00']],
  ] as const)
    it(`names ${JSON.stringify(name)} for people`, () => {
      const [row] = sessionCostRows([{ name, amount }]);
      assert.deepEqual([row?.name, row?.value], expected);
    });

  it('cuts a name that is too long', () => {
    const [row] = sessionCostRows([{ name: 'x'.repeat(500), amount: '1' }]);
    assert.ok((row?.name.length ?? 99) <= 40);
  });
});
