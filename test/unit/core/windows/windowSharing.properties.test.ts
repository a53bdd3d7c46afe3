import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { TaskRef } from '../../../../src/core/cloud/task';
import { FakeClock } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { FakeWindow } from '../../../fakes/fakeWindow';
import { FakeWindows } from '../../../fakes/fakeWindows';

const ids = ['a', 'b', 'c', 'd', 'e'];
const windowCount = 3;
/** Long enough for a word to reach every window, in milliseconds. */
const travelMs = 10;
/** Long enough for a window to save by itself what a leader that hangs has not received, in milliseconds. */
const noticedMs = 10_000;

const whichWindow = fc.nat(windowCount - 1);
const whichTask = fc.constantFrom(...ids);

/** What somebody does in a window, or what becomes of one. */
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ act: fc.constant('track' as const), in: whichWindow, id: whichTask }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        act: fc.constant('untrack' as const),
        in: whichWindow,
        id: whichTask,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ act: fc.constant('seen' as const), in: whichWindow, id: whichTask }),
    },
    { weight: 3, arbitrary: fc.record({ act: fc.constant('end' as const), id: whichTask }) },
    {
      weight: 4,
      arbitrary: fc.record({
        act: fc.constant('wait' as const),
        ms: fc.constantFrom(travelMs, 2000, 30_000),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        act: fc.constantFrom('kill' as const, 'close' as const),
        in: whichWindow,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        act: fc.constantFrom('hang' as const, 'wake' as const),
        in: whichWindow,
      }),
    },
  ),
  { maxLength: 40 },
);

describe('windows of one user, whatever happens in them', () => {
  it('agree in the end, have lost nothing that was done, and have told each end at most once', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), async (todo, seed) => {
        const clock = new FakeClock();
        const cloud = new FakeCloud(() => clock.now());
        for (const id of ids) cloud.set(id, 'running');
        const machine = new FakeWindows(clock);
        machine.pickNext = (waiting) => (waiting === 0 ? 0 : seed % waiting);
        const disk = new Map<string, string>();
        const open = (): FakeWindow =>
          new FakeWindow({ clock, cloud, disk, join: machine.join }, 'watching');
        const windows = Array.from({ length: windowCount }, open);
        const everyWindow = [...windows];
        await clock.advance(100);
        // What a person would expect to find; `undefined` where two windows contradicted each other at the same moment.
        const expected = new Map<string, boolean | undefined>();
        const touches: { id: string; at: number; in: number }[] = [];
        const expect = (id: string, isTracked: boolean, where: number): void => {
          const hasRivals = touches.some(
            (touch) => touch.id === id && touch.in !== where && clock.now() - touch.at < travelMs,
          );
          const agrees = expected.get(id) === isTracked;
          expected.set(id, hasRivals && !agrees ? undefined : isTracked);
          touches.push({ id, at: clock.now(), in: where });
        };
        const hungAt = new Map<FakeWindow, number>();
        // Where it ends before it notices that nobody hears it, what was done in it goes with it.
        const forgetUnreceived = (window: FakeWindow, where: number): void => {
          if (!windows.some(({ isHanging }) => isHanging)) return;
          const since = (window.isHanging && hungAt.get(window)) || clock.now();
          for (const touch of touches)
            if (touch.in === where && touch.at > since - noticedMs)
              expected.set(touch.id, undefined);
        };
        for (const step of todo) {
          const ref: TaskRef = { apiVersion: 'v2', id: 'id' in step ? step.id : '' };
          const window = 'in' in step ? windows[step.in] : undefined;
          // Nobody can do anything in a window that hangs, but end it.
          const isIdle = window?.isHanging && ['track', 'untrack', 'seen'].includes(step.act);
          if (isIdle) continue;
          switch (step.act) {
            case 'track':
              window?.store.track([ref], clock.now());
              expect(step.id, true, step.in);
              break;
            case 'untrack':
              // A person untracks what stands in their list: a task of another window may not be there yet.
              if (window?.store.untrack([ref]).length) expect(step.id, false, step.in);
              break;
            case 'seen':
              window?.store.markSeen(ref);
              break;
            case 'end':
              cloud.set(step.id, 'finished');
              break;
            case 'hang':
            case 'wake':
              if (window && step.act === 'hang' && !window.isHanging)
                hungAt.set(window, clock.now());
              window?.[step.act]();
              break;
            case 'wait':
              await clock.advance(step.ms);
              break;
            case 'kill':
            case 'close': {
              // What was done in a window in the instant of its death nobody can know.
              await clock.advance(travelMs);
              if (window) forgetUnreceived(window, step.in);
              window?.[step.act]();
              const fresh = open();
              everyWindow.push(fresh);
              windows[step.in] = fresh;
              // Commands wait until their window has its part.
              await clock.advance(travelMs);
              break;
            }
          }
        }
        for (const window of windows) window.wake();
        await clock.advance(60_000);
        const [first, ...others] = windows;
        // The time of another poll may be on its way from one to the other.
        const plain = (window: FakeWindow | undefined): unknown =>
          [...(window?.store.tasks() ?? [])]
            .map((task) =>
              JSON.stringify({ ...task, checkedAt: undefined }, Object.keys(task).sort()),
            )
            .sort();
        for (const other of others) assert.deepEqual(plain(other), plain(first));
        const announcedIds = everyWindow
          .flatMap(({ announced }) => announced)
          .flatMap(({ announcement }) => ('notice' in announcement ? announcement.notice.refs : []))
          .map(({ id }) => id);
        assert.equal(
          new Set(announcedIds).size,
          announcedIds.length,
          `told: ${announcedIds.join()}`,
        );
        assert.equal(windows.filter(({ isPolling }) => isPolling).length, 1);
        for (const [id, isTracked] of expected) {
          if (isTracked === undefined) continue;
          const task = first?.store.get({ apiVersion: 'v2', id });
          assert.equal(task !== undefined, isTracked, `${id} is ${isTracked ? '' : 'not '}tracked`);
          if (task) assert.equal(task.status, cloud.tasks.get(id)?.status);
        }
        await Promise.all(windows.map(({ persistence }) => persistence.flush()));
        assert.deepEqual(
          new Set([...disk.keys()].map((name) => name.split('/').at(-1))),
          new Set(first?.store.tasks().map(({ id }) => id)),
        );
        for (const window of windows) window.close();
        await clock.advance(2000);
        assert.equal(clock.timers, 0);
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 100) },
    );
  }).timeout(600_000);
});
