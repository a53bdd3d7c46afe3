import type { ApiVersion } from '../../src/core/cloud/task';
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './answer';

/** One method on one path of the simulated cloud. */
export interface Route {
  /** `GET /api/v2/tasks/{task_id}`: the name under which requests are counted and faults are scripted. */
  readonly name: string;
  /** Whose key the route asks for; `undefined` for one that asks for none. */
  readonly auth: ApiVersion | undefined;
  /** @throws {ErrorAnswer} to answer with an error. */
  answer(request: ApiRequest): Answer | Promise<Answer>;
}

/** A request as routes see it. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  /** Values of the `{…}` parts of the route's path, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type RouteMatch =
  | { readonly kind: 'found'; readonly route: Route; readonly parameters: Record<string, string> }
  | { readonly kind: 'wrongMethod'; readonly allowed: string }
  | { readonly kind: 'unknown' };

/** Finds the route of a request. Parts in braces match one path segment; fixed parts win over them. */
export function createRouter(
  routes: readonly Route[],
): (method: string, path: string) => RouteMatch {
  const entries = routes.map((route) => {
    const [method = '', template = ''] = route.name.split(' ');
    return { route, method, segments: template.split('/') };
  });
  return (method, path) => {
    const segments = path.split('/');
    const allowed: string[] = [];
    let found: RouteMatch | undefined;
    let fixedParts = -1;
    for (const entry of entries) {
      const parameters = matchSegments(entry.segments, segments);
      if (!parameters) continue;
      if (entry.method !== method) {
        allowed.push(entry.method);
        continue;
      }
      const fixed = entry.segments.length - Object.keys(parameters).length;
      if (fixed <= fixedParts) continue;
      fixedParts = fixed;
      found = { kind: 'found', route: entry.route, parameters };
    }
    if (found) return found;
    return allowed.length > 0
      ? { kind: 'wrongMethod', allowed: allowed.join(', ') }
      : { kind: 'unknown' };
  };
}

function matchSegments(
  template: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? '';
    if (!part.startsWith('{')) {
      if (part !== segment) return undefined;
      continue;
    }
    const value = decoded(segment);
    if (value === undefined || value === '') return undefined;
    parameters[part.slice(1, -1)] = value;
  }
  return parameters;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
