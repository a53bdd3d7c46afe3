import assert from 'node:assert/strict';
import { TurnOrder } from '../../../../src/core/polling/pollRound';

describe('TurnOrder', () => {
  let order: TurnOrder;

  beforeEach(() => {
    order = new TurnOrder();
  });

  it('has nobody next of none', () => {
    assert.equal(order.next([]), undefined);
  });

  it('lets all take turns, the first first', () => {
    const rateLimiter = Array.from({ length: 6 }, () => order.next(['a', 'b', 'c']));
    assert.deepEqual(rateLimiter, ['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('lets whoever comes again go before who had a turn since', () => {
    for (const names of [['a'], ['b'], ['b'], ['b']]) order.next(names);
    assert.equal(order.next(['b', 'a']), 'a');
    assert.equal(order.next(['b', 'a', 'new']), 'new');
  });
});
