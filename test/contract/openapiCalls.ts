import assert from 'node:assert/strict';
import { simulatorKey } from '../simulator/startSimulator';
import { validateAnswer } from './openapi';
import type { Simulator } from '../simulator/startSimulator';
import type { OpenapiDocument } from './openapi';

/** A request to the simulator, and the status that its answer has. */
export interface Call<World> {
  /** As the document names it: `GET /sessions/{session_id}`. */
  readonly route: string;
  readonly status: number;
  /** What stands in for the braces, or none. */
  readonly parameters?: (world: World) => Readonly<Record<string, string>>;
  readonly query?: string | ((world: World) => string);
  readonly body?: unknown;
  /** For a body with IDs in it, which only the world knows. */
  readonly bodyIn?: (world: World) => unknown;
  /** Brings the simulator into the state that leads to the status. */
  readonly prepare?: (world: World) => void;
}

export interface SentCall {
  readonly simulator: Simulator;
  readonly version: 'v3' | 'v4';
}

/** What the call is, for the name of a test. */
export function nameOf<World>(call: Call<World>): string {
  const { route, query, parameters, body, bodyIn, prepare } = call;
  const details = [
    typeof query === 'string' ? query : undefined,
    body === undefined ? undefined : JSON.stringify(body).slice(0, 80),
    bodyIn?.name,
    parameters?.name,
    prepare?.name,
  ];
  return [route, ...details.filter((detail) => detail !== undefined && detail !== '')].join(' ');
}

/** Makes a call and holds its answer against those documents that know of its status. */
export async function assertCall<World extends { readonly simulator: Simulator }>(
  call: Call<World>,
  world: World,
  version: SentCall['version'],
  documents: readonly OpenapiDocument[],
): Promise<void> {
  call.prepare?.(world);
  const [method = '', template = ''] = call.route.split(' ');
  const values = call.parameters?.(world) ?? {};
  const path = template.replace(/\{(\w+)\}/g, (_whole, part: string) => values[part] ?? '');
  const query = typeof call.query === 'function' ? call.query(world) : call.query;
  const answer = await send(
    { simulator: world.simulator, version },
    method,
    query === undefined ? path : `${path}?${query}`,
    call.bodyIn?.(world) ?? call.body,
  );
  assert.equal(answer.status, call.status, JSON.stringify(answer.body));
  const isDocumented = documents.some(({ paths }) => paths[template]?.[method.toLowerCase()]);
  assert.ok(isDocumented, `${call.route} is in no document`);
  for (const document of documents) {
    if (!document.paths[template]?.[method.toLowerCase()]?.responses[String(call.status)]) continue;
    const problems = validateAnswer(document, method, template, call.status, answer.body);
    assert.deepEqual(problems, [], document.version);
  }
}

/** Sends a request with the simulator's key; `body` is sent as JSON and parsed from it. */
export async function send(
  { simulator, version }: SentCall,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${simulator.url}/api/${version}${path}`, {
    method,
    headers: { 'X-Browser-Use-API-Key': simulatorKey, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (text === '') return { status: response.status, body: undefined };
  assert.equal(response.headers.get('content-type'), 'application/json');
  return { status: response.status, body: JSON.parse(text) as unknown };
}

/** Statuses that the document has for routes of the simulator, and that no call has tried: `GET /sessions 422`. */
export function untriedStatuses<World>(
  simulator: Simulator,
  version: SentCall['version'],
  document: OpenapiDocument,
  calls: readonly Call<World>[],
): string[] {
  const tried = new Set(calls.map(({ route, status }) => `${route} ${status}`));
  return simulator.routeNames
    .filter((name) => name.includes(` /api/${version}/`))
    .map((name) => name.replace(`/api/${version}`, ''))
    .flatMap((name) => {
      const [method = '', path = ''] = name.split(' ');
      const responses = document.paths[path]?.[method.toLowerCase()]?.responses;
      assert.ok(responses, `${name} is not in the document`);
      return Object.keys(responses).map((status) => `${name} ${status}`);
    })
    .filter((name) => !tried.has(name));
}
