import { validateRequest, type OpenapiDocument } from './openapi';

/** A request as it left. */
export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** The parsed JSON; `undefined` where there is none. */
  readonly body: unknown;
}

/** Takes note of all requests that this process sends by `fetch`, from before to after each test. */
export function recordRequests(): readonly SentRequest[] {
  const sent: SentRequest[] = [];
  const { fetch } = globalThis;
  beforeEach(() => {
    sent.length = 0;
    globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      const text = request.method === 'GET' ? '' : await request.clone().text();
      const isJson = request.headers.get('content-type') === 'application/json';
      sent.push({
        method: request.method,
        url: new URL(request.url),
        headers: request.headers,
        body: isJson && text !== '' ? JSON.parse(text) : undefined,
      });
      return fetch(request);
    };
  });
  afterEach(() => {
    globalThis.fetch = fetch;
  });
  return sent;
}

/** What is wrong with requests by the document of their version. */
export function problemsOf(
  requests: readonly SentRequest[],
  version: 'v2' | 'v3' | 'v4',
  document: OpenapiDocument,
): string[] {
  const base = `/api/${version}`;
  return requests
    .filter(({ url, method }) => url.pathname.startsWith(base) && method !== 'GET')
    .flatMap(({ method, url, body }) => {
      const path = url.pathname.slice(base.length);
      const template = Object.keys(document.paths).find((candidate) =>
        new RegExp(`^${candidate.replace(/\{\w+\}/gu, '[^/]+')}$`, 'u').test(path),
      );
      if (template === undefined) return [`${method} ${path} is not in the document`];
      return validateRequest(document, method, template, body);
    });
}
