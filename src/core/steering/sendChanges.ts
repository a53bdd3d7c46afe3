import { requestChange, type ChangeOutcome, type ChangeRequest } from '../cloud/changeRequest';

/** What became of a change; `cancelled`: taken back before it was sent. */
export type SentOutcome<T> = ChangeOutcome<T> | { readonly kind: 'cancelled' };

/** Sends a change, unless its signal takes it back before. Rejects only with what is no failure of the cloud's. */
export async function sendChange<T>(change: ChangeRequest<T>): Promise<SentOutcome<T>> {
  const { signal } = change;
  try {
    signal?.throwIfAborted();
    return await requestChange(change);
  } catch (error) {
    if (signal?.aborted === true) return { kind: 'cancelled' };
    throw error;
  }
}

/** More requests at once would only wait for the rate limiter. */
const atOnce = 4;

/** Works through items, four at a time, in their order. Where some reject, the others are worked through all the same, and it rejects with the first reason. */
export async function someAtOnce<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
