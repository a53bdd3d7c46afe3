import { once } from 'node:events';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { jsonAnswer } from './answer';
import type { Answer } from './answer';
import type { FaultEffect } from './faults';
import { tooManySessions } from './v2Tasks';

/**
 * Sends an answer, or what a fault makes of it. Settles when all is sent, or as soon as the connection is gone;
 * for an answer that never ends, that is when the client or the simulator closes it.
 */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  effect: FaultEffect | undefined,
): Promise<void> {
  if (!effect) return send(response, answer);
  switch (effect.kind) {
    case 'answer':
      return send(response, scriptedAnswer(effect));
    case 'reset':
      if (effect.afterBytes !== undefined) await sendPart(response, answer, effect.afterBytes);
      response.socket?.resetAndDestroy();
      return;
    case 'silence':
      return closed(response);
    case 'stall':
      await sendPart(response, answer, effect.afterBytes ?? 0);
      return closed(response);
    case 'drip':
      return drip(response, answer, effect.intervalMs ?? 100);
    case 'html':
      return send(response, htmlAnswer(effect.status ?? 200));
    case 'text':
      return send(response, {
        status: effect.status,
        headers: { 'content-type': 'text/plain' },
        body: Buffer.from(asText(effect.status)),
      });
    case 'empty':
      return send(response, { status: effect.status, headers: {}, body: Buffer.alloc(0) });
    case 'tooMany':
      return send(response, tooManyAnswer(effect.what));
    case 'truncated': {
      const body = answer.body.subarray(0, Math.floor(answer.body.length / 2));
      return send(response, { ...answer, body });
    }
    case 'gzipBomb':
      return send(response, await gzipBomb(effect.expandedBytes));
    case 'largeBody':
      return send(
        response,
        jsonAnswer(200, { filler: 'x'.repeat(Math.max(0, effect.bytes - 13)) }),
      );
    case 'redirect':
      return send(response, {
        status: effect.status ?? 302,
        headers: { location: effect.location },
        body: Buffer.alloc(0),
      });
  }
}

/** Waits this long in real time, or until the connection is gone. */
export async function pause(response: ServerResponse, milliseconds: number): Promise<void> {
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  response.once('close', onClose);
  try {
    await sleep(milliseconds, undefined, { signal: gone.signal });
  } catch {
    // The only reason is a closed connection, which whoever writes next sees for itself.
  } finally {
    response.off('close', onClose);
  }
}

async function send(response: ServerResponse, answer: Answer): Promise<void> {
  if (response.destroyed) return;
  writeHead(response, answer);
  response.end(answer.body);
  await closed(response);
}

async function sendPart(response: ServerResponse, answer: Answer, bytes: number): Promise<void> {
  if (response.destroyed) return;
  writeHead(response, answer);
  response.flushHeaders();
  const part = answer.body.subarray(0, bytes);
  if (part.length > 0) await new Promise((resolve) => response.write(part, resolve));
}

async function drip(response: ServerResponse, answer: Answer, intervalMs: number): Promise<void> {
  if (response.destroyed) return;
  writeHead(response, answer);
  response.flushHeaders();
  for (let index = 0; index < answer.body.length; index++) {
    await pause(response, intervalMs);
    if (response.destroyed) return;
    response.write(answer.body.subarray(index, index + 1));
  }
  response.end();
  await closed(response);
}

function writeHead(response: ServerResponse, answer: Answer): void {
  const hasNoBody = answer.status === 204 || answer.status === 304;
  const length = hasNoBody ? {} : { 'content-length': String(answer.body.length) };
  response.writeHead(answer.status, { ...length, ...answer.headers });
}

async function closed(response: ServerResponse): Promise<void> {
  if (response.closed || response.destroyed) return;
  await once(response, 'close');
}

function scriptedAnswer(effect: Extract<FaultEffect, { kind: 'answer' }>): Answer {
  const { status, headers = {}, body } = effect;
  if (body === undefined)
    return { ...jsonAnswer(status, { detail: 'Scripted fault' }), ...merged(headers) };
  if (typeof body !== 'string') return { ...jsonAnswer(status, body), ...merged(headers) };
  return { status, body: Buffer.from(body), ...merged(headers) };
}

function merged(headers: Readonly<Record<string, string>>): Pick<Answer, 'headers'> {
  return { headers: { 'content-type': 'application/json', ...headers } };
}

function htmlAnswer(status: number): Answer {
  const title = asText(status);
  const html = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><hr>nginx</body></html>\n`;
  return { status, headers: { 'content-type': 'text/html' }, body: Buffer.from(html) };
}

function asText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? 'Unknown'}`;
}

function tooManyAnswer(what: Extract<FaultEffect, { kind: 'tooMany' }>['what']): Answer {
  switch (what) {
    case 'requests': {
      const body = { error: 'rate_limited', limit_rps: 25, retry_after_seconds: 5 };
      const limits = {
        'x-ratelimit-limit': '125',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '5',
      };
      const answer = jsonAnswer(429, body);
      return { ...answer, headers: { ...answer.headers, ...limits, 'retry-after': '5' } };
    }
    case 'requestsOfAddress': {
      const answer = htmlAnswer(429);
      return { ...answer, headers: { ...answer.headers, 'retry-after': '300' } };
    }
    case 'sessions':
      return jsonAnswer(429, { detail: tooManySessions });
  }
}

const bombs = new Map<number, Buffer>();

async function gzipBomb(expandedBytes: number): Promise<Answer> {
  const known = bombs.get(expandedBytes);
  const body = known ?? (await compressedFiller(expandedBytes));
  bombs.set(expandedBytes, body);
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body,
  };
}

/** In pieces, as the whole might not fit into memory. */
async function compressedFiller(expandedBytes: number): Promise<Buffer> {
  const gzip = createGzip();
  const parts: Buffer[] = [];
  gzip.on('data', (part: Buffer) => parts.push(part));
  const ended = once(gzip, 'end');
  const piece = Buffer.alloc(1 << 20, 'x');
  gzip.write('{"filler":"');
  for (let left = expandedBytes - 13; left > 0; left -= piece.length) {
    if (!gzip.write(piece.subarray(0, Math.min(left, piece.length)))) await once(gzip, 'drain');
  }
  gzip.end('"}');
  await ended;
  return Buffer.concat(parts);
}
