import { useEffect, useState } from 'preact/hooks';
import type { Picture } from '../../core/details/pictureLoader';
import { send } from '../parts/vscodeApi';
import type { PictureRef } from '../../core/cloud/task';

/** What is known of a screenshot: nothing asked yet, asked for, here, or not to be had. */
export type PictureState =
  | { readonly kind: 'unasked' | 'waiting' | 'missing' }
  | { readonly kind: 'shown'; readonly url: string };

/** More pictures than these, and the one unseen for longest makes room. Each weighs up to a few megabytes. */
const mostPictures = 100;
const unasked: PictureState = { kind: 'unasked' };

const states = new Map<string, PictureState>();
const readers = new Map<string, Set<(state: PictureState) => void>>();
/** How many places of a screenshot are near what the reader sees. */
const near = new Map<string, number>();

/** Follows a screenshot. */
export function usePicture(ref: PictureRef): PictureState {
  const key = keyOf(ref);
  const [state, setState] = useState(states.get(key) ?? unasked);
  useEffect(() => {
    const mine = readers.get(key) ?? new Set();
    readers.set(key, mine.add(setState));
    // It may have come between drawing and now.
    setState(states.get(key) ?? unasked);
    return () => void mine.delete(setState);
  }, [key]);
  return state;
}

/** Follows a screenshot, and asks for it once its place comes near what the reader sees. */
export function usePictureAt(
  ref: PictureRef,
  place: { readonly current: Element | null },
): PictureState {
  const { of, index } = ref;
  const state = usePicture(ref);
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    let isNear = false;
    return watchNear(element, (isNearNow) => {
      if (isNearNow === isNear) return;
      isNear = isNearNow;
      noteNear({ of, index }, isNear ? 1 : -1);
    });
  }, [of, index]);
  return state;
}

/** Notes that one place more, or one less, is near what the reader sees; asks for a picture that is not here. */
export function noteNear(ref: PictureRef, change: 1 | -1): void {
  const key = keyOf(ref);
  const count = (near.get(key) ?? 0) + change;
  if (count <= 0) return void near.delete(key);
  near.set(key, count);
  if ((states.get(key) ?? unasked).kind === 'unasked') pollFor(ref);
}

export function pollFor(ref: PictureRef): void {
  put(keyOf(ref), { kind: 'waiting' });
  send({ type: 'picture', of: ref.of, index: ref.index });
}

/** Takes in what came for a screenshot. */
export function takePicture(ref: PictureRef, picture: Picture | undefined): void {
  const key = keyOf(ref);
  forget(key);
  if (!picture) return put(key, { kind: 'missing' });
  // A copy: the bytes that VS Code hands over may be a view of something larger.
  const blob = new Blob([new Uint8Array(picture.bytes)], { type: picture.type });
  put(key, { kind: 'shown', url: URL.createObjectURL(blob) });
  makeRoom();
}

/** A picture that no browser can draw. */
export function rejectPicture(ref: PictureRef): void {
  takePicture(ref, undefined);
}

function makeRoom(): void {
  const shown = [...states].filter(([, state]) => state.kind === 'shown');
  const surplus = shown.length - mostPictures;
  const unseen = shown.filter(([key]) => !near.has(key));
  for (const [key] of unseen.slice(0, Math.max(0, surplus))) {
    forget(key);
    put(key, unasked);
  }
}

function forget(key: string): void {
  const state = states.get(key);
  if (state?.kind === 'shown') URL.revokeObjectURL(state.url);
  states.delete(key);
}

function put(key: string, state: PictureState): void {
  states.set(key, state);
  for (const listener of readers.get(key) ?? []) listener(state);
}

function keyOf(ref: PictureRef): string {
  return `${ref.of}/${ref.index}`;
}

let observer: IntersectionObserver | undefined;

/** The listeners by element, called with whether it is near what the reader sees. */
const watchers = new Map<Element, (isNear: boolean) => void>();

/**
 * Tells whenever an element comes near what the reader sees or leaves it: within 400 pixels, in a strip that scrolls
 * by itself within 200. One observer serves all, as there are thousands.
 * @returns an end to it, which tells last that the element is not near
 */
function watchNear(element: Element, listener: (isNear: boolean) => void): () => void {
  const options: NearOptions = { rootMargin: '400px', scrollMargin: '200px' };
  observer ??= new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) watchers.get(target)?.(isIntersecting);
  }, options);
  watchers.set(element, listener);
  observer.observe(element);
  return () => {
    watchers.delete(element);
    observer?.unobserve(element);
    listener(false);
  };
}

/** TypeScript's own does not know the second margin yet. */
interface NearOptions extends IntersectionObserverInit {
  readonly scrollMargin: string;
}
