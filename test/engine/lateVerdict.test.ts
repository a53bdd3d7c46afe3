import assert from 'node:assert/strict';
import { appearanceOf } from '../../src/core/labels/taskLabels';
import { Engine } from './engine';

/** What the judge of a v4 run says comes after the end, and so does the rest of the cost. */
describe('a verdict that comes after the end', () => {
  let engine: Engine;

  beforeEach(async () => {
    engine = await Engine.start({ apiVersion: 'v4' });
  });

  afterEach(() => engine.dispose());

  for (const [verdict, appearance] of [
    [false, 'unsuccessful'],
    [true, 'succeeded'],
  ] as const)
    it(`changes what a row looks like to ${appearance}, and is no second notice`, async () => {
      const id = engine.track({
        end: 'finished',
        createdAtMs: engine.clock.now(),
        steps: 2,
        lengthMs: 20_000,
        cost: '0.90',
        v4: { judgement: { verdict, reasoning: 'As it is' } },
      });
      await engine.pass(40_000);
      assert.equal(appearanceOf(engine.task(id)), 'finished');
      assert.deepEqual(
        engine.notices.map(({ text, isWarning }) => [text.slice(0, 16), isWarning]),
        [['Finished: Suffer', false]],
      );
      const early = Number(engine.task(id).cost);
      engine.store.markSeen(engine.task(id));
      await engine.pass(150_000);
      assert.equal(appearanceOf(engine.task(id)), appearance);
      assert.ok(Number(engine.task(id).cost) > early);
      assert.equal(engine.task(id).isUnseen, false);
      assert.equal(engine.notices.length, 1);
      const { requests } = engine;
      await engine.pass(600_000);
      assert.equal(engine.requests, requests, 'nothing is requested any more');
    });
});
