import { setMaxListeners } from 'node:events';

/** A signal that nobody aborts, for all who must be given one. */
export const never = new AbortController().signal;

// So many tests listen to it that Node would take it for a leak.
setMaxListeners(0, never);
