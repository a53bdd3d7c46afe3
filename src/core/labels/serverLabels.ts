import type { Server } from '../cloud/baseUrl';

/** What messages say of the server. */
export interface ServerLabels {
  readonly host: string;
  /** What is wrong with the base URL, as a sentence, where something is. */
  readonly baseUrlProblem?: string | undefined;
}

/** @param server the server, or why the base URL cannot be used, as a sentence */
export function serverLabels(server: Server | string): ServerLabels {
  return typeof server === 'string'
    ? { host: 'the server', baseUrlProblem: server }
    : { host: server.host };
}
