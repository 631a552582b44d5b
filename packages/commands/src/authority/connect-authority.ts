import { lookup } from 'node:dns/promises';
import { OperatorFault } from '@entente/host';
import { type Credential, type HttpClient, httpClient, isTrustError, openTrust } from '@entente/tls';
import { links } from '@entente/topology';
import { readAddresses } from './addresses.ts';
import type { AdministratorAccess } from './administrator-access.ts';
import { notReached, type RequestError } from './authority-unreachable.ts';
import { interruptedRenewal, ownCredential } from './own-credential.ts';

/** Why the authority refused. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
}

/** What the authority answered. */
export type Outcome =
  | { readonly ok: true; readonly answer: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly refusal: Refusal };

/** A connection to the authority as an administrator: row 17 of the allow matrix. */
export interface AuthorityConnection extends AsyncDisposable {
  /**
   * Sends a command.
   * @param path - e.g. `/revoke`
   * @param mediaType - of the body
   * @returns the answer, or why it was refused
   * @throws TrustError where the authority is not trusted, OperatorFault where it cannot be reached
   */
  send(path: string, mediaType: string, body: string): Promise<Outcome>;
  /**
   * Reads what the authority serves to administrators.
   * @param path - e.g. `/topology`
   * @param statuses - of answers that are the document; default 200
   * @returns its text, or why it was refused
   * @throws as `send` does
   */
  get(path: string, statuses?: readonly number[]): Promise<TextOutcome>;
}

/** What the authority answered to a request for a document. */
export type TextOutcome = { readonly ok: true; readonly text: string } | Extract<Outcome, { ok: false }>;

/** No answer of the authority to a command is larger; the largest says why each of 500 accounts is refused. */
const maxAnswerBytes = 1_048_576;
/** The authority accepts no larger topology. */
const maxDocumentBytes = 8_388_608;
/** An authority signs and stores before it answers. */
const idleTimeoutMs = 30_000;
/** Connections at most by which is found out whether the authority refuses the certificate, where each is cut. */
const attempts = 3;

/**
 * Connects to the authority as an administrator. Revocation lists are fetched from the authority's host and from the hosts
 * whose addresses were given, and from no other.
 * @param access - which authority, and the client certificate
 */
export async function connectAuthority(access: AdministratorAccess): Promise<AuthorityConnection> {
  const url = originOf(access.authority);
  const addresses = readAddresses(access.address, url.hostname);
  const { credential: identity, keyFile } = await ownCredential(access);
  if (keyFile !== access.key) process.stderr.write(interruptedRenewal(access));
  const trust = await openTrust({
    anchors: access.anchors,
    watch: false,
    fetch: {
      hosts: [],
      privateHosts: [...new Set([url.hostname.replace(/^\[|\]$/g, ''), ...addresses.keys()])],
      refresh: false,
      lookUp: async (host) => {
        const known = addresses.get(host);
        return known === undefined
          ? (await lookup(host, { all: true })).map(({ address }) => address)
          : [known];
      },
    },
  });
  const clientFor = (maxBytes: number) =>
    httpClient({
      trust,
      identity,
      allow: [url.hostname],
      link: { name: links.administratorToAuthority.name, interface: 'internal' },
      keepAlive: false,
      addresses,
      limits: { maxBytes, idleTimeoutMs },
    });
  const ask = async (request: Request, maxBytes: number) => {
    using client = clientFor(maxBytes);
    const response = await client.fetch(request).catch(async (error: FetchError) => {
      if (error.code?.startsWith('ENTENTE_ANSWER_')) throw unusable(url, error.message, error);
      // An authority that is killed ends the connection too: one that refuses the certificate does so again.
      if (refusedBy(error) || isCut(error)) {
        using again = clientFor(maxAnswerBytes);
        if (await isRefused(again, url)) throw refusedUs(url, access, identity, error);
      }
      if (request.method === 'POST' && mayHaveArrived(error)) throw unanswered(url, error);
      const fault = notReached(url.origin, error);
      if (fault !== undefined) throw fault;
      if (!refusedBy(error)) throw error;
      throw request.method === 'POST' ? unanswered(url, error) : ended(url, error);
    });
    return { status: response.status, text: await response.text() };
  };
  return {
    async send(path, mediaType, body) {
      const headers = { 'content-type': mediaType };
      const request = new Request(new URL(path, url), { method: 'POST', headers, body });
      const { status, text } = await ask(request, maxAnswerBytes);
      return readOutcome(status, text, url);
    },
    async get(path, statuses = [200]) {
      const { status, text } = await ask(new Request(new URL(path, url)), maxDocumentBytes);
      if (statuses.includes(status)) return { ok: true, text };
      const outcome = readOutcome(status, text, url);
      if (!outcome.ok) return outcome;
      throw unusable(url, `the authority answered ${status}`);
    },
    async [Symbol.asyncDispose]() {
      await trust[Symbol.asyncDispose]();
    },
  };
}

