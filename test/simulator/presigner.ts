import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Answer } from './answer';
import type { Clock } from './clock';
import type { ApiRequest } from './route';

/** Makes and checks links that need no key but expire, as object stores do. */
export interface Presigner {
  /** A link to a path of the simulator; the same one within a second, unless it is to be unique. */
  sign(path: string, options?: LinkOptions): string;
  /** The store's refusal, or `undefined` for a link that is good. */
  refusalOf(request: ApiRequest): Answer | undefined;
}

export interface LinkOptions {
  /** How long the link is good for, by the simulator's clock. Default: that of the presigner. */
  readonly lifetimeSeconds?: number;
  /** Whether no two links are the same, as those of v3 and v4 are signed anew at each request. Default: false. */
  readonly isUnique?: boolean;
}

export interface PresignerOptions {
  readonly clock: Clock;
  /** Where the simulator listens, which is known only once it does. */
  readonly baseUrl: () => string;
  /** How long a link is good for that names no lifetime of its own. */
  readonly lifetimeSeconds: number;
}

/**
 * Links carry the query of AWS's Signature Version 4, with a signature that only the simulator can make.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function createPresigner(options: PresignerOptions): Presigner {
  const secret = 'simulator';

  let uniqueLinks = 0;

  const signatureOf = (path: string, date: string, expires: string, token: string): string =>
    createHmac('sha256', secret).update([path, date, expires, token].join('\n')).digest('hex');

  return {
    sign: (path, { lifetimeSeconds = options.lifetimeSeconds, isUnique = false } = {}) => {
      const date = compactDate(options.clock.now());
      const expires = String(lifetimeSeconds);
      const token = isUnique ? String(++uniqueLinks) : '';
      const query = new URLSearchParams({
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Credential': `SIMULATOR/${date.slice(0, 8)}/us-west-2/s3/aws4_request`,
        'X-Amz-Date': date,
        'X-Amz-Expires': expires,
        ...(isUnique ? { 'X-Amz-Security-Token': token } : {}),
        'X-Amz-SignedHeaders': 'host',
        'X-Amz-Signature': signatureOf(path, date, expires, token),
      });
      return `${options.baseUrl()}${path}?${query.toString()}`;
    },
    refusalOf: (request) => {
      const date = request.query.get('X-Amz-Date') ?? '';
      const expires = request.query.get('X-Amz-Expires') ?? '';
      const token = request.query.get('X-Amz-Security-Token') ?? '';
      const signature = request.query.get('X-Amz-Signature');
      if (signature === null) return refusal(403, 'AccessDenied', 'Access Denied');
      // The store takes one way of proving who asks, not two: a client that sends its key here is told so.
      if (request.headers.authorization !== undefined) {
        const message =
          'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified';
        return refusal(400, 'InvalidArgument', message);
      }
      if (!isEqual(signature, signatureOf(request.path, date, expires, token))) {
        const message =
          'The request signature we calculated does not match the signature you provided. Check your key and signing method.';
        return refusal(403, 'SignatureDoesNotMatch', message);
      }
      const expiresAtMs = momentOf(date) + Number(expires) * 1_000;
      if (options.clock.now() < expiresAtMs) return undefined;
      const isoExpires = new Date(expiresAtMs).toISOString().replace('.000', '');
      return refusal(
        403,
        'AccessDenied',
        'Request has expired',
        `<Expires>${isoExpires}</Expires>`,
      );
    },
  };
}

function refusal(status: number, code: string, message: string, more = ''): Answer {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}<RequestId>SIMULATOR</RequestId><HostId>simulator</HostId></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(xml) };
}

/** `20260113T120000Z` */
function compactDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
}

function momentOf(compact: string): number {
  return Date.parse(
    compact.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
