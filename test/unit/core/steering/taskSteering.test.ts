import assert from 'node:assert/strict';
import { CloudError } from '../../../../src/core/cloud/errors';
import type { ApiVersion, TaskRef, TaskStatus } from '../../../../src/core/cloud/task';
import {
  losingTasks,
  steerActionsOf,
  type SteerAction,
} from '../../../../src/core/steering/steerActions';
import {
  answeredEnds,
  endIn,
  TaskSteering,
  type SteerResult,
} from '../../../../src/core/steering/taskSteering';
import { steerMessage } from '../../../../src/core/steering/steerMessages';
import { NoticeQueue, noticeWindowMs } from '../../../../src/core/notices/notices';
import { TaskStore } from '../../../../src/core/tasks/taskStore';
import { aTask } from '../../../fakes/aTask';
import { FakeClock, settle } from '../../../fakes/fakeClock';
import { FakeCloud } from '../../../fakes/fakeCloud';
import { never } from '../../../fakes/never';

describe('what can be done with a task', () => {
  for (const [what, more, expected] of [
    ['a running one of v4', { apiVersion: 'v4' }, 'stop stopSession'],
    ['a running one of v3', { apiVersion: 'v3' }, 'stop stopSession'],
    ['a created one of v2', { status: 'created' }, 'stop stopSession'],
    ['a running one of v1', { apiVersion: 'v1' }, 'stop pause'],
    ['a paused one of v1', { apiVersion: 'v1', status: 'paused' }, 'stop resume'],
    ['a paused one of v2, which cannot resume', { status: 'paused' }, 'stop stopSession'],
    ['one that has ended', { status: 'finished' }, ''],
    ['one that is missing', { isMissing: true }, ''],
    ['one that is being stopped', { stoppingSince: 1 }, ''],
    ['one whose status nobody knows', { status: 'unknown' }, 'stop stopSession'],
    ['one that was not checked yet', { status: 'unknown', rawStatus: '' }, ''],
  ] as const)
    it(`${what}: ${expected === '' ? 'nothing' : expected}`, () => {
      assert.equal(steerActionsOf(aTask(more)).join(' '), expected);
    });
});

describe('what loses work', () => {
  const ended = aTask({ apiVersion: 'v4', id: 'ended', sessionId: 's', status: 'finished' });
  const next = aTask({ apiVersion: 'v4', id: 'next', sessionId: 's' });
  const elsewhere = aTask({ apiVersion: 'v4', id: 'elsewhere', sessionId: 't' });
  const losing = (action: SteerAction, ...refs: readonly TaskRef[]) =>
    losingTasks(action, refs, [ended, next, elsewhere]).map(({ id }) => id);

  it('is the next task of a session that is stopped with one that has ended', () => {
    assert.deepEqual(losing('stopSession', ended), ['next']);
    assert.deepEqual(losing('stopSession', next), ['next']);
    assert.deepEqual(losing('stopSession', ended, elsewhere), ['elsewhere', 'next']);
  });

  it('is only the task itself where it alone is stopped, and none that has ended', () => {
    assert.deepEqual(losing('stop', next), ['next']);
    assert.deepEqual(losing('stop', ended), []);
    assert.deepEqual(losing('pause', next), []);
  });

  it('is nothing where a task is paused or being stopped, nor what merely has no session either', () => {
    const ofV1 = aTask({ apiVersion: 'v1', id: 'v1' });
    const stopping = aTask({ ...next, stoppingSince: 1 });
    const [alone, other] = ['a', 'b'].map((id) => aTask({ apiVersion: 'v4', id }));
    const tracked = [ofV1, stopping, alone, other].flatMap((task) => task ?? []);
    assert.deepEqual(losingTasks('pause', [ofV1], tracked), []);
    assert.deepEqual(losingTasks('stop', [stopping], tracked), []);
    assert.deepEqual(losingTasks('stopSession', [tracked[2] as TaskRef], tracked), [alone]);
  });

  it('may be one that is not tracked', () => {
    assert.deepEqual(losing('stop', { apiVersion: 'v4', id: 'unknown' }), ['unknown']);
  });
});

