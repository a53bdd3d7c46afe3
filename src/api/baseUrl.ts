import { CloudError } from '../core/errors';

/** A base URL that a key may be sent to. */
export interface Server {
  /** Scheme, host and path prefix, without a slash at the end. */
  readonly href: string;
  /** True for a server on this machine, which may speak plain http. */
  readonly isLoopback: boolean;
}

/**
 * Takes https, or http on loopback, with or without a path prefix.
 * Never shows the URL in its errors: what was typed may hold a password.
 * @throws {CloudError} of kind `invalidRequest`
 */
export function parseBaseUrl(baseUrl: string): Server {
  const url = parseUrl(baseUrl.trim());
  if (url === undefined) {
    throw refusal('is not a URL; it looks like https://api.browser-use.com');
  }
  if (!isFetchable(url, true)) {
    throw refusal('must start with https:// (http:// only for this machine)');
  }
  if (hasUserInfo(url)) throw refusal('must not hold a user name or password');
  if (url.search !== '' || url.hash !== '') throw refusal('must not hold a query or fragment');
  return {
    href: url.origin + url.pathname.replace(/\/+$/, ''),
    isLoopback: isLoopbackHost(url.hostname),
  };
}

/** `undefined` for what is not an absolute URL. */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** True for https, and for http on loopback where that is allowed. */
export function isFetchable(url: URL, allowLoopbackHttp: boolean): boolean {
  if (url.protocol === 'https:') return true;
  return allowLoopbackHttp && url.protocol === 'http:' && isLoopbackHost(url.hostname);
}

/** True for `https://user:password@host/`, which hides where a URL leads. */
export function hasUserInfo(url: URL): boolean {
  return url.username !== '' || url.password !== '';
}

// URL has brought every way to write an IPv4 address into four decimal numbers.
function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function refusal(reason: string): CloudError {
  return new CloudError('invalidRequest', `The base URL ${reason}.`);
}