/** `syscall` as Node gives it. */
type FetchError = RequestError & { readonly syscall?: string };

/** Whether the connection ended under a request. That may have been faster than what was to be read from it, such as the alert of an authority that refuses the certificate. */
function isCut(error: FetchError): boolean {
  return mayHaveArrived(error) && error.code === 'ECONNRESET';
}

/** Whether a request may be at the authority all the same: it was sent, or its answer did not come in time. */
function mayHaveArrived({ code, remedy, syscall }: FetchError): boolean {
  if (code === 'ENTENTE_TIMEOUT') return true;
  return remedy === undefined && syscall !== 'connect' && syscall !== 'getaddrinfo';
}

function readOutcome(status: number, text: string, url: URL): Outcome {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // Falls through: this is not an answer of an authority.
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw unusable(url, `the authority answered ${status} without a JSON object`);
  }
  const fields = answer as Record<string, unknown>;
  if (status >= 200 && status < 300) return { ok: true, answer: fields };
  const {
    reason = `http-${status}`,
    detail = 'no detail given',
    remedy = 'read the log of the authority',
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
    remedy: 'give one like https://ca.contoso.example:8443, the https url in authority.yaml',
  });
}

function unusable(url: URL, sentence: string, cause?: Error): OperatorFault {
  return new OperatorFault('ENTENTE_AUTHORITY_ANSWER', {
    sentence,
    place: url.origin,
    remedy: 'check that this is the URL of the authority, and read its log',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Asks for what anyone may read, and for nothing where the certificate is refused. */
async function isRefused(client: HttpClient, url: URL): Promise<boolean> {
  for (let left = attempts; left > 0; left--) {
    try {
      await client.fetch(new Request(new URL('/healthz', url)));
      return false;
    } catch (error) {
      if (refusedBy(error)) return true;
      if (!isCut(error as FetchError)) return false;
    }
  }
  return false;
}

function refusedBy(error: unknown): boolean {
  return isTrustError(error) && error.rejection.reason === 'peer-refused';
}

/** A peer is told nothing of the verdict on its certificate. What is wrong with it can be seen here all the same, or be one of a few things. */
function refusedUs(
  { origin }: URL,
  { certificate }: AdministratorAccess,
  { current: { leaf } }: Credential,
  cause: Error,
): OperatorFault {
  const now = Date.now();
  const time = (at: number): string => new Date(at).toISOString();
  const found =
    leaf.notAfter <= now
      ? `it ended at ${time(leaf.notAfter)}, and it is ${time(now)}`
      : leaf.notBefore > now
        ? `it begins at ${time(leaf.notBefore)}, and the clock here says ${time(now)}`
        : `it is valid until ${time(leaf.notAfter)}, so it may be revoked, or of another authority, or the clock there may be wrong; the log of the authority says which`;
  return new OperatorFault('ENTENTE_AUTHORITY_REFUSED_US', {
    sentence: `the authority refused the certificate of this administrator: ${found}`,
    place: `${origin}, with ${certificate}`,
    remedy: remedyOf(leaf, now),
    cause,
  });
}

/** One whose certificate has ended is named by the topology all the same, and needs neither another administrator nor another key. */
function remedyOf({ notAfter, notBefore }: Credential['current']['leaf'], now: number): string {
  if (notBefore > now) return 'set the clock of this machine';
  const next =
    'on the authority’s host, with the authority stopped: entente ca administrator <you> --config ca/authority.yaml --replace';
  return notAfter <= now
    ? `issue the next one ${next}; see "A certificate has expired" in docs/guides/operations.md`
    : `if it is revoked, and the topology names you, issue the next one ${next}; if it does not, or others may have your key, see "An administrator’s key is lost" in docs/guides/emergencies.md`;
}

function ended(url: URL, cause: Error): OperatorFault {
  return new OperatorFault('ENTENTE_AUTHORITY_UNREACHABLE', {
    sentence: endedSentence(cause),
    place: url.origin,
    remedy: 'see that the authority runs, and ask again',
    cause,
  });
}

function endedSentence(cause: Error): string {
  return refusedBy(cause)
    ? 'the authority ended the connection before its answer, as where its process ends'
    : `the connection to the authority ended before its answer: ${cause.message}`;
}

function unanswered(url: URL, cause: Error): OperatorFault {
  return new OperatorFault('ENTENTE_AUTHORITY_UNANSWERED', {
    sentence: endedSentence(cause),
    place: url.origin,
    remedy:
      'see that the authority runs; the change may have been made, so look (entente audit) before you order it again',
    cause,
  });
}