describe('TaskSteering', () => {
  let clock: FakeClock;
  let cloud: FakeCloud;
  let store: TaskStore;
  let polled: string[];
  let polls: number;
  let stops: number;
  let steering: TaskSteering;

  beforeEach(() => {
    clock = new FakeClock();
    cloud = new FakeCloud(() => clock.now());
    store = new TaskStore();
    polled = [];
    polls = 0;
    stops = 0;
    steering = new TaskSteering({
      clock,
      onStopped: () => void stops++,
      poll: async (refs) => {
        polls++;
        await settle();
        for (const ref of refs) {
          polled.push(ref.id);
          const task = cloud.tasks.get(ref.id);
          if (task) store.applyUpdate(ref, task, clock.now(), true);
        }
      },
    });
  });

  function run(id: string, apiVersion: ApiVersion = 'v2', status: TaskStatus = 'running'): TaskRef {
    cloud.set(id, status, { apiVersion, sessionId: `session-${id}` });
    const ref = { apiVersion, id };
    store.track([ref], clock.now());
    store.applyUpdate(ref, { status, rawStatus: status }, clock.now(), false);
    return ref;
  }

  const account = () => ({ store, connect: () => Promise.resolve(cloud) });
  const steer = (action: SteerAction, refs: readonly TaskRef[], signal = never) =>
    steering.run(action, refs, { account: account(), signal });
  const kinds = (results: readonly SteerResult[]) => results.map(({ kind }) => kind);
  const sent = () => cloud.actions.sent.map(({ what, given }) => [what, ...given].join(' '));

  it('says after a stop that less may be open, and after nothing else', async () => {
    const [a, ended, paused] = [run('a'), run('b', 'v4', 'finished'), run('c', 'v1')];
    await steer('stop', [a]);
    assert.equal(stops, 1);
    await steer('stopSession', [ended]);
    assert.equal(stops, 2);
    await steer('pause', [paused]);
    await steer('stop', [ended]);
    await steer('stop', [paused], AbortSignal.abort());
    assert.equal(stops, 2);
  });

  it('marks a task as stopping until the cloud has confirmed its end', async () => {
    const ref = run('a');
    const running = steer('stop', [ref]);
    assert.equal(store.get(ref)?.stoppingSince, clock.now());
    assert.deepEqual(kinds(await running), ['done']);
    assert.deepEqual(sent(), ['stopTask a task']);
    assert.equal(store.get(ref)?.status, 'stopped');
    assert.equal(store.get(ref)?.stoppingSince, undefined);
    assert.equal(store.get(ref)?.isUnseen, false);
  });

  it('polls an idle session once it is stopped, as its status alone shows whether it is still open', async () => {
    const ref = run('a', 'v3', 'finished');
    const other = run('b', 'v3', 'finished');
    store.applyUpdate(ref, { status: 'finished', rawStatus: 'idle' }, clock.now(), false);
    cloud.set('a', 'finished', { rawStatus: 'stopped' });
    assert.deepEqual(kinds(await steer('stopSession', [ref, other])), ['done', 'done']);
    assert.deepEqual(polled, ['a']);
    assert.equal(store.get(ref)?.rawStatus, 'stopped');
  });

  it('tells what was sent from what was not, as the key was changed meanwhile', async () => {
    const refs = ['a', 'b', 'c', 'd', 'e'].map((id) => run(id));
    let connections = 0;
    const connect = () =>
      ++connections > 3
        ? Promise.reject(new CloudError('otherKey', 'Not sent'))
        : account().connect();
    const results = await steering.run('stop', refs, {
      account: { store, connect },
      signal: never,
    });
    assert.deepEqual(kinds(results), ['done', 'done', 'done', 'refused', 'refused']);
    assert.deepEqual(sent(), ['stopTask a task', 'stopTask b task', 'stopTask c task']);
    assert.deepEqual(
      refs.map((ref) => store.get(ref)?.stoppingSince),
      refs.map(() => undefined),
    );
    assert.equal(
      steerMessage('stop', results, { nameOf: (ref) => ref, host: 'api.example' })?.text,
      '3 of 5 tasks stopped, 2 could not be stopped. The API key for api.example was changed meanwhile, and nothing was sent with the new one. Try again to use that.',
    );
  });

  it('keeps the mark of one that the cloud goes on with for a while', async () => {
    const ref = run('a');
    cloud.actions.afterStop = 'running';
    assert.deepEqual(kinds(await steer('stop', [ref])), ['done']);
    assert.notEqual(store.get(ref)?.stoppingSince, undefined);
    assert.deepEqual(kinds(await steer('stop', [ref])), ['underWay']);
    assert.equal(sent().length, 1);
  });

  it('sends nothing twice, however often it is asked meanwhile, also with what another window began', async () => {
    const ref = run('a');
    const paused = run('p', 'v1');
    const [first, ...others] = await Promise.all([
      steer('stop', [ref]),
      steer('stop', [ref, ref]),
      steer('stopSession', [ref]),
    ]);
    assert.deepEqual(kinds(first), ['done']);
    assert.deepEqual(others.flatMap(kinds), ['underWay', 'underWay', 'underWay']);
    const pauses = await Promise.all([steer('pause', [paused]), steer('pause', [paused])]);
    assert.deepEqual(pauses.flatMap(kinds), ['done', 'underWay']);
    assert.deepEqual(sent(), ['stopTask a task', 'pauseTask p']);
    assert.deepEqual(kinds(await steer('resume', [paused])), ['done']);
    assert.equal(sent().pop(), 'resumeTask p');
    const other = run('b');
    store.setStopping(other, clock.now());
    assert.deepEqual(kinds(await steer('stop', [other])), ['underWay']);
    assert.equal(sent().length, 3);
  });

  it('says that a task had finished first, and with its session that the session is stopped', async () => {
    const refs = [run('a'), run('b')];
    cloud.actions.open.push({ kind: 'session', id: 'session-b', sessionId: 'session-b' });
    cloud.actions.afterStop = 'finished';
    assert.deepEqual(await steer('stop', refs.slice(0, 1)), [
      { ref: refs[0], kind: 'hadEnded', status: 'finished' },
    ]);
    assert.deepEqual(await steer('stopSession', refs.slice(1)), [
      { ref: refs[1], kind: 'hadEnded', status: 'finished' },
    ]);
    assert.deepEqual(cloud.actions.open, []);
    assert.equal(store.get(refs[0] as TaskRef)?.isUnseen, true);
  });

  it('sends nothing for one that is known to have ended, but for its session', async () => {
    const ref = run('a', 'v4', 'failed');
    assert.deepEqual(await steer('stop', [ref]), [{ ref, kind: 'hadEnded', status: 'failed' }]);
    assert.deepEqual(sent(), []);
    assert.deepEqual(kinds(await steer('stopSession', [ref])), ['done']);
    assert.deepEqual(sent(), ['stopTask a session']);
    assert.equal(store.get(ref)?.stoppingSince, undefined, 'it has ended');
    assert.equal(polls, 0, 'it tells nothing new');
  });

  it('takes the mark of an open browser off the tasks of a session whose browser it has stopped', async () => {
    const [ended, other] = [run('a', 'v4', 'finished'), run('b', 'v4', 'finished')];
    const known = [ended, other].flatMap((ref) => store.get(ref) ?? []);
    store.put(
      known.map((task) => ({ ...task, sessionId: `session-${task.id}`, browserOpenUntil: 1 })),
    );
    cloud.actions.failNext('stopTask', 'forbidden');
    assert.deepEqual(kinds(await steer('stopSession', [ended])), ['refused']);
    assert.equal(store.get(ended)?.browserOpenUntil, 1);
    assert.deepEqual(kinds(await steer('stopSession', [ended])), ['done']);
    assert.equal(store.get(ended)?.browserOpenUntil, undefined);
    assert.equal(store.get(other)?.browserOpenUntil, 1);
    const next = run('next', 'v4');
    store.put([aTask({ ...store.get(next), sessionId: 'session-b' })]);
    assert.deepEqual(kinds(await steer('stop', [next])), ['done']);
    assert.equal(store.get(other)?.browserOpenUntil, 1, 'which stays open');
  });

  it('sends nothing that an API version cannot do', async () => {
    const refs = [run('a', 'v2'), run('b', 'v1')];
    assert.deepEqual(kinds(await steer('pause', refs)), ['impossible', 'done']);
    assert.deepEqual(kinds(await steer('stopSession', refs)), ['done', 'impossible']);
    assert.deepEqual(sent(), ['pauseTask b', 'stopTask a session']);
  });

  it('says what was refused, and that task goes on', async () => {
    const ref = run('a');
    cloud.actions.failNext('stopTask', 'forbidden');
    const [result] = await steer('stop', [ref]);
    assert.equal(result?.kind === 'refused' && result.error.kind, 'forbidden');
    assert.equal(store.get(ref)?.stoppingSince, undefined);
    assert.equal(store.get(ref)?.status, 'running');
    assert.deepEqual(sent(), ['stopTask a task']);
  });

  it('asks the cloud where an answer is lost, and sends it no second time', async () => {
    const ref = run('a');
    cloud.actions.failNext('stopTask', 'network', 'afterEffect');
    const result = steer('stop', [ref]);
    await clock.advance(10_000);
    assert.deepEqual(kinds(await result), ['done']);
    assert.equal(sent().length, 1);
  });

  it('says that nobody knows where the cloud cannot be asked either; then the poll may tell', async () => {
    const [a, b] = [run('a'), run('b', 'v4')];
    cloud.actions.failCheckWith = () => new CloudError('network', 'gone');
    const steerLost = async (action: SteerAction, ref: TaskRef) => {
      cloud.actions.failNext('stopTask', 'timeout');
      const result = steer(action, [ref]);
      await clock.advance(10_000);
      return kinds(await result);
    };
    assert.deepEqual(await steerLost('stop', a), ['unknown']);
    assert.deepEqual(polled, ['a']);
    assert.equal(store.get(a)?.stoppingSince, undefined, 'it can be stopped again');
    cloud.set('a', 'stopped');
    assert.deepEqual(await steerLost('stop', a), ['done']);
    cloud.set('b', 'stopped');
    assert.deepEqual(await steerLost('stopSession', b), ['unknown'], 'its browser may be open');
  });

  it('says what was refused of a task that had finished by then: of its session alone', async () => {
    const refusedAfterEnd = async (action: SteerAction, id: string) => {
      const ref = run(id, 'v4');
      cloud.set(id, 'finished');
      cloud.actions.failNext('stopTask', 'forbidden');
      const [result] = await steer(action, [ref]);
      return [result?.kind, result && endIn(result)];
    };
    assert.deepEqual(await refusedAfterEnd('stop', 'a'), ['hadEnded', 'finished']);
    assert.deepEqual(await refusedAfterEnd('stopSession', 'b'), ['refused', 'finished']);
  });

  it('says that a task had finished first where only the answer tells, as no poll can', async () => {
    const [ref, untracked] = [run('a'), { apiVersion: 'v2', id: 'b' } as const];
    cloud.set('b', 'running');
    cloud.actions.afterStop = 'finished';
    const unpolled = new TaskSteering({ clock, poll: () => Promise.resolve() });
    const options = { account: account(), signal: never };
    assert.deepEqual(kinds(await unpolled.run('stop', [ref, untracked], options)), [
      'hadEnded',
      'hadEnded',
    ]);
  });

  it('takes back what has not left yet, whatever fails then', async () => {
    const ref = run('a');
    const abort = new AbortController();
    const connect = () => {
      abort.abort();
      return Promise.reject(new Error('The base URL has changed.'));
    };
    const options = { account: { store, connect }, signal: abort.signal };
    assert.deepEqual(kinds(await steering.run('stop', [ref], options)), ['cancelled']);
    assert.equal(polls, 0);
  });

  it('takes back what has not left yet', async () => {
    const refs = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => run(id));
    const abort = new AbortController();
    let open: () => void = () => undefined;
    cloud.actions.gate = new Promise((resolve) => (open = resolve));
    const results = steer('stop', refs, abort.signal);
    await settle();
    abort.abort();
    open();
    assert.deepEqual(kinds(await results), [
      ...Array<string>(4).fill('done'),
      'cancelled',
      'cancelled',
    ]);
    assert.equal(sent().length, 4);
    assert.deepEqual(polled, ['a', 'b', 'c', 'd']);
    assert.equal(store.get(refs[5] as TaskRef)?.stoppingSince, undefined);
  });

  it('sends four at a time, and tells how far it is', async () => {
    const refs = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => run(id));
    let open: () => void = () => undefined;
    cloud.actions.gate = new Promise((resolve) => (open = resolve));
    const progress: string[] = [];
    const results = steering.run('stop', refs, {
      account: account(),
      signal: never,
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    await settle();
    assert.equal(sent().length, 4);
    assert.ok(refs.every((ref) => store.get(ref)?.stoppingSince !== undefined));
    open();
    await results;
    assert.deepEqual(progress, ['0/6', '1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
    assert.equal(polled.length, 6);
  });

  /** The messages about ends that a person would get. */
  function noticesOf() {
    const notices: string[] = [];
    const queue = new NoticeQueue({
      store,
      clock,
      isEnabled: () => true,
      show: ({ text }) => notices.push(text),
    });
    return { notices, queue };
  }

  it('brings one message of a task that had finished first: the answer, and no notice', async () => {
    const [stopped, other] = [run('a'), run('b')];
    const { notices, queue } = noticesOf();
    const ends = answeredEnds([stopped], store);
    let open: () => void = () => undefined;
    cloud.actions.gate = new Promise((resolve) => (open = resolve));
    cloud.actions.afterStop = 'finished';
    const results = steer('stop', [stopped]);
    await settle();
    for (const ref of [stopped, other])
      store.applyUpdate(ref, { status: 'finished', rawStatus: 'finished' }, clock.now(), true);
    await clock.advance(noticeWindowMs);
    open();
    ends.end(await results);
    await clock.advance(noticeWindowMs);
    assert.deepEqual(kinds(await results), ['hadEnded']);
    assert.deepEqual(notices, ['Finished: b']);
    assert.equal(store.get(stopped)?.isUnseen, false);
    queue.dispose();
  });

  for (const [action, told, message] of [
    [
      'stop',
      ['hadEnded finished', 'cancelled undefined'],
      '4 of 6 tasks stopped, 1 had ended already, 1 was left as it is.',
    ],
    [
      'stopSession',
      ['cancelled finished', 'cancelled undefined'],
      '4 of 6 tasks stopped, 1 was left as it is, 1 ended, but the session may still be open.',
    ],
  ] as const)
    it(`answers for the end of a task whose request was taken back before it was sent: ${action}`, async () => {
      const refs = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => run(id));
      const { notices, queue } = noticesOf();
      const abort = new AbortController();
      let open: () => void = () => undefined;
      cloud.actions.gate = new Promise((resolve) => (open = resolve));
      const ends = answeredEnds(refs, store);
      const steered = steer(action, refs, abort.signal);
      await settle();
      const finished = refs[4] as TaskRef;
      store.applyUpdate(finished, { status: 'finished', rawStatus: '' }, clock.now(), true);
      abort.abort();
      open();
      const results = await steered;
      ends.end(results);
      await clock.advance(noticeWindowMs);
      assert.deepEqual(
        results.slice(4).map((result) => `${result.kind} ${endIn(result)}`),
        told,
      );
      assert.equal(
        steerMessage(action, results, { nameOf: (ref) => ref, host: 'h' })?.text,
        message,
      );
      assert.deepEqual([store.get(finished)?.isUnseen, notices], [false, []]);
      queue.dispose();
    });

  it('has an end unseen of which the answer says nothing, and one that comes after the answer', () => {
    const [finished, refused, later, active, done] = [
      run('a'),
      run('b'),
      run('c'),
      run('d'),
      run('e'),
    ];
    const untracked = { apiVersion: 'v2', id: 'untracked' } as const;
    const end = (ref: TaskRef) =>
      store.applyUpdate(ref, { status: 'finished', rawStatus: 'finished' }, clock.now(), true);
    end(finished);
    const ends = answeredEnds([finished, refused, later, active, done, untracked], store);
    end(refused);
    end(done);
    assert.equal(store.get(refused)?.isUnseen, false);
    ends.end([
      { ref: finished, kind: 'hadEnded', status: 'finished' },
      { ref: refused, kind: 'refused', error: new CloudError('forbidden', 'no') },
      { ref: later, kind: 'done' },
      { ref: active, kind: 'cancelled' },
      { ref: done, kind: 'done' },
    ]);
    end(later);
    assert.deepEqual(
      [finished, refused, later, active, done].map((ref) => store.get(ref)?.isUnseen),
      [false, true, true, false, false],
    );
  });

  it('answers for an end where only its session is in question: it is seen, and brings no notice', async () => {
    const ref = run('a', 'v4');
    const { notices, queue } = noticesOf();
    cloud.actions.failCheckWith = () => new CloudError('network', 'gone');
    cloud.actions.failNext('stopTask', 'timeout', 'afterEffect');
    const ends = answeredEnds([ref], store);
    const results = steer('stopSession', [ref]);
    await clock.advance(20_000);
    ends.end(await results);
    await clock.advance(noticeWindowMs);
    assert.deepEqual(
      (await results).map((result) => [result.kind, endIn(result)]),
      [['unknown', 'stopped']],
    );
    assert.deepEqual([store.get(ref)?.isUnseen, notices], [false, []]);
    queue.dispose();
  });

  it('has an end that comes after a lost answer unseen, with its notice', async () => {
    const ref = run('a');
    const { notices, queue } = noticesOf();
    cloud.actions.failCheckWith = () => new CloudError('network', 'gone');
    cloud.actions.failNext('stopTask', 'timeout');
    const ends = answeredEnds([ref], store);
    const results = steer('stop', [ref]);
    await clock.advance(20_000);
    ends.end(await results);
    assert.deepEqual(kinds(await results), ['unknown']);
    store.applyUpdate(ref, { status: 'stopped', rawStatus: 'stopped' }, clock.now(), true);
    await clock.advance(noticeWindowMs);
    assert.deepEqual([store.get(ref)?.isUnseen, notices], [true, ['Stopped: Do a']]);
    queue.dispose();
  });

  it('stops a task that is not tracked', async () => {
    cloud.set('a', 'running');
    assert.deepEqual(kinds(await steer('stop', [{ apiVersion: 'v2', id: 'a' }])), ['done']);
    assert.equal(cloud.tasks.get('a')?.status, 'stopped');
    assert.deepEqual(polled, []);
    assert.deepEqual(store.tasks(), []);
  });

  it('hands on what is no failure of the cloud’s, and can be asked again', async () => {
    const ref = run('a');
    const over = new Error('The base URL has changed.');
    const broken = { store, connect: () => Promise.reject(over) };
    await assert.rejects(steering.run('stop', [ref], { account: broken, signal: never }), over);
    assert.equal(store.get(ref)?.stoppingSince, undefined);
    assert.deepEqual(kinds(await steer('stop', [ref])), ['done']);
  });
});
