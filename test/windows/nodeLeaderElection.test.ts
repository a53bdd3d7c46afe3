import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Peer, Lease } from '../../src/core/windows/windowLease';
import { joinWindows } from '../../src/platform/nodeLeaderElection';
import { until } from './until';
import { windowFixture } from './windowFixture';

describe('the election of the leading window', function () {
  // Real processes start and end.
  this.timeout(60_000);
  const fixture = windowFixture();
  const { leases } = fixture;
  let folder: string;

  beforeEach(() => {
    ({ folder } = fixture);
  });

  /** A window in this process: its role, and whom it speaks with. */
  function openWindow(where = folder) {
    const window = {
      role: 'none' as 'none' | 'leads' | 'follows' | 'alone',
      leader: undefined as Peer | undefined,
      peers: [] as Peer[],
      received: [] as string[],
      lease: undefined as unknown as Lease,
    };
    window.lease = joinWindows({
      folder: where,
      onLead: () => (window.role = window.role === 'alone' ? 'alone' : 'leads'),
      onLeave: () => (window.role = 'none'),
      onFollow: (leader) => {
        window.role = 'follows';
        window.leader = leader;
        leader.onDidReceive((text) => window.received.push(text));
        leader.onDidClose(() => {
          window.role = 'none';
          window.leader = undefined;
        });
      },
      onPeer: (peer) => {
        window.peers.push(peer);
        peer.onDidReceive((text) => window.received.push(text));
        peer.onDidClose(() => window.peers.splice(window.peers.indexOf(peer), 1));
      },
      onError: () => (window.role = 'alone'),
    });
    leases.push(window.lease);
    return window;
  }

  /** A window in a process of its own, which can be killed. */
  function startWindow() {
    const { child, lines } = fixture.start('windowProcess.ts');
    return {
      child,
      lines,
      printed: (text: string) => lines.some((line) => line.endsWith(text)),
      kill: async () => {
        child.kill('SIGKILL');
        await once(child, 'exit');
      },
    };
  }

  /** Where the leader of a term listens. */
  async function socketPath(name = ''): Promise<string> {
    const lease: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
    return (lease as { path: string }).path;
  }

  it('gives the lease to the first, and lets the others follow', async () => {
    const first = openWindow();
    await until('a leader', () => first.role === 'leads');
    const others = [openWindow(), openWindow()];
    await until('followers', () => others.every(({ role }) => role === 'follows'));
    assert.equal(first.role, 'leads');
    await until('peers', () => first.peers.length === 2);
  });

  it('has exactly one leader when many open at once', async () => {
    for (let round = 0; round < 10; round++) {
      const windows = Array.from({ length: 8 }, () => openWindow());
      await until('roles', () => windows.every(({ role }) => role !== 'none'));
      const leaders = windows.filter(({ role }) => role === 'leads');
      assert.equal(leaders.length, 1);
      await until('seven peers', () => leaders[0]?.peers.length === 7);
      for (const { lease } of windows) lease.dispose();
    }
  });

  it('carries messages both ways, whole and in order, however long they are', async () => {
    const leader = openWindow();
    await until('a leader', () => leader.role === 'leads');
    const follower = openWindow();
    await until('a peer', () => leader.peers.length === 1);
    const long = `${'ü'.repeat(3_000_000)} \u{1f600}`;
    const sent = ['one', long, '', 'two'];
    for (const text of sent) leader.peers[0]?.send(text);
    for (const text of sent) follower.leader?.send(text);
    await until(
      'all messages',
      () => follower.received.length === 4 && leader.received.length === 4,
    );
    assert.deepEqual(follower.received, sent);
    assert.deepEqual(leader.received, sent);
  });

  it('passes the lease on when its owner leaves, and every other follows the new one', async () => {
    const first = openWindow();
    await until('a leader', () => first.role === 'leads');
    const others = [openWindow(), openWindow(), openWindow()];
    await until('followers', () => others.every(({ role }) => role === 'follows'));
    first.lease.dispose();
    await until('a new leader', () => others.some(({ peers }) => peers.length === 2));
    assert.equal(others.filter(({ role }) => role === 'leads').length, 1);
  });

  it('gives the lease to another when its owner yields, who then follows', async () => {
    const first = openWindow();
    await until('a leader', () => first.role === 'leads');
    const second = openWindow();
    await until('a follower', () => second.role === 'follows');
    first.lease.yield();
    await until('the other way round', () => second.role === 'leads' && first.role === 'follows');
  });

  it('replaces a leader that is killed, in one go and with one winner', async () => {
    const first = startWindow();
    await until('a leader', () => first.printed('leads'));
    const others = [startWindow(), startWindow(), openWindow()] as const;
    await until(
      'followers',
      () =>
        others[0].printed('follows') &&
        others[1].printed('follows') &&
        others[2].role === 'follows',
    );
    await first.kill();
    const leaders = () => [
      others[0].printed('leads'),
      others[1].printed('leads'),
      others[2].role === 'leads',
    ];
    await until('a new leader', () => leaders().includes(true));
    await until('new followers', () => {
      const follows = [0, 1].map(
        (at) => others[at as 0 | 1].lines.filter((line) => line.endsWith('follows')).length > 1,
      );
      return [...follows, others[2].role === 'follows'].filter(Boolean).length === 2;
    });
    assert.equal(leaders().filter(Boolean).length, 1);
  });

  it('survives the leader of every term being killed, one after another', async () => {
    const windows = Array.from({ length: 4 }, () => startWindow());
    const leading = (): typeof windows =>
      windows.filter(({ child, printed }) => child.signalCode === null && printed('leads'));
    for (let term = 1; term <= 4; term++) {
      await until('a leader', () => leading().length > 0);
      assert.equal(leading().length, 1);
      await leading()[0]?.kill();
    }
  });

  it('takes over from what crashed windows left behind: old terms, drafts and files that say nothing', async () => {
    await writeFile(
      join(folder, 'lease-7'),
      '{"path":"/nonexistent/browser-use-tasks-x/lease","token":"t"}',
    );
    await writeFile(join(folder, 'lease-6'), 'half a fi');
    await writeFile(join(folder, 'unrelated'), '');
    const window = openWindow();
    await until('a leader', () => window.role === 'leads');
    assert.deepEqual((await readdir(folder)).sort(), ['lease-8', 'unrelated']);
  });

  it('takes over where the newest file is torn', async () => {
    await writeFile(join(folder, 'lease-3'), '');
    const window = openWindow();
    await until('a leader', () => window.role === 'leads');
  });

  it('leads though it cannot clear away what is left of another', async () => {
    await mkdir(join(folder, 'lease-1'));
    const windows = [openWindow(), openWindow()];
    await until('a leader', () => windows.some(({ role }) => role === 'leads'));
    await until('a follower', () => windows.some(({ role }) => role === 'follows'));
  });

  it('hangs up on a caller that says nothing', async () => {
    const window = openWindow();
    await until('a leader', () => window.role === 'leads');
    const socket = connect(await socketPath('lease-1'));
    await once(socket, 'connect');
    await once(socket, 'close');
    assert.equal(window.peers.length, 0);
  });

  it('gives way to a successor that could not reach it', async () => {
    const first = openWindow();
    await until('a leader', () => first.role === 'leads');
    await writeFile(
      join(folder, 'lease-9'),
      '{"path":"/nonexistent/browser-use-tasks-x/lease","token":"t"}',
    );
    // The next term: whoever wins it, there is one leader and it has a file of its own.
    await until('a new term', async () => (await readdir(folder)).includes('lease-10'));
  });

  it('says nothing to a caller that cannot read the folder', async () => {
    const window = openWindow();
    await until('a leader', () => window.role === 'leads');
    const [name] = await readdir(folder);
    const path = await socketPath(name);
    const socket = connect(path);
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.write('a guess\n{"type":"key"}\n');
    await once(socket, 'close');
    assert.equal(received, '');
    assert.equal(window.peers.length, 0);
  });

  it('leads alone, and says so, where windows cannot find each other', async () => {
    const blocked = join(folder, 'a file');
    await writeFile(blocked, '');
    const window = openWindow(join(blocked, 'inside'));
    await until('it to lead', () => window.role === 'alone');
  });

  it('leaves no socket folder behind when it leaves in peace', async () => {
    const window = openWindow();
    await until('a leader', () => window.role === 'leads');
    const path = await socketPath('lease-1');
    window.lease.dispose();
    await until('the folder to go', async () => {
      const left = await readdir(join(path, '..')).catch(() => 'gone');
      return left === 'gone';
    });
  });
});
