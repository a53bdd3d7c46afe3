import { officialOrigin, type Server } from './baseUrl';

/** A part of Browser Use Cloud with tasks and keys of its own. @see cloud-api-v3-v4.md §2 */
export type Region = 'us' | 'eu';

/** Where each region's API is. */
export const regionOrigins: Readonly<Record<Region, string>> = {
  us: officialOrigin,
  eu: 'https://api.eu.browser-use.com',
};

const dashboards: Readonly<Record<Region, string>> = {
  us: 'https://cloud.browser-use.com',
  eu: 'https://cloud.eu.browser-use.com',
};

/** The dashboard that shows what an API's server has; `undefined` for every server but those of Browser Use Cloud itself. */
export function dashboardOf(server: Pick<Server, 'origin'> | undefined): string | undefined {
  const regions = Object.keys(dashboards) as Region[];
  const region = regions.find((each) => regionOrigins[each] === server?.origin);
  return region && dashboards[region];
}

/** True for Browser Use Cloud itself, in any region. */
export function isOfficial(server: Pick<Server, 'origin'> | undefined): boolean {
  return dashboardOf(server) !== undefined;
}

/** The region of a host of Browser Use, perhaps with its port; `undefined` for any other host. */
export function regionOf(host: string): Region | undefined {
  const name = host.toLowerCase().replace(/:\d*$/u, '');
  if (!/^(?:[a-z0-9-]+\.)*browser-use\.com$/u.test(name)) return undefined;
  return /(?:^|\.)eu\.browser-use\.com$/u.test(name) ? 'eu' : 'us';
}
