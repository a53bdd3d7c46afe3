import { useState } from 'preact/hooks';
import type { FromPage, ToPage } from '../protocol';

/** What VS Code hands to a page: one channel, and a little memory that outlives hiding and reloading. */
interface VsCodeApi {
  readonly postMessage: (message: FromPage) => void;
  readonly getState: () => unknown;
  readonly setState: (state: unknown) => void;
}

declare function acquireVsCodeApi(): VsCodeApi;

// It may be called once in a page's life.
const { postMessage, getState, setState } = acquireVsCodeApi();

/** Asks the extension for something. */
export const send: (message: FromPage) => void = postMessage;

/** @returns an end to listening */
export function listen(listener: (message: ToPage) => void): () => void {
  // Only VS Code posts to this page: its policy lets no other frame or script in.
  const onMessage = ({ data }: MessageEvent<ToPage>): void => listener(data);
  window.addEventListener('message', onMessage);
  return () => window.removeEventListener('message', onMessage);
}

/** What the page remembers. The extension reads the first three to restore a panel after a reload. */
export interface PageState {
  readonly origin?: string | undefined;
  readonly apiVersion?: string;
  readonly id?: string;
  readonly scrollY?: number;
  /** Names of the parts that the reader has opened. */
  readonly open?: readonly string[];
  /** The chosen form of each part that has several, by the part's name. */
  readonly chosen?: Readonly<Record<string, string>>;
  /** What the reader has opened and closed in the result's tree, by path. */
  readonly tree?: readonly (readonly [string, boolean])[];
}

let state: PageState = (getState() as PageState | undefined) ?? {};

export function pageState(): PageState {
  return state;
}

export function remember(change: PageState): void {
  state = { ...state, ...change };
  setState(state);
}

/** Whether the reader has opened a part of the page; remembered by its name. */
export function useOpen(name: string): readonly [boolean, (isOpen: boolean) => void] {
  const [isOpen, setOpen] = useState(() => pageState().open?.includes(name) ?? false);
  return [
    isOpen,
    (next) => {
      const others = (pageState().open ?? []).filter((other) => other !== name);
      remember({ open: next ? [...others, name] : others });
      setOpen(next);
    },
  ];
}
