import { randomBytes } from 'node:crypto';
import { readdirSync, watch } from 'node:fs';
import {
  constants,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Emitter } from '../core/base/event';
import type { Peer, Lease, LeaseHandlers } from '../core/windows/windowLease';
import { systemClock } from './systemClock';

export interface JoinOptions extends LeaseHandlers {
  /** Where the windows find each other: the same folder for all of them, and of this user only. Made where it is not there. */
  readonly folder: string;
  /** Called once where windows cannot find each other. This window then leads alone, whatever others do. */
  readonly onError: (error: unknown) => void;
}

/**
 * Takes part in the election of the leader among the windows of one machine.
 *
 * Whoever leads listens on a socket (a named pipe on Windows) and says so in a file `lease-<term>`, which is linked into place whole
 * and only where no such file is yet: so each term has one winner. A window whose socket does not answer has gone, and the next term is free.
 * A connection that closes tells the others at once, however the leader ended.
 */
export function joinWindows(options: JoinOptions): Lease {
  const election = new Election(options);
  void election.run();
  return election;
}

/** A caller proves within this time that it may listen, in milliseconds. */
const handshakeMs = 2000;
/** After leaving the lease to others, in milliseconds. */
const politePauseMs = 1000;
/** Between two attempts where another window was faster, in milliseconds. */
const retryPauseMs = 20;
/** Attempts that fail for an unknown reason, each after twice the pause, before a window works alone. */
const mostFailures = 6;
/** Until a window that works alone looks for others again, in milliseconds. */
const alonePauseMs = 60_000;

class Election implements Lease {
  readonly #options: JoinOptions;
  readonly #disposed = new AbortController();
  #lead: Lead | undefined;
  #follow: Socket | undefined;
  /** The term that this window leads, or led last. */
  #ownTerm: number | undefined;
  /** The term whose leader this window follows. */
  #leaderTerm: number | undefined;
  /** A term whose leader lives and does not answer: the next one is free. */
  #silentTerm: number | undefined;

