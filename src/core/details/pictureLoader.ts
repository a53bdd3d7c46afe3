import { isCloudError } from '../cloud/errors';
import type { Disposable } from '../base/event';
import type { Cloud } from '../cloud/taskClient';
import type { PictureRef } from '../cloud/task';

/** The kinds of picture that are shown. SVG is none of them: it can hold scripts and links. */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';

/** A screenshot as it came, its type read from its bytes. */
export interface Picture {
  readonly type: ImageType;
  readonly bytes: Uint8Array;
}

export interface PictureLoaderOptions {
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  /** The newest presigned URL. */
  readonly urlOf: (ref: PictureRef) => string | undefined;
  /** Requests fresh presigned URLs. Never rejects. */
  readonly renewUrls: () => Promise<void>;
  /** Called once for each request that was not dropped; without a picture where there is none to be had. */
  readonly onLoaded: (ref: PictureRef, picture: Picture | undefined) => void;
  /** Called with every failed download, for the log. */
  readonly onError: (error: unknown) => void;
}

const concurrency = 3;
/** A screenshot of a page is far below; in bytes. */
const maxPictureBytes = 5 * 1024 * 1024;

/** Downloads screenshots as they are asked for, three at a time. */
export class PictureLoader implements Disposable {
  readonly #options: PictureLoaderOptions;
  readonly #queue = new Map<string, PictureRef>();
  readonly #underWay = new Map<string, PictureRef>();
  #epoch = new AbortController();
  #laneCount = 0;
  #renewal: Promise<void> | undefined;

  constructor(options: PictureLoaderOptions) {
    this.#options = options;
  }

  /** A picture that still waits is not queued twice. */
  request(ref: PictureRef): void {
    if (this.#epoch.signal.aborted) return;
    this.#queue.set(`${ref.of}/${ref.index}`, ref);
    if (this.#laneCount >= concurrency) return;
    this.#laneCount++;
    // Nothing in a lane rejects: a failed download is reported as no picture.
    void this.#runLane(this.#epoch.signal);
  }

  /** Drops all requests so far. */
  clear(): void {
    this.#epoch.abort();
    this.#epoch = new AbortController();
    this.#queue.clear();
    this.#underWay.clear();
    this.#laneCount = 0;
    this.#renewal = undefined;
  }

  /** The key or the server is another one: what was asked for and is not here yet is fetched from the start. */
  restart(): void {
    const waiting = [...this.#underWay.values(), ...this.#queue.values()];
    this.clear();
    for (const ref of waiting) this.request(ref);
  }

  dispose(): void {
    this.#epoch.abort();
    this.#queue.clear();
  }

  async #runLane(signal: AbortSignal): Promise<void> {
    // Whatever is queued meanwhile comes, too.
    for (const [key, ref] of this.#queue) {
      this.#queue.delete(key);
      this.#underWay.set(key, ref);
      const picture = await this.#load(ref, signal);
      if (signal.aborted) return;
      this.#underWay.delete(key);
      this.#options.onLoaded(ref, picture);
    }
    this.#laneCount--;
  }

  async #load(ref: PictureRef, signal: AbortSignal): Promise<Picture | undefined> {
    const url = this.#options.urlOf(ref);
    try {
      return await this.#download(url, signal);
    } catch (error) {
      if (signal.aborted || !isExpired(error)) return this.#fail(error, signal);
    }
    // Many screenshots expire together: one renewal serves all that wait for it.
    if (this.#options.urlOf(ref) === url) await this.#renewUrls();
    const renewed = this.#options.urlOf(ref);
    if (signal.aborted || renewed === url) return undefined;
    try {
      return await this.#download(renewed, signal);
    } catch (error) {
      return this.#fail(error, signal);
    }
  }

  async #download(url: string | undefined, signal: AbortSignal): Promise<Picture | undefined> {
    if (url === undefined) return undefined;
    const cloud = await this.#options.connect(signal);
    const bytes = await cloud.download(url, { maxBytes: maxPictureBytes, signal });
    const type = imageTypeOf(bytes);
    return type && { type, bytes };
  }

  #renewUrls(): Promise<void> {
    this.#renewal ??= this.#options.renewUrls().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  #fail(error: unknown, { aborted }: AbortSignal): undefined {
    if (!aborted) this.#options.onError(error);
    return undefined;
  }
}

/** Stores answer an expired link with one of these. */
function isExpired(error: unknown): boolean {
  return isCloudError(error) && [400, 401, 403, 404, 410].includes(error.status ?? 0);
}

/** Tells a picture by its first bytes, whatever its name or header claims. @returns `undefined` for anything else */
export function imageTypeOf(bytes: Uint8Array): ImageType | undefined {
  if (hasAt(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  if (hasAt(bytes, 0, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  // "RIFF", four bytes of length, "WEBP".
  if (hasAt(bytes, 0, [0x52, 0x49, 0x46, 0x46]) && hasAt(bytes, 8, [0x57, 0x45, 0x42, 0x50]))
    return 'image/webp';
  // "GIF87a" and "GIF89a".
  const isGif = hasAt(bytes, 0, [0x47, 0x49, 0x46, 0x38]) && bytes[5] === 0x61;
  return isGif && (bytes[4] === 0x37 || bytes[4] === 0x39) ? 'image/gif' : undefined;
}

function hasAt(bytes: Uint8Array, offset: number, expected: readonly number[]): boolean {
  return expected.every((byte, index) => bytes[offset + index] === byte);
}
