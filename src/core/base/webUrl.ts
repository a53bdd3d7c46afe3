/** A URL of the web without user-info: http or https. `undefined` for anything else. */
export function parseWebUrl(text: string): URL | undefined {
  const url = parseUrl(text);
  if (!url || hasUserInfo(url)) return undefined;
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}

/** @returns `undefined` for what is not an absolute URL, nor a relative one where there is a base */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** True for `https://user:password@host/`, which hides where a URL leads. */
export function hasUserInfo({ username, password }: URL): boolean {
  return username !== '' || password !== '';
}
