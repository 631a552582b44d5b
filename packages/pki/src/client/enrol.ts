import { GatheredOctets } from '@entente/trust';
import { type Certificate, decodePemCertificates } from '@entente/x509';
import type { JoinToken } from '../enrolment/join-token.ts';
import { checkGiven, type Given, maybe } from '../ground/check-given.ts';
import { PkiFault } from '../ground/fault.ts';
import { isFunction, isOctets, isText, member } from '../ground/given.ts';
import type { KeyAndRequest } from './key-and-request.ts';
import type { EnrolmentOutcome, RemoteRefusal, Transport } from './transport.ts';

/** What enrolment and renewal have in common. */
export interface EnrolmentTask {
  /** Key and request, see `createKeyAndRequest`. */
  readonly key: KeyAndRequest;
  /** Connects to the authority; for a renewal it presents the current client certificate. */
  readonly transport: Transport;
  /** The interface of the server that the certificate is for, e.g. `external`. Default: the authority's, `internal`. */
  readonly interface?: string;
  /** Cancels the request. */
  readonly signal?: AbortSignal;
}

/** Options of {@link enrol}. */
export interface EnrolOptions extends EnrolmentTask {
  /** As the administrator has handed it over: address of the authority and secret are taken from it. */
  readonly token: JoinToken;
}

/** Options of {@link renew}. */
export interface RenewOptions extends EnrolmentTask {
  /** Base URL of the authority, `https://…`. */
  readonly authority: string;
}

const maxAnswerBytes = 262_144;

const isUrl = (value: unknown): boolean =>
  isText(value) && URL.canParse(value) && new URL(value).protocol === 'https:';
const aToken: Given = [
  'the token that parseJoinToken has read',
  (value) => isUrl(member(value, 'authority')) && isOctets(member(value, 'secret')),
];
/** With a name that is misspelt, as that of the interface, the certificate would be for another one. */
const common: Readonly<Record<string, Given>> = {
  key: [
    'what createKeyAndRequest resolves to',
    (value) => isOctets(member(value, 'request')) && isOctets(member(value, 'publicKey')),
  ],
  transport: ['a function', isFunction],
  interface: maybe(['the name of an interface', isText]),
  signal: maybe(['an AbortSignal', (value) => isFunction(member(value, 'throwIfAborted'))]),
};

/**
 * Requests the first certificate of a server with a join token. The first key that uses the token is the only one that may: store the
 * key before, and repeat with the same one where the answer is lost.
 * @param options - token, key and transport; the transport must accept no root but the one whose hash is in the token
 * (see `pinnedRoot`)
 * @returns the certificate, or the authority's refusal
 * @throws PkiFault `ENTENTE_PKI_TRANSPORT` if the authority cannot be reached, or its answer is neither; `ENTENTE_PKI_BAD_ARGUMENT` for
 * options that there are not, or that have another form
 */
export async function enrol(options: EnrolOptions): Promise<EnrolmentOutcome> {
  checkGiven(options, { token: aToken, ...common }, 'enrol');
  const secret = Buffer.from(options.token.secret).toString('base64url');
  return ask(options, options.token.authority, { authorization: `Bearer ${secret}` });
}

/**
 * Requests a new certificate with the current one. Generate a new key for it, store the key before, and repeat with the same one where
 * the answer is lost: another key is refused as `already-renewed`.
 * @param options - where, key and transport
 * @returns the certificate, or the authority's refusal
 * @throws PkiFault `ENTENTE_PKI_TRANSPORT`, `ENTENTE_PKI_BAD_ARGUMENT`
 */
export async function renew(options: RenewOptions): Promise<EnrolmentOutcome> {
  checkGiven(options, { authority: ['a URL that begins with https:', isUrl], ...common }, 'renew');
  return ask(options, options.authority, {});
}

async function ask(
  task: EnrolmentTask,
  authority: string,
  headers: Record<string, string>,
): Promise<EnrolmentOutcome> {
  const url = new URL('/enrol', authority);
  if (task.interface !== undefined) url.searchParams.set('interface', task.interface);
  const request = new Request(url, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/pkcs10',
      accept: 'application/pem-certificate-chain, application/problem+json',
    },
    body: new Uint8Array(task.key.request),
    redirect: 'error',
    ...(task.signal === undefined ? {} : { signal: task.signal }),
  });
  const { response, text } = await exchange(task.transport, request);
  if (response.status !== 201) return { ok: false, refusal: readRefusal(response.status, text) };
  const chain = decodePemCertificates(text);
  const leaf = chain.ok ? chain.value[0] : undefined;
  if (!chain.ok || leaf === undefined) {
    throw transportFault(url, chain.ok ? 'no certificate' : chain.error.message);
  }
  if (!Buffer.from(leaf.publicKey.der).equals(task.key.publicKey)) {
    throw transportFault(url, 'a certificate for another key');
  }
  return { ok: true, certificate: enrolled(text, chain.value, leaf) };
}

function enrolled(chainPem: string, chain: readonly Certificate[], leaf: Certificate) {
  return {
    chainPem,
    chain: chain.map(({ der }) => der),
    serialHex: leaf.serialHex,
    notBefore: leaf.notBefore,
    notAfter: leaf.notAfter,
  };
}

async function exchange(
  transport: Transport,
  request: Request,
): Promise<{ response: Response; text: string }> {
  try {
    const response = await transport(request);
    const gathered = new GatheredOctets(maxAnswerBytes);
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      if (!gathered.add(part)) throw new Error(`an answer of more than ${maxAnswerBytes} octets`);
    }
    return { response, text: Buffer.from(gathered.whole()).toString('utf8') };
  } catch (cause) {
    // A refusal by this server's own verdict keeps its code and its evidence.
    if (typeof (cause as { code?: unknown }).code === 'string') throw cause;
    throw transportFault(new URL(request.url), (cause as Error).message, cause);
  }
}

function readRefusal(status: number, text: string): RemoteRefusal {
  try {
    const { reason, detail, remedy } = JSON.parse(text) as Record<string, unknown>;
    if (typeof detail === 'string' && reason === undefined) return untold(status, detail);
    if (typeof reason === 'string' && typeof detail === 'string' && typeof remedy === 'string') {
      return { reason, message: detail, remedy, status };
    }
  } catch {
    // Not JSON: the same as JSON of another form.
  }
  return {
    reason: 'unreadable-answer',
    message: `expected a certificate or a problem document, found an answer with status ${status}`,
    remedy: 'check that the address is the address of the authority',
    status,
  };
}

/** An authority tells its reasons to authenticated callers alone. */
function untold(status: number, detail: string): RemoteRefusal {
  return {
    reason: 'refused',
    message: `it answers ${status} and gives no reason to a server that has no certificate: ${detail}`,
    remedy:
      'read the reason in the log of the authority; a join token is valid for one key and for an hour: if it is the token, create another one with entente join-token',
    status,
  };
}

function transportFault(url: URL, found: string, cause?: unknown): PkiFault {
  return new PkiFault('ENTENTE_PKI_TRANSPORT', {
    sentence: `expected a certificate from ${url.origin}, found ${found}`,
    place: url.href,
    remedy: 'check that the authority runs, and that this machine can reach it',
    cause,
  });
}
