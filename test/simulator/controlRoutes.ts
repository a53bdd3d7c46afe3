import type { ApiVersion } from '../../src/core/cloud/task';
import { ErrorAnswer, jsonAnswer } from './answer';
import { isObject } from './parameters';
import type { Answer } from './answer';
import type { Cloud } from './cloud';
import type { Counts } from './counts';
import { faultKinds } from './faults';
import type { Fault, Faults } from './faults';
import type { ApiRequest, Route } from './route';
import { apiVersions as everyVersion } from '../../src/core/cloud/versionList';
import type { TaskScript } from './taskScript';

/** What the control routes drive. */
export interface Controls {
  readonly cloud: Cloud;
  readonly faults: Faults;
  readonly counts: Counts;
  readonly keys: Set<string>;
  readonly apiVersions: Set<ApiVersion>;
}

/**
 * Routes under `/simulator` that drive it from another process. They ask for no key, don't count, and no fault
 * hits them. Answers are JSON; a mistake is answered with 400 and a sentence in `detail`.
 * - `POST tasks` a `TaskScript` → 201 `{id, sessionId}`; `GET tasks` → `[{id, apiVersion, sessionId, status, prompt}]`
 * - `POST faults` a `Fault` → 201; `DELETE faults` → ends them all
 * - `GET counts` → `Counts`; `DELETE counts` → starts counting anew
 * - `POST advance` `{"ms": 60000}` → `{now}`
 * - `PUT keys` `["bu_…"]`; `PUT api-versions` `["v1","v2"]`; `PUT account` some of `Account`
 */
export function controlRoutes(controls: Controls): Route[] {
  const { cloud, faults, counts } = controls;
  const route = (name: string, answer: (request: ApiRequest) => Answer): Route => ({
    name,
    auth: undefined,
    answer,
  });

  return [
    route('POST /simulator/tasks', (request) => {
      const task = addTask(cloud, bodyOf(request));
      return jsonAnswer(201, { id: task.id, sessionId: task.sessionId });
    }),
    route('GET /simulator/tasks', () =>
      jsonAnswer(
        200,
        [...cloud.tasks.values()].map((task) => ({
          id: task.id,
          apiVersion: task.apiVersion,
          sessionId: task.sessionId,
          status: task.stateAt(cloud.clock.now()).status,
          prompt: task.script.prompt,
        })),
      ),
    ),
    route('POST /simulator/faults', (request) => {
      const fault = bodyOf(request);
      if (!isObject(fault) || typeof fault['route'] !== 'string') {
        throw new ErrorAnswer(400, 'A fault needs a "route": a route name, or a pattern with *.');
      }
      const effect = fault['effect'];
      const kind = isObject(effect) ? effect['kind'] : undefined;
      if (effect !== undefined && !faultKinds.some((known) => known === kind)) {
        throw new ErrorAnswer(400, `A fault's effect needs a "kind": ${faultKinds.join(', ')}.`);
      }
      faults.add(fault as unknown as Fault);
      return jsonAnswer(201, {});
    }),
    route('DELETE /simulator/faults', () => {
      faults.clear();
      return jsonAnswer(200, {});
    }),
    route('GET /simulator/counts', () => jsonAnswer(200, counts)),
    route('DELETE /simulator/counts', () => {
      counts.reset();
      return jsonAnswer(200, {});
    }),
    route('POST /simulator/advance', (request) => {
      const body = bodyOf(request);
      const ms = isObject(body) ? body['ms'] : undefined;
      if (typeof ms !== 'number') {
        throw new ErrorAnswer(400, 'Say how far to advance the clock: {"ms": 60000}.');
      }
      cloud.clock.advance(ms);
      return jsonAnswer(200, { now: cloud.clock.now() });
    }),
    route('PUT /simulator/keys', (request) => {
      replace(controls.keys, wordsOf(request));
      return jsonAnswer(200, {});
    }),
    route('PUT /simulator/api-versions', (request) => {
      const versions = wordsOf(request);
      replace(
        controls.apiVersions,
        everyVersion.filter((version) => versions.includes(version)),
      );
      return jsonAnswer(200, {});
    }),
    route('PUT /simulator/account', (request) => {
      const body = bodyOf(request);
      if (!isObject(body)) throw new ErrorAnswer(400, 'Send an object with fields of the account.');
      Object.assign(cloud.account, body);
      return jsonAnswer(200, cloud.account);
    }),
  ];
}

function addTask(cloud: Cloud, script: unknown): ReturnType<Cloud['addTask']> {
  if (!isObject(script) || typeof script['prompt'] !== 'string') {
    throw new ErrorAnswer(400, 'A task script needs a "prompt".');
  }
  try {
    return cloud.addTask(script as unknown as TaskScript);
  } catch (error) {
    throw new ErrorAnswer(400, error instanceof Error ? error.message : String(error));
  }
}

function bodyOf(request: ApiRequest): unknown {
  try {
    return JSON.parse(request.body.toString('utf8'));
  } catch {
    throw new ErrorAnswer(400, 'The body is not JSON.');
  }
}

function wordsOf(request: ApiRequest): string[] {
  const body = bodyOf(request);
  if (Array.isArray(body) && body.every((word) => typeof word === 'string')) return body;
  throw new ErrorAnswer(400, 'Send a list of strings.');
}

function replace<T>(set: Set<T>, values: Iterable<T>): void {
  set.clear();
  for (const value of values) set.add(value);
}
