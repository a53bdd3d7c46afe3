import { officialOrigin } from './baseUrl';

/** A part of Browser Use Cloud with tasks and keys of its own. @see cloud-api-v3-v4.md §2 */
export type Region = 'us' | 'eu';

/** Where each region's API is. */
export const regionOrigins: Readonly<Record<Region, string>> = {
  us: officialOrigin,
  eu: 'https://api.eu.browser-use.com',
};

/** The region of a host of Browser Use, perhaps with its port; `undefined` for any other host. */
export function regionOf(host: string): Region | undefined {
  const name = host.toLowerCase().replace(/:\d*$/u, '');
  if (!/^(?:[a-z0-9-]+\.)*browser-use\.com$/u.test(name)) return undefined;
  return /(?:^|\.)eu\.browser-use\.com$/u.test(name) ? 'eu' : 'us';
}