  constructor(options: JoinOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.#isDisposed) {
      try {
        await this.#takePart();
        failures = 0;
      } catch (error) {
        if (this.#isDisposed) return;
        if (++failures === mostFailures) {
          this.#options.onError(error);
          this.#options.onLead();
        }
      }
      const pauseMs = failures < mostFailures ? retryPauseMs * 2 ** failures : alonePauseMs;
      await systemClock.sleep(pauseMs, this.#disposed.signal);
    }
  }

  yield(): void {
    this.#lead?.end();
  }

  takeOver(): void {
    if (!this.#follow) return;
    this.#silentTerm = this.#leaderTerm;
    this.#follow.destroy();
  }

  /** Without waiting, so that nothing can happen between the answer and what is done by it. */
  isSuperseded(): boolean {
    const term = this.#ownTerm;
    if (term === undefined) return false;
    try {
      return (termsAmong(readdirSync(this.#options.folder)).at(-1) ?? term) > term;
    } catch {
      // Where windows cannot find each other, this one leads alone.
      return false;
    }
  }

  dispose(): void {
    this.#disposed.abort();
    this.#lead?.end();
    this.#follow?.destroy();
  }

  get #isDisposed(): boolean {
    return this.#disposed.signal.aborted;
  }

  /** One term, or an attempt at one. */
  async #takePart(): Promise<void> {
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true });
    const terms = await termsIn(folder);
    const latest = terms.at(-1) ?? 0;
    const lease = latest === 0 ? undefined : await readLease(folder, latest);
    const isSilent = latest === this.#silentTerm;
    const socket = lease && !isSilent ? await call(lease, this.#disposed.signal) : undefined;
    if (this.#isDisposed) return void socket?.destroy();
    if (socket) return this.#followOn(socket, latest);
    const lead = await takeLease(folder, latest + 1, (peer) => this.#options.onPeer(peer));
    if (!lead) return;
    if (this.#isDisposed) return lead.end();
    this.#lead = lead;
    this.#ownTerm = latest + 1;
    await clearAway(folder, terms, lease);
    if (this.#isDisposed) return;
    this.#options.onLead();
    lead.open();
    const successor = noticeSuccessor(folder, latest + 1, () => lead.end());
    await lead.whenEnded;
    successor.close();
    this.#lead = undefined;
    if (this.#isDisposed) return;
    this.#options.onLeave();
    await systemClock.sleep(politePauseMs, this.#disposed.signal);
  }

  async #followOn(socket: Socket, term: number): Promise<void> {
    this.#follow = socket;
    this.#leaderTerm = term;
    const peer = new SocketPeer(socket);
    const closed = new Promise<void>((resolve) => peer.onDidClose(() => resolve()));
    this.#options.onFollow(peer);
    // One follower finds out that a leader hangs; the others, who may have had nothing to say to it, follow the next with it.
    const successor = noticeSuccessor(this.#options.folder, term, () => socket.destroy());
    await closed;
    successor.close();
    this.#follow = undefined;
  }
}

/** What stands in the file of a term. */
interface LeaseRecord {
  /** Of the socket or the pipe. */
  readonly path: string;
  /** Proves to the leader that a caller can read this user's files. */
  readonly token: string;
  /** The process that leads, for people who search for it. */
  readonly pid: number;
}

/** A term as its leader has it. */
class Lead {
  readonly #server: Server;
  readonly #token: string;
  readonly #onPeer: (peer: Peer) => void;
  readonly #sockets = new Set<Socket>();
  readonly whenEnded: Promise<void>;
  #early: (() => void)[] | undefined = [];

  #end: () => void = () => undefined;

  constructor(server: Server, token: string, onPeer: (peer: Peer) => void) {
    this.#server = server;
    this.#token = token;
    this.#onPeer = onPeer;
    this.whenEnded = new Promise((resolve) => (this.#end = resolve));
    server.on('connection', (socket) => this.#greet(socket));
  }

  /** Lets in those who came early, and whoever comes from now on. */
  open(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const admit of early) admit();
  }

  end(): void {
    const path = this.#server.address();
    this.#server.close(() => void clearSocket(path));
    // Messages that were sent still arrive.
    for (const socket of this.#sockets) socket.destroySoon();
    this.#end();
  }

  #greet(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // `close` follows for a caller that breaks off.
    socket.on('error', () => undefined);
    const peer = new SocketPeer(socket);
    // A caller without proof keeps no connection open, and fills no memory.
    const patience = setTimeout(() => socket.destroy(), handshakeMs);
    socket.once('close', () => clearTimeout(patience));
    const handshake = peer.onDidReceive((text) => {
      handshake.dispose();
      clearTimeout(patience);
      if (text !== this.#token) return void socket.destroy();
      const admit = (): void => this.#onPeer(peer);
      if (this.#early) this.#early.push(admit);
      else admit();
    });
  }
}

/** Messages over a socket, each a line. */
class SocketPeer implements Peer {
  readonly #socket: Socket;
  readonly #didReceive = new Emitter<string>();
  readonly #didClose = new Emitter<void>();
  readonly onDidReceive = this.#didReceive.event;
  readonly onDidClose = this.#didClose.event;
  /** Pieces of a line whose end has not come. */
  #pieces: string[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#take(text));
    socket.once('close', () => this.#didClose.fire());
  }

  send(message: string): void {
    if (this.#socket.writable) this.#socket.write(`${message}\n`);
  }

  #take(text: string): void {
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = [...this.#pieces, line].join('');
      this.#pieces = [];
      this.#didReceive.fire(message);
    }
    if (rest !== '') this.#pieces.push(rest);
  }
}

/** @returns a connection to the leader, or `undefined` where there is none any more */
async function call(
  lease: Pick<LeaseRecord, 'path' | 'token'>,
  signal: AbortSignal,
): Promise<Socket | undefined> {
  const socket = connect(lease.path);
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort);
  try {
    return await new Promise((resolve, reject) => {
      socket.once('connect', () => {
        socket.write(`${lease.token}\n`);
        resolve(socket);
      });
      // Only these two mean that nobody listens; a machine that is short of something says nothing of the leader.
      socket.on('error', (error) =>
        isCode(error, 'ECONNREFUSED', 'ENOENT') ? resolve(undefined) : reject(error),
      );
      socket.once('close', () => resolve(undefined));
    });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** @returns `undefined` where another window was faster */
async function takeLease(
  folder: string,
  term: number,
  onPeer: (peer: Peer) => void,
): Promise<Lead | undefined> {
  const record: LeaseRecord = {
    path: await freshPath(),
    token: randomBytes(16).toString('hex'),
    pid: process.pid,
  };
  const server = createServer();
  const lead = new Lead(server, record.token, onPeer);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(record.path, resolve);
    });
  } catch (error) {
    await clearSocket(record.path);
    throw error;
  }
  // Windows have to reach it; the process need not stay alive for it.
  server.unref();
  // A caller that cannot be accepted tries again.
  server.on('error', () => undefined);
  const draft = join(folder, `draft-${basename(dirname(record.path))}-${record.token}`);
  try {
    await writeFile(draft, JSON.stringify(record), { mode: 0o600, flag: 'wx' });
    await linkOrCopy(draft, fileOf(folder, term));
    // Somebody slow may have taken a term that is over.
    if ((await termsIn(folder)).at(-1) === term) return lead;
  } catch (error) {
    lead.end();
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  lead.end();
  return undefined;
}

/** A path short enough for a socket on every system, in a folder that only this user can enter. */
async function freshPath(): Promise<string> {
  const name = `${socketPrefix}${randomBytes(8).toString('hex')}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  const preferred = join(tmpdir(), socketPrefix);
  // Longer paths are cut without a word.
  const parent =
    Buffer.byteLength(`${preferred}XXXXXX/lease`) > longestSocketPath ? '/tmp' : tmpdir();
  return join(await mkdtemp(join(parent, socketPrefix)), 'lease');
}

/** Links a file into place where none is yet; copies it where the file system knows no links. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!isCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    // Less good, as a reader may meet half of it, and take it for a leader that has gone.
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

/** In bytes, on macOS; other systems take a few more. */
const longestSocketPath = 103;
const socketPrefix = 'browser-use-tasks-';

/** Removes what former leaders left behind. */
async function clearAway(
  folder: string,
  terms: readonly number[],
  last: Pick<LeaseRecord, 'path'> | undefined,
): Promise<void> {
  await clearSocket(last?.path);
  // What stays is outnumbered by the term of today.
  for (const term of terms) await rm(fileOf(folder, term), { force: true }).catch(() => undefined);
}

/** Removes a socket with its folder, where it is one of ours. */
async function clearSocket(path: unknown): Promise<void> {
  if (typeof path !== 'string' || process.platform === 'win32') return;
  const folder = dirname(path);
  if (!basename(folder).startsWith(socketPrefix)) return;
  // What stays costs nothing but its place.
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}

/** @returns `undefined` where it has gone or holds no lease */
async function readLease(
  folder: string,
  term: number,
): Promise<Pick<LeaseRecord, 'path' | 'token'> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(fileOf(folder, term), 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { path, token } = value as Record<string, unknown>;
    return typeof path === 'string' && typeof token === 'string' ? { path, token } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isCode(error, 'ENOENT', 'EISDIR')) return undefined;
    throw error;
  }
}

/** Notices that another window leads now, as when it could not reach the leader before, or had no answer from it. */
function noticeSuccessor(folder: string, term: number, onSuccessor: () => void): { close(): void } {
  const check = (): void =>
    void termsIn(folder).then(
      (terms) => (terms.at(-1) ?? term) > term && onSuccessor(),
      () => undefined,
    );
  try {
    const watcher = watch(folder, { persistent: false }, check);
    watcher.on('error', () => watcher.close());
    check();
    return watcher;
  } catch {
    return { close: () => undefined };
  }
}

/** In rising order. */
async function termsIn(folder: string): Promise<number[]> {
  return termsAmong(await readdir(folder));
}

function termsAmong(names: readonly string[]): number[] {
  return names
    .map((name) => Number(/^lease-(\d{1,15})$/u.exec(name)?.[1]))
    .filter((term) => Number.isSafeInteger(term))
    .sort((a, b) => a - b);
}

function fileOf(folder: string, term: number): string {
  return join(folder, `lease-${term}`);
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
