import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Emitter } from '../core/base/event';
import type { Peer } from '../core/windows/windowLease';
import { codeOf } from './node';

/** A caller proves within this time that it may listen, in milliseconds. */
const handshakeMs = 2000;
/** In bytes, on macOS; other systems take a few more. */
const longestSocketPath = 103;
const socketPrefix = 'browser-use-tasks-';

/** Where a leader listens, and what it expects to hear. */
export interface LeaderAddress {
  /** Of the socket or the pipe. */
  readonly path: string;
  /** Proves to the leader that a caller can read this user's files. */
  readonly token: string;
}

/** A window that others can reach, while it leads: from `listen` until `end`. */
export class Lead {
  readonly address: LeaderAddress;
  readonly #server: Server;
  readonly #onPeer: (peer: Peer) => void;
  readonly #sockets = new Set<Socket>();
  /** Resolves when `end` is called; what was sent before still arrives. Never rejects. */
  readonly whenEnded: Promise<void>;
  #early: (() => void)[] | undefined = [];

  #end: () => void = () => undefined;

  private constructor(server: Server, address: LeaderAddress, onPeer: (peer: Peer) => void) {
    this.#server = server;
    this.address = address;
    this.#onPeer = onPeer;
    this.whenEnded = new Promise((resolve) => (this.#end = resolve));
    server.on('connection', (socket) => this.#greet(socket));
  }

  /** Listens at a path of its own. @param onPeer called with each caller that proves to be a window, once `open` was called */
  static async listen(onPeer: (peer: Peer) => void): Promise<Lead> {
    const address = { path: await freshPath(), token: randomBytes(16).toString('hex') };
    const server = createServer();
    const lead = new Lead(server, address, onPeer);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(address.path, resolve);
      });
    } catch (error) {
      await clearSocket(address.path);
      throw error;
    }
    // Windows have to reach it; the process need not stay alive for it.
    server.unref();
    // A caller that cannot be accepted tries again.
    server.on('error', () => undefined);
    return lead;
  }

  /** Lets in those who came early, and whoever comes from now on. */
  open(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const admit of early) admit();
  }

  end(): void {
    this.#server.close(() => void clearSocket(this.address.path));
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
      if (text !== this.address.token) return void socket.destroy();
      const admit = (): void => this.#onPeer(peer);
      if (this.#early) this.#early.push(admit);
      else admit();
    });
  }
}

/** Messages over a socket, each a line. */
export class SocketPeer implements Peer {
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
export async function call(
  { path, token }: LeaderAddress,
  signal: AbortSignal,
): Promise<Socket | undefined> {
  const socket = connect(path);
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort);
  try {
    return await new Promise((resolve, reject) => {
      socket.once('connect', () => {
        socket.write(`${token}\n`);
        resolve(socket);
      });
      // Only these two mean that nobody listens; a machine that is short of something says nothing of the leader.
      socket.on('error', (error) =>
        ['ECONNREFUSED', 'ENOENT'].includes(codeOf(error)) ? resolve(undefined) : reject(error),
      );
      socket.once('close', () => resolve(undefined));
    });
  } finally {
    signal.removeEventListener('abort', abort);
  }
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

/** Removes a socket with its folder, where it is one of ours. */
export async function clearSocket(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = dirname(path);
  if (!basename(folder).startsWith(socketPrefix)) return;
  // What stays costs nothing but its place.
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}
