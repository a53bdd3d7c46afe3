import { randomBytes } from 'node:crypto';
import { watch } from 'node:fs';
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
import { Emitter } from '../core/event';
import type { Peer, Seat, SeatHandlers } from '../core/windowSeat';
import { systemClock } from './systemClock';

export interface JoinOptions extends SeatHandlers {
  /** Where the windows find each other: the same folder for all of them, and of this user only. Made where it is not there. */
  readonly folder: string;
  /** Told once where windows cannot find each other. This window then leads alone, whatever others do. */
  readonly onError: (error: unknown) => void;
}

/**
 * Takes part in the contest for the seat among the windows of one machine.
 *
 * Whoever leads listens on a socket (a named pipe on Windows) and says so in a file `seat-<term>`, which is linked into place whole
 * and only where no such file is yet: so each term has one winner. A window whose socket does not answer has gone, and the next term is free.
 * A connection that closes tells the others at once, however the leader ended. A leader that lives but does not answer, as
 * when its extension host is blocked, is replaced in the next term; once it wakes, it finds that and follows.
 */
export function joinWindows(options: JoinOptions): Seat {
  const contest = new Contest(options);
  void contest.run();
  return contest;
}

/** A caller proves within this time that it may listen, and is welcomed within it, in milliseconds. */
const helloMs = 2000;
/** A leader is asked for a sign of life so often, in milliseconds. Two that go unanswered end its term. */
const pingMs = 3000;
/** How long a leader may rely on having found that it still leads, in milliseconds. */
const confirmedMs = 1000;
/** After leaving the seat to others, in milliseconds. */
const politePauseMs = 1000;
/** Between two attempts where another window was faster, in milliseconds. */
const retryPauseMs = 20;
/** Attempts that fail for an unknown reason, each after twice the pause, before a window works alone. */
const mostFailures = 6;
/** Until a window that works alone looks for others again, in milliseconds. */
const alonePauseMs = 60_000;

