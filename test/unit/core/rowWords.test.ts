import assert from 'node:assert/strict';
import { rowDescription, rowName, rowSentence } from '../../../src/core/rowWords';
import { aTask } from '../../fakes/aTask';

const plain = { showsVersion: false };

describe('a row', () => {
  it('says status, outcome and cost beside the name', () => {
    assert.equal(rowDescription(aTask(), plain), 'Running');
    const finished = aTask({ status: 'finished', cost: '0.1200' });
    assert.equal(rowDescription(finished, plain), 'Finished · $0.12');
    const judged = { ...finished, judgeVerdict: false, cost: '0.31' };
    assert.equal(rowDescription(judged, plain), 'Finished, goal not reached · $0.31');
  });

  it('has a name that leaves room for the status in a narrow side bar', () => {
    const prompt = 'Find the cheapest direct train from Vienna to Venice';
    assert.equal(rowName(aTask({ prompt })), 'Find the cheapest direct tr…');
    assert.equal(rowName(aTask()), 'Find a flight');
    const id = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
    assert.equal(rowName({ id, prompt: ' ' }), id);
    assert.ok(rowSentence(aTask({ prompt }), plain).includes(prompt));
  });

  it('rounds the cost to four decimals', () => {
    const words = (cost: string) => rowDescription(aTask({ cost }), plain);
    assert.equal(words('0.126235'), 'Running · $0.1262');
    assert.equal(words('0.99999'), 'Running · $1.00');
    assert.equal(words('12.3456'), 'Running · $12.3456');
    assert.equal(words('0.00009999'), 'Running · <$0.0001');
    assert.equal(words('0.0001000'), 'Running · $0.0001');
    assert.equal(words('0.000000'), 'Running · $0.00');
    assert.equal(words('free'), 'Running · free');
    assert.match(rowSentence(aTask({ cost: '0.126235' }), plain), /It cost \$0\.1262\./u);
  });

  it('names the API version only where several stand side by side', () => {
    assert.equal(
      rowDescription(aTask({ apiVersion: 'v1' }), { showsVersion: true }),
      'Running · v1',
    );
  });

  it('says that a task cannot be read, and not twice for one that is missing', () => {
    const trouble = { kind: 'server', since: 1 } as const;
    assert.equal(rowDescription(aTask({ trouble }), plain), 'Running · cannot be read');
    const tooLarge = { kind: 'tooLarge', since: 1 } as const;
    const large = rowDescription(aTask({ trouble: tooLarge }), plain);
    assert.equal(large, 'Running · too large for a look');
    const missing = aTask({ trouble: { kind: 'taskNotFound', since: 1 }, isMissing: true });
    assert.equal(rowDescription(missing, plain), 'Not found');
  });

  it('reads like sentences to a screen reader', () => {
    const task = aTask({ status: 'finished', cost: '0.5', judgeVerdict: true, isUnseen: true });
    assert.equal(
      rowSentence(task, plain),
      'Task “Find a flight”: finished, successful. It cost $0.50. You have not opened it since it ended.',
    );
  });
});
