import { hasUserInfo, parseUrl } from '../base/webUrl';

/** A server that a key may be sent to. */
export interface Server {
  /** Without a slash at its end; a path prefix is kept. */
  readonly baseUrl: string;
  /** Scheme, host and port: what keys and tracked tasks belong to. */
  readonly origin: string;
  /** Host and port, for messages. */
  readonly host: string;
  /** True for a server on this machine, which may speak plain http. */
  readonly isLoopback: boolean;
}

/** What a base URL names: a server, or nothing that a key may be sent to. */
export type BaseUrl =
  | { readonly server: Server; readonly problem?: undefined; readonly host: string }
  | {
      readonly server?: undefined;
      /** What is wrong with it and what to do, as a sentence. */
      readonly problem: string;
      readonly host: 'the server';
    };

/** Where Browser Use Cloud itself is, unless a region is named. */
export const officialOrigin = 'https://api.browser-use.com';

/**
 * Reads the base URL setting: https, or http on this machine, and nothing that could mislead.
 * Never throws, whatever it is given.
 */
export function readBaseUrl(text: unknown): BaseUrl {
  if (typeof text !== 'string' || text.trim() === '') return unusable('The base URL is empty.');
  const url = parseUrl(text.trim());
  if (!url)
    return unusable('The base URL is not a whole URL, such as https://api.browser-use.com.');
  // A dot at its end names the same host: keys, tasks and regions go by the name without.
  url.hostname = url.hostname.replace(/(?<!\.)\.+$/u, '');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return unusable('The base URL must begin with https://.');
  if (!isFetchable(url, true))
    return unusable(
      'The base URL must begin with https://, as the API key would be sent in the clear; http:// is only for this machine (127.0.0.1, localhost).',
    );
  if (hasUserInfo(url)) return unusable('The base URL must not hold a user name or password.');
  if (/[?#]/u.test(text)) return unusable('The base URL must end before "?" or "#".');
  const path = url.pathname.replace(/(?<!\/)\/+$/u, '');
  if (/\/api(\/v\d+)?$/u.test(path))
    return unusable('The base URL must stand without /api/…, which is added to it.');
  const host = url.origin.slice(url.protocol.length + 2);
  const server = {
    baseUrl: url.origin + path,
    origin: url.origin,
    host,
    isLoopback: isLoopback(url.hostname),
  };
  return { server, host };
}

function unusable(problem: string): BaseUrl {
  return { problem, host: 'the server' };
}

/** Why a task is not read whose server is not the current one. */
export function otherServerMessage(origin: string): string {
  const host = origin.slice(origin.indexOf('//') + 2);
  return `This task belongs to ${host}. The base URL names another server now, so the task cannot be read.`;
}

/** True for https, and for http on this machine where that is allowed. */
export function isFetchable({ protocol, hostname }: URL, allowLoopbackHttp: boolean): boolean {
  if (protocol === 'https:') return true;
  return allowLoopbackHttp && protocol === 'http:' && isLoopback(hostname);
}

/**
 * True for the names and addresses of this machine.
 * `URL` has made them lower case, put IPv6 into brackets, and brought every way to write IPv4 into four decimal numbers.
 */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/u.test(hostname);
}
