import { CloudError } from '../core/cloud/errors';

/**
 * Runs work that ends when its deadline passes or the caller aborts, whichever comes first, even if
 * the work itself does not heed its signal. That signal is aborted unless the work has come to its own good end, so
 * that a body which nobody reads any more frees its connection. Leaves no timer and no listener.
 * Work that makes progress may postpone the deadline: then it passes so long after the last progress.
 * Not `AbortSignal.any`: in Node 20 each call leaves a little behind in a caller's long-lived signal.
 * @throws {CloudError} of kind `timeout`; an `AbortError` when the caller aborted
 */
export async function withDeadline<T>(
  caller: AbortSignal,
  deadlineMs: number,
  work: (signal: AbortSignal, postpone: () => void) => Promise<T>,
): Promise<T> {
  if (caller.aborted) throw abortError();
  const controller = new AbortController();
  let stopListening = (): void => undefined;
  let postpone = (): void => undefined;
  const interrupted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(abortError());
    caller.addEventListener('abort', onAbort, { once: true });
    const startTimer = () =>
      setTimeout(() => {
        reject(new CloudError('timeout', `No whole answer within ${deadlineMs} ms`));
      }, deadlineMs);
    let timer = startTimer();
    postpone = () => {
      clearTimeout(timer);
      timer = startTimer();
    };
    stopListening = () => {
      postpone = () => undefined;
      clearTimeout(timer);
      caller.removeEventListener('abort', onAbort);
    };
  });
  try {
    return await Promise.race([work(controller.signal, () => postpone()), interrupted]);
  } catch (error) {
    controller.abort();
    throw error;
  } finally {
    stopListening();
  }
}

function abortError(): Error {
  const error = new Error('The call was aborted');
  error.name = 'AbortError';
  return error;
}
