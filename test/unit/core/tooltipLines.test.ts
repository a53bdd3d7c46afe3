import assert from 'node:assert/strict';
import { tooltipLines } from '../../../src/core/tooltipLines';
import { aTask } from '../../fakes/aTask';

describe('a tooltip', () => {
  const now = Date.UTC(2026, 0, 13, 12, 1);
  const options = { now, host: 'cloud.example', timeWords: (at: number) => `<${at - now}>` };

  it('tells prompt, status, verdict, cost, times, duration, version and the last look', () => {
    const task = aTask({
      status: 'finished',
      isSuccess: true,
      judgeVerdict: false,
      cost: '0.31',
      model: 'm1',
      createdAt: '2026-01-13T12:00:00Z',
      startedAt: '2026-01-13T12:00:10Z',
      finishedAt: '2026-01-13T12:00:50Z',
      lookedAt: now - 8000,
    });
    assert.deepEqual(tooltipLines(task, options), [
      'Find a flight',
      'Ended: The agent has come to its end.',
      'The judge found it not successful, though the agent says it succeeded.',
      'Cost: $0.31',
      'Model: m1',
      'Created: <-60000>',
      'Started: <-50000>',
      'Finished: <-10000>',
      'Duration: 40 s',
      'API v2, task ID a1',
      'Last look: <-8000> (8 s ago)',
    ]);
  });

  it("shows the cloud's own word where it is not ours", () => {
    const lines = tooltipLines(aTask({ status: 'unknown', rawStatus: 'dreaming' }), options);
    assert.ok(lines.some((line) => line.includes('(“dreaming”)')));
  });

  it('says before the first look that there was none', () => {
    const task = aTask({
      status: 'unknown',
      rawStatus: '',
      prompt: undefined,
      lookedAt: undefined,
    });
    assert.deepEqual(tooltipLines(task, options), [
      'Nobody has looked at this task yet.',
      'API v2, task ID a1',
    ]);
  });

  it('tells of trouble in words, with its beginning', () => {
    const lines = tooltipLines(aTask({ trouble: { kind: 'timeout', since: now - 1000 } }), options);
    assert.ok(
      lines.some((line) =>
        /^cloud\.example did not answer in time\..*\(since <-1000>\)$/u.test(line),
      ),
    );
  });

  it('says that a task has stood still for long', () => {
    const lines = tooltipLines(aTask({ changedAt: now - 7 * 3_600_000 }), options);
    assert.ok(lines.includes('Unchanged for 7 h, so it is looked at rarely.'));
  });

  it('leaves out times that are none', () => {
    const lines = tooltipLines(aTask({ createdAt: 'yesterday' }), options);
    assert.ok(!lines.some((line) => line.startsWith('Created')));
  });

  it('strips controls and direction marks from what it shows', () => {
    const lines = tooltipLines(aTask({ prompt: 'a\u202eb\u0000c\n\nd', id: 'x\u2066y1' }), options);
    assert.equal(lines[0], 'abc d');
    assert.ok(lines.includes('API v2, task ID xy1'));
  });
});
