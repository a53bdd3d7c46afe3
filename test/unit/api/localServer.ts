import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LocalServer {
  readonly url: string;
  /** What was asked, in order. */
  readonly requests: readonly { readonly url: string; readonly headers: IncomingHttpHeaders }[];
  /** Settles when the answer to the first request is over, whole or not. */
  readonly firstClosed: Promise<void>;
  /** Settles when the first request has come in. */
  readonly firstRequested: Promise<void>;
}

/** Starts real HTTP servers on loopback; the suite that calls this ends them after each test. */
export function localServers(): (listener: RequestListener) => Promise<LocalServer> {
  const running = new Set<Server>();
  afterEach(async () => {
    for (const server of running) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    running.clear();
  });
  return async (listener) => {
    const requests: { url: string; headers: IncomingHttpHeaders }[] = [];
    const firstClosed = settlesLater();
    const firstRequested = settlesLater();
    const server = createServer((request, response) => {
      requests.push({ url: request.url ?? '', headers: request.headers });
      response.on('close', firstClosed.settle);
      firstRequested.settle();
      listener(request, response);
    });
    running.add(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}`,
      requests,
      firstClosed: firstClosed.promise,
      firstRequested: firstRequested.promise,
    };
  };
}

function settlesLater(): { promise: Promise<void>; settle: () => void } {
  let settle = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, settle: () => settle() };
}
