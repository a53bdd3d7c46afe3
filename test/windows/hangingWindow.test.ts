import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTaskFolder } from '../../src/platform/node';
import { joinWindows } from '../../src/platform/nodeLeaderElection';
import { until } from './until';
import { windowFixture } from './windowFixture';

// Windows knows no signal that stops a process.
const describeWithSignals = process.platform === 'win32' ? describe.skip : describe;

describeWithSignals('a window that polls, hangs and wakes, among real processes', function () {
  this.timeout(90_000);
  const fixture = windowFixture();
  const { leases } = fixture;
  let folder: string;

  beforeEach(() => {
    ({ folder } = fixture);
  });

  function startWindow() {
    const { child, lines } = fixture.start('sharingProcess.ts');
    return {
      lines,
      prints: (text: string) => until(text, () => lines.includes(text)),
      shown: () => lines.filter((line) => line.startsWith('shows')).at(-1),
      acts: (command: string) => child.stdin?.write(`${command}\n`),
      stop: () => child.kill('SIGSTOP'),
      go: () => child.kill('SIGCONT'),
    };
  }

  async function saved(): Promise<string[]> {
    const files = openTaskFolder({
      root: join(folder, 'tasks'),
      origin: 'https://cloud.example',
      onSkipped: (skipped) => assert.fail(JSON.stringify(skipped)),
    });
    return (await files.load()).map(({ id }) => id).sort();
  }

  it('loses its place within seconds with nothing lost, and writes, polls and announces nothing when it wakes', async () => {
    const first = startWindow();
    await first.prints('ready');
    first.acts('track a');
    await first.prints('polls');
    const second = startWindow();
    await second.prints('shows a');
    first.stop();
    second.acts('track b');
    await second.prints('silent');
    await until('the task to be saved', async () => (await saved()).includes('b'));
    await second.prints('polls');
    // Waits on the disk and in the view of the new leader, and in the old one's socket.
    second.acts('untrack a');
    await second.prints('removes a');
    await until('the files', async () => (await saved()).join() === 'b');
    const lineCount = first.lines.length;
    first.go();
    await until('the first to follow', () => first.shown() === 'shows b');
    second.acts('track c');
    await first.prints('shows b c');
    const since = first.lines.slice(lineCount);
    assert.deepEqual(
      since.filter((line) => !line.startsWith('shows')),
      [],
      'it shows what the other tells, and does nothing else',
    );
    assert.equal(second.shown(), 'shows b c');
    await until('the files', async () => (await saved()).join() === 'b,c');
  });

  it('is noticed by a window that opens meanwhile', async () => {
    const first = startWindow();
    await first.prints('ready');
    first.acts('track a');
    await until('the file', async () => (await saved()).join() === 'a');
    first.stop();
    const second = startWindow();
    await second.prints('ready');
    second.acts('track b');
    await second.prints('polls');
    assert.equal(second.shown(), 'shows a b');
    assert.deepEqual(await saved(), ['a', 'b']);
    first.go();
    await until('the first to follow', () => first.shown() === 'shows a b');
  });

  it('gives its place to one of three that find out at the same moment, and the others follow that one', async () => {
    const first = startWindow();
    await first.prints('ready');
    const others = [startWindow(), startWindow(), startWindow()];
    for (const other of others) await other.prints('ready');
    first.stop();
    for (const [index, other] of others.entries()) other.acts(`track ${index}`);
    await until('all to show all', () => others.every((other) => other.shown() === 'shows 0 1 2'));
    await sleep(3000);
    assert.equal(others.filter(({ lines }) => lines.includes('polls')).length, 1);
    first.go();
    await until('the first to follow', () => first.shown() === 'shows 0 1 2');
    assert.ok(!first.lines.includes('polls'));
  });

  it('has to let even a follower go that has nothing to say to it', async () => {
    const events: string[] = [];
    const take = (name: string) => {
      const lease = joinWindows({
        folder,
        onLead: () => events.push(`${name} leads`),
        onLeave: () => events.push(`${name} leaves`),
        onFollow: () => events.push(`${name} follows`),
        onPeer: () => undefined,
        onError: (error) => assert.fail(String(error)),
      });
      leases.push(lease);
      return lease;
    };
    const first = take('first');
    await until('a leader', () => events.includes('first leads'));
    assert.equal(first.isSuperseded(), false);
    const second = take('second');
    await until('a follower', () => events.includes('second follows'));
    take('third');
    await until('another', () => events.includes('third follows'));
    second.takeOver();
    await until('a new leader', () => events.includes('second leads'));
    assert.equal(first.isSuperseded(), true);
    assert.equal(second.isSuperseded(), false);
    await until('its follower', () => events.filter((one) => one === 'third follows').length === 2);
    await until('the first to leave', () => events.includes('first leaves'));
  });
});