class Contest implements Seat {
  readonly #options: JoinOptions;
  readonly #disposed = new AbortController();
  #lead: Lead | undefined;
  #follow: SocketPeer | undefined;
  #isAlone = false;
  #confirmedAt = -Infinity;

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
        this.#isAlone = false;
      } catch (error) {
        if (this.#isDisposed) return;
        if (++failures === mostFailures) {
          this.#options.onError(error);
          this.#isAlone = true;
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

  async confirm(): Promise<boolean> {
    // What a window still owes when it closes is written all the same.
    if (this.#isDisposed) return true;
    const lead = this.#lead;
    if (!lead) return this.#isAlone;
    const sinceMs = Date.now() - this.#confirmedAt;
    if (sinceMs >= 0 && sinceMs < confirmedMs) return true;
    const { folder } = this.#options;
    const latest = await termsIn(folder).then(
      (terms) => terms.at(-1),
      () => lead.term,
    );
    if (this.#lead !== lead) return false;
    if (latest === lead.term) this.#confirmedAt = Date.now();
    else lead.end();
    return latest === lead.term;
  }

  dispose(): void {
    this.#disposed.abort();
    this.#lead?.end();
    this.#follow?.close();
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
    const seat = latest === 0 ? undefined : await readSeat(folder, latest);
    const leader = seat && (await call(seat, this.#disposed.signal));
    if (this.#isDisposed) return leader?.close();
    if (leader) return this.#followOn(leader);
    const lead = await takeSeat(folder, latest + 1, (peer) => this.#options.onPeer(peer));
    if (!lead) return;
    if (this.#isDisposed) return lead.end();
    this.#lead = lead;
    await clearAway(folder, terms, seat);
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

  async #followOn(leader: SocketPeer): Promise<void> {
    this.#follow = leader;
    const closed = new AbortController();
    leader.onDidClose(() => closed.abort());
    this.#options.onFollow(leader);
    leader.start();
    await this.#watchOver(leader, closed.signal);
    this.#follow = undefined;
  }

  /** Resolves when the leader has gone, or has been given up because it does not answer. */
  async #watchOver(leader: SocketPeer, closed: AbortSignal): Promise<void> {
    let unanswered = 0;
    while (!closed.aborted) {
      const { receivedCount } = leader;
      leader.ping();
      await systemClock.sleep(pingMs, closed);
      // A window that was blocked itself first reads what has come meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
      if (closed.aborted) return;
      if (leader.receivedCount > receivedCount) {
        if (unanswered > 0) this.#options.onSilence(false);
        unanswered = 0;
      } else if (++unanswered === 1) this.#options.onSilence(true);
      else {
        leader.close();
        await new Promise<void>((resolve) => {
          if (closed.aborted) resolve();
          else closed.addEventListener('abort', () => resolve());
        });
      }
    }
  }
}

/** What stands in the file of a term. */
interface SeatRecord {
  /** Of the socket or the pipe. */
  readonly path: string;
  /** Proves to the leader that a caller can read this user's files. */
  readonly token: string;
  /** The process that leads, for people who look for it. */
  readonly pid: number;
}

/** A term as its leader has it. */
class Lead {
  readonly term: number;
  readonly #server: Server;
  readonly #token: string;
  readonly #onPeer: (peer: Peer) => void;
  readonly #sockets = new Set<Socket>();
  readonly whenEnded: Promise<void>;
  #early: (() => void)[] | undefined = [];

  #end: () => void = () => undefined;

  constructor(term: number, server: Server, token: string, onPeer: (peer: Peer) => void) {
    this.term = term;
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
    // What was said still arrives.
    for (const socket of this.#sockets) socket.destroySoon();
    this.#end();
  }

  #greet(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // A caller that breaks off is told by `close`.
    socket.on('error', () => undefined);
    const peer = new SocketPeer(socket);
    // Who proves nothing holds nothing open, and fills no memory.
    const patience = setTimeout(() => socket.destroy(), helloMs);
    socket.once('close', () => clearTimeout(patience));
    const hello = peer.onDidReceive((text) => {
      hello.dispose();
      clearTimeout(patience);
      if (text !== this.#token) return void socket.destroy();
      peer.send(welcome);
      const admit = (): void => this.#onPeer(peer);
      if (this.#early) this.#early.push(admit);
      else admit();
    });
  }
}

/** What windows say to each other beside the messages of those who speak through them. */
const welcome = '!welcome';
const ping = '!ping';
const pong = '!pong';

/** Messages over a socket, each a line. Answers a ping by itself. */
class SocketPeer implements Peer {
  readonly #socket: Socket;
  /** Messages that came before `start`; absent where they are told at once. */
  #early: string[] | undefined;
  #receivedCount = 0;
  readonly #didReceive = new Emitter<string>();
  readonly #didClose = new Emitter<void>();
  readonly onDidReceive = this.#didReceive.event;
  readonly onDidClose = this.#didClose.event;
  /** Pieces of a line whose end has not come. */
  #pieces: string[] = [];

  /** @param waits whether messages are kept until `start`, so that none is missed */
  constructor(socket: Socket, { waits = false } = {}) {
    this.#socket = socket;
    if (waits) this.#early = [];
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#take(text));
    socket.once('close', () => this.#didClose.fire());
  }

  /** How many pieces have come, whatever they were. */
  get receivedCount(): number {
    return this.#receivedCount;
  }

  send(message: string): void {
    if (this.#socket.writable) this.#socket.write(`${message}\n`);
  }

  /** Asks for a sign of life. */
  ping(): void {
    this.send(ping);
  }

  /** Tells what has come so far, and from now on what comes. */
  start(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const message of early) this.#didReceive.fire(message);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#receivedCount++;
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = [...this.#pieces, line].join('');
      this.#pieces = [];
      this.#receive(message);
    }
    if (rest !== '') this.#pieces.push(rest);
  }

  #receive(message: string): void {
    if (message === ping) this.send(pong);
    else if (message === pong || message === welcome) return;
    else if (this.#early) this.#early.push(message);
    else this.#didReceive.fire(message);
  }
}

/** @returns a connection to the leader, or `undefined` where there is none any more, or it does not answer */
async function call(
  seat: Pick<SeatRecord, 'path' | 'token'>,
  signal: AbortSignal,
): Promise<SocketPeer | undefined> {
  const socket = connect(seat.path);
  const peer = new SocketPeer(socket, { waits: true });
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort);
  // A process that is stopped still takes connections: its system does.
  const patience = setTimeout(abort, helloMs);
  try {
    return await new Promise((resolve, reject) => {
      socket.once('connect', () => peer.send(seat.token));
      socket.once('data', () => resolve(peer));
      // Only these two mean that nobody listens; a machine that is short of something says nothing of the leader.
      socket.on('error', (error) =>
        isCode(error, 'ECONNREFUSED', 'ENOENT') ? resolve(undefined) : reject(error),
      );
      socket.once('close', () => resolve(undefined));
    });
  } finally {
    clearTimeout(patience);
    signal.removeEventListener('abort', abort);
  }
}

/** @returns `undefined` where another window was faster */
async function takeSeat(
  folder: string,
  term: number,
  onPeer: (peer: Peer) => void,
): Promise<Lead | undefined> {
  const record: SeatRecord = {
    path: await freshPath(),
    token: randomBytes(16).toString('hex'),
    pid: process.pid,
  };
  const server = createServer();
  const lead = new Lead(term, server, record.token, onPeer);
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
  const wanted = join(tmpdir(), socketPrefix);
  // Longer paths are cut without a word.
  const parent = Buffer.byteLength(`${wanted}XXXXXX/seat`) > longestSocketPath ? '/tmp' : tmpdir();
  return join(await mkdtemp(join(parent, socketPrefix)), 'seat');
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
  last: Pick<SeatRecord, 'path'> | undefined,
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

/** @returns `undefined` where it has gone or holds no seat */
async function readSeat(
  folder: string,
  term: number,
): Promise<Pick<SeatRecord, 'path' | 'token'> | undefined> {
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

/** Who could not reach a leader that is there after all, as when its socket was cleaned away, has followed it in office. */
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
  return (await readdir(folder))
    .map((name) => Number(/^seat-(\d{1,15})$/u.exec(name)?.[1]))
    .filter((term) => Number.isSafeInteger(term))
    .sort((a, b) => a - b);
}

function fileOf(folder: string, term: number): string {
  return join(folder, `seat-${term}`);
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
