import { lookup } from 'node:dns/promises';
import { type ClientRequest, request } from 'node:http';
import { isIP } from 'node:net';
import { hostNotListed, onlyInside } from '../../knowledge/not-fetched.ts';
import { GatheredOctets } from '../../octets/growing-buffer.ts';
import { checkFetching } from './check-fetch.ts';
import { type FetchRules, hostListed, privateAllowed } from './fetch-rules.ts';
import { isPublicAddress } from './public-address.ts';

/** What to fetch. */
export interface ObjectRequest {
  /** An `http:` URL without user name; any other one is not fetched. */
  readonly url: string;
  /** Largest answer, bytes. */
  readonly maxBytes: number;
  /** Present: POST with this body. */
  readonly body?: { readonly bytes: Uint8Array; readonly mediaType: string };
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal;
  /** Told how many bytes have come; false where there is no room for them beside what else is being fetched. */
  readonly take?: (bytes: number) => boolean;
}

/** The answer, or why there is none. */
export type FetchedObject =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly why: string };

/** Resolves a name to addresses. */
export type LookUp = (host: string) => Promise<readonly string[]>;

/** The resolver of this system. */
export const systemLookUp: LookUp = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * Fetches one object over plain HTTP: only from listed hosts, only at an address that was checked, without following redirects,
 * with limits on size and time. CRLs and OCSP responses are signed, and HTTPS for them would be circular (RFC 5280 §8).
 *
 * @param wanted - URL, limit and body
 * @param rules - hosts and time
 * @param lookUp - resolver
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION` for a bound that would not hold, and for rules that there are not
 */
export async function fetchObject(
  wanted: ObjectRequest,
  rules: FetchRules,
  lookUp: LookUp = systemLookUp,
): Promise<FetchedObject> {
  checkFetching(wanted, rules);
  const url = URL.canParse(wanted.url) ? new URL(wanted.url) : undefined;
  if (url === undefined || url.protocol !== 'http:') return failed('the location is not an http: URL');
  if (url.username !== '' || url.password !== '') return failed('the location contains a user name');
  const host = url.hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (!hostListed(rules, host)) return failed(`host ${host}${hostNotListed}`);
  const { signal } = wanted;
  const timeout = AbortSignal.timeout(rules.timeoutMs ?? 5_000);
  const end = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
  try {
    end.throwIfAborted();
    const address = await checkedAddress(host, rules, lookUp, end);
    if (address === undefined) return failed(`host ${host}${onlyInside}`);
    return await transfer(url, address, wanted, end);
  } catch (error) {
    if (signal?.aborted === true) return failed('cancelled by the caller');
    if (timeout.aborted) return failed(`no complete answer within ${rules.timeoutMs ?? 5_000} ms`);
    return failed((error as NodeJS.ErrnoException).code ?? (error as Error).message);
  }
}

async function checkedAddress(
  host: string,
  rules: FetchRules,
  lookUp: LookUp,
  end: AbortSignal,
): Promise<string | undefined> {
  const addresses = isIP(host) === 0 ? await aborting(lookUp(host), end) : [host];
  return addresses.find((address) => isPublicAddress(address) || privateAllowed(rules, host));
}

function aborting<T>(work: Promise<T>, end: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    end.addEventListener('abort', () => reject(end.reason), { once: true });
    work.then(resolve, reject);
  });
}

function transfer(
  url: URL,
  address: string,
  { maxBytes, body, take = () => true }: ObjectRequest,
  signal: AbortSignal,
): Promise<FetchedObject> {
  return new Promise((resolve, reject) => {
    const asked: ClientRequest = request({
      // The address that was checked, not the name: a second look-up could return another address.
      host: address,
      port: url.port === '' ? 80 : Number(url.port),
      path: `${url.pathname}${url.search}`,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        host: url.host,
        ...(body === undefined
          ? {}
          : { 'content-type': body.mediaType, 'content-length': String(body.bytes.length) }),
      },
      agent: false,
      signal,
    });
    const give = (outcome: FetchedObject) => {
      resolve(outcome);
      asked.destroy();
    };
    asked.on('error', reject);
    asked.on('response', (answer) => {
      if (answer.statusCode !== 200) return give(failed(`status ${answer.statusCode}`));
      const announced = Number(answer.headers['content-length'] ?? 0);
      if (announced > maxBytes) return give(failed(`${announced} bytes, more than ${maxBytes}`));
      const gathered = new GatheredOctets(maxBytes);
      answer.on('data', (chunk: Uint8Array) => {
        if (!take(chunk.length)) give(failed('no room beside what else is being fetched'));
        else if (!gathered.add(chunk)) give(failed(`more than ${maxBytes} bytes`));
      });
      answer.on('error', reject);
      answer.on('aborted', () => reject(new Error('the connection ended before the answer was complete')));
      // Kept for as long as a list holds: without the room behind it.
      answer.on('end', () => resolve({ ok: true, bytes: gathered.whole().slice() }));
    });
    asked.end(body?.bytes);
  });
}

function failed(why: string): FetchedObject {
  return { ok: false, why };
}
