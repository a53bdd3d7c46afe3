import { parseWebUrl } from '../base/webUrl';

/** Longer URLs are no link that a person meant to follow. */
const maxLinkLength = 8192;

/**
 * A URL that may be opened outside: http or https, without user-info.
 * `command:`, `file:`, `javascript:` and whatever else `Uri.parse` would take are no links.
 * @returns the URL as the platform normalises it; `undefined` for anything else
 */
export function safeLink(text: string): string | undefined {
  return linkUrl(text)?.href;
}

/** The host of a link that `safeLink` lets pass, in its ASCII form so that look-alike letters show. */
export function linkHost(text: string): string | undefined {
  return linkUrl(text)?.hostname;
}

/** A link in the parts that tell where it leads. */
export interface LinkParts {
  readonly scheme: 'https' | 'http';
  /** With the port, where it is not the scheme's own. */
  readonly host: string;
  /** Path, query and fragment; empty for the host's root. */
  readonly rest: string;
}

/** @returns `undefined` for what `safeLink` refuses */
export function linkParts(text: string): LinkParts | undefined {
  const url = linkUrl(text);
  if (!url) return undefined;
  const rest = url.href.slice(url.origin.length);
  return {
    scheme: url.protocol === 'https:' ? 'https' : 'http',
    host: url.origin.slice(url.origin.indexOf('//') + 2),
    rest: rest === '/' ? '' : rest,
  };
}

function linkUrl(text: string): URL | undefined {
  return text.length > maxLinkLength ? undefined : parseWebUrl(text);
}
