import { lookup } from 'node:dns/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { OperatorFault } from '@entente/host';
import { agent, loadCredential, openTrust } from '@entente/tls';
import { links } from '@entente/topology';
import { readAddresses } from '../addresses.ts';
import type { AdministratorAccess } from './administrator-access.ts';

/** What the authority answered. */
export type Outcome =
  | { readonly ok: true; readonly answer: Readonly<Record<string, unknown>> }
  | {
      readonly ok: false;
      readonly refusal: { readonly reason: string; readonly message: string; readonly remedy: string };
    };

/** A connection to the authority as an administrator: row 17 of the allow matrix. */
export interface AuthorityConnection extends AsyncDisposable {
  /**
   * Gives an order.
   * @param path e.g. `/revoke`
   * @param mediaType of the body
   * @returns the answer, or why it was refused
   * @throws TrustError where the authority is not believed, OperatorFault where it cannot be reached
   */
  order(path: string, mediaType: string, body: string): Promise<Outcome>;
}

/** No answer of the authority to an order is larger. */
const maxAnswerBytes = 65_536;
const timeoutMs = 30_000;

/**
 * Connects to the authority as an administrator. Revocation lists are fetched from the authority's host and from the hosts
 * whose addresses were given, and from no other.
 * @param access which authority, and as whom
 */
export async function connectAuthority(access: AdministratorAccess): Promise<AuthorityConnection> {
  const url = originOf(access.authority);
  const addresses = readAddresses(access.address, url.hostname);
  const identity = await loadCredential({ certificate: access.certificate, key: access.key });
  const trust = await openTrust({
    anchors: access.anchors,
    watch: false,
    fetch: {
      hosts: [],
      privateHosts: [...new Set([url.hostname, ...addresses.keys()])],
      refresh: false,
      lookUp: async (host) => {
        const known = addresses.get(host);
        return known === undefined
          ? (await lookup(host, { all: true })).map(({ address }) => address)
          : [known];
      },
    },
  });
  const dialler = agent({
    trust,
    identity,
    allow: [url.hostname],
    link: { name: links.administratorToAuthority.name, interface: 'internal' },
    keepAlive: false,
  });
  return {
    async order(path, mediaType, body) {
      const outgoing = request({
        agent: dialler,
        host: addresses.get(url.hostname) ?? url.hostname,
        port: url.port === '' ? 443 : Number(url.port),
        servername: url.hostname,
        method: 'POST',
        path,
        headers: {
          host: url.host,
          'content-type': mediaType,
          'content-length': Buffer.byteLength(body),
        },
      });
      return readOutcome(await exchange(outgoing, body, url), url);
    },
    async [Symbol.asyncDispose]() {
      dialler.destroy();
      await trust[Symbol.asyncDispose]();
    },
  };
}

interface Received {
  readonly status: number;
  readonly text: string;
}

function exchange(outgoing: ClientRequest, body: string, url: URL): Promise<Received> {
  return new Promise((resolve, reject) => {
    outgoing.setTimeout(timeoutMs, () => {
      outgoing.destroy(unusable(url, `it did not answer within ${timeoutMs / 1000} seconds`));
    });
    outgoing.once('error', (error: Error & { readonly code?: string; readonly remedy?: string }) => {
      reject(error.remedy === undefined ? unreachable(url, error) : error);
    });
    outgoing.once('response', (incoming) => {
      readAll(incoming, url).then(resolve, reject);
    });
    outgoing.end(body);
  });
}

async function readAll(incoming: IncomingMessage, url: URL): Promise<Received> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxAnswerBytes) throw unusable(url, `its answer is larger than ${maxAnswerBytes} bytes`);
    parts.push(part);
  }
  return { status: incoming.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') };
}

function readOutcome({ status, text }: Received, url: URL): Outcome {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // Falls through: whatever this is, it is no answer of an authority.
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw unusable(url, `it answered ${status} without a JSON object`);
  }
  const fields = answer as Record<string, unknown>;
  if (status >= 200 && status < 300) return { ok: true, answer: fields };
  const {
    reason = `http-${status}`,
    detail = 'it refused',
    remedy = 'see the log of the authority',
  } = fields;
  return {
    ok: false,
    refusal: { reason: String(reason), message: String(detail), remedy: String(remedy) },
  };
}

function originOf(text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (url.protocol === 'https:' && url.pathname === '/' && url.search === '' && url.username === '') {
      return url;
    }
  }
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected a URL that begins with https:// and has no path, found ${text}`,
    place: 'option --authority',
    remedy: 'give one like https://ca.contoso.example:8443, as authority.yaml says it',
  });
}

function unusable(url: URL, sentence: string): OperatorFault {
  return new OperatorFault('ENTENTE_AUTHORITY_ANSWER', {
    sentence,
    place: url.origin,
    remedy: 'check that this is the authority, and see its log',
  });
}

function unreachable(url: URL, cause: Error & { readonly code?: string }): OperatorFault {
  return new OperatorFault('ENTENTE_AUTHORITY_UNREACHABLE', {
    sentence: `the authority cannot be reached: ${cause.message}`,
    place: url.origin,
    remedy: 'start it, or correct --authority and --address',
    cause,
  });
}
