import type { RequestListener } from 'node:http';
import { defaultLimits, type Limits } from '../../../src/api/http';
import { createCloud } from '../../../src/api/index';
import type { TaskClient } from '../../../src/core/cloud/taskClient';
import { canaryKey } from './canary';

/** A client of v2 with a key that must not be seen anywhere. */
export function clientOf(url: string, limits: Partial<Limits> = {}): TaskClient {
  return createCloud({ baseUrl: url, key: canaryKey }, { ...defaultLimits, ...limits }).client(
    'v2',
  );
}

/** Gives the same answer to every request. */
export function answerWith(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
}

/** Gives a body that never ends, as fast as it is read. */
export function endless(status: number): RequestListener {
  return (_request, response) => {
    response.writeHead(status);
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', pour);
    pour();
  };
}
