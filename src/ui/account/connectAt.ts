import { otherServerMessage } from '../../core/details/detailsView';
import type { Cloud } from '../../core/cloud/taskClient';
import { UserError } from '../reportError';

export interface ConnectAtOptions {
  /** To the server of the moment, with its key. */
  readonly connect: (signal: AbortSignal) => Promise<Cloud>;
  /** The server whose tasks the store holds. */
  readonly currentOrigin: () => string | undefined;
}

/**
 * The way to one server, and to no other when the base URL changes on the way.
 * @throws {UserError} where the base URL names another one
 */
export function connectAt(
  origin: string | undefined,
  { connect, currentOrigin }: ConnectAtOptions,
): (signal: AbortSignal) => Promise<Cloud> {
  const check = (): void => {
    if (currentOrigin() !== origin) throw new UserError(otherServerMessage(origin ?? ''));
  };
  return async (signal) => {
    check();
    const cloud = await connect(signal);
    check();
    return cloud;
  };
}
