import { simulatorKey } from '../simulator/startSimulator';
import type { Simulator } from '../simulator/startSimulator';

export interface Poll {
  readonly method?: string;
  /** Default: v2's key. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** An answer with its JSON read; `json` is empty where it is none. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** The simulator's own key in the header of each API version. */
export const v1Key = { Authorization: `Bearer ${simulatorKey}` };
export const v2Key = { 'X-Browser-Use-API-Key': simulatorKey };

/** Sends one request, to a path of the simulator or to a whole URL, and follows no redirect. */
export async function requestSimulator(
  simulator: Simulator,
  path: string,
  { method = 'GET', headers = v2Key, body }: Poll = {},
): Promise<Answer> {
  const response = await fetch(path.startsWith('http') ? path : `${simulator.url}${path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json' && text !== '';
  const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, text, json };
}
