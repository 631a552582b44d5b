import { encodePem } from '@entente/x509';
import { checkGiven, maybe } from '../ground/check-given.ts';
import { checkOptions } from '../ground/check-options.ts';
import { aFunction, checkValues, having } from '../ground/check-values.ts';
import { spkiHash } from '../ground/issuer-id.ts';
import { type PkiRefusal, refuse } from '../ground/refusal.ts';
import type { IssuedCertificate, Requester } from '../ground/request.ts';
import type { RevocationReason } from '../ground/revocation-reason.ts';
import type { Clock } from '../ground/signer.ts';
import { decodeRequest } from '../issuing/decode-request.ts';
import type { CertificateApplication, Issuance } from '../issuing/issuance.ts';
import { readRequest } from '../issuing/read-request.ts';
import { refuseBlocked } from '../issuing/refuse-blocked.ts';
import type { Ledger, RecordedCertificate, StoredJoinToken } from '../ledger/ledger.ts';
import { plainRefusal, problemResponse } from '../publication/problem.ts';
import { findIssued } from '../rollover/find-issued.ts';
import { decideRenewal, refuseRevoked } from './decide-renewal.ts';
import { decideJoin, readSecretHash, tokenRefusal } from './joining.ts';
import { Turns } from './one-at-a-time-per-server.ts';
import { readBody } from './read-body.ts';
import { replacedBy } from './replaced-certificates.ts';

/** A server that has authenticated with its current certificate. */
export interface EnrolledPeer {
  /** FQDN as the topology lists it. */
  readonly server: string;
  /** Serial number of the certificate that it presented, lower-case hexadecimal. */
  readonly serialHex: string;
}

/** Called for a refusal, with the server, as far as it is known. */
export type OnRefused = (refusal: PkiRefusal, server: string | undefined) => void;

/** Who hears of the outcome of an enrolment. */
export interface EnrolHooks {
  /**
   * Called for every certificate that is signed, before the ledger has it as issued, and not for one that is given again: so nobody gets a
   * certificate that it was not called for. Where it throws, the certificate is revoked, and the request fails.
   */
  readonly onIssued?: (certificate: IssuedCertificate, requester: Requester) => void | Promise<void>;
  /**
   * Called for every certificate that was revoked because its server has another now, or has lost the right to it meanwhile, and for one that was
   * signed and that relying parties would refuse. The answer waits for it.
   */
  readonly onRevoked?: (
    certificate: Pick<RecordedCertificate, 'serialHex' | 'subject'>,
    requester: Requester,
    reason: RevocationReason,
  ) => void | Promise<void>;
  /** Called for every refusal. */
  readonly onRefused?: OnRefused;
}

/** Options of {@link enrolHandler}; the hooks are for calls without their own. */
export interface EnrolOptions extends EnrolHooks {
  /** Decides on each request, and signs. */
  readonly issuance: Issuance;
  /** That of `issuance`: has the join tokens, and the certificates that a server holds. */
  readonly ledger: Ledger;
  /** Decides whether a token or a certificate has expired. */
  readonly clock: Clock;
  /**
   * Revokes one of the certificates that a new one replaces, and publishes that; `RevocationDesk.revoke` fits. Default: it is in the
   * ledger, and published with the next list.
   */
  readonly revoke?: (serialHex: string, reason: RevocationReason) => Promise<{ readonly ok: boolean }>;
  /**
   * Refuses a token that the ledger takes, e.g. because the administrator who ordered it was removed since. Asked first, and again when the
   * turn of its server has come. Default: none is refused.
   */
  readonly refuseToken?: (token: StoredJoinToken) => Promise<PkiRefusal | undefined>;
}

/**
 * Answers `POST /enrol[?interface=external]`. Create one handler for an authority: it lets the requests for one server wait for each
 * other.
 * @param request - body PKCS#10 DER (`application/pkcs10`); a joining server adds `Authorization: Bearer <secret, base64url>`
 * @param peer - the authenticated peer; absent if it presented no certificate
 * @param hooks - who hears of the outcome of this request
 * @returns leaf and issuing authorities (`application/pem-certificate-chain`), or a problem document; to a caller without certificate the
 *   same one whatever is wrong with its token or its request
 */
export type EnrolHandler = (
  request: Request,
  peer: EnrolledPeer | undefined,
  hooks?: EnrolHooks,
) => Promise<Response>;

const hookKinds = {
  onIssued: maybe(aFunction),
  onRevoked: maybe(aFunction),
  onRefused: maybe(aFunction),
};
const optionKinds = {
  issuance: having('an Issuance, as createIssuance returns it', 'issue'),
  ledger: having('a ledger', 'checkToken'),
  clock: aFunction,
  revoke: aFunction,
  refuseToken: aFunction,
  onIssued: aFunction,
  onRevoked: aFunction,
  onRefused: aFunction,
};

const maxBodyBytes = 16_384;
const internalInterface = 'internal';

/** What a caller knows without being told: it sent nothing to prove itself with, or another kind of request. */
const statusesOfShape: ReadonlySet<number> = new Set([401, 405, 415]);

const requestMediaType = 'application/pkcs10';

/** What is taken instead, by the status of the refusal (RFC 9110 §15.5.6 and §15.5.16). */
const takenInstead: Readonly<Record<number, readonly [name: string, value: string]>> = {
  405: ['allow', 'POST'],
  415: ['accept', requestMediaType],
};

/** A request whose shape is right. */
interface Wanted {
  readonly body: Uint8Array;
  /** Hash of the key to be certified. */
  readonly keyHash: string;
  readonly side: string;
}

type Outcome =
  | { readonly ok: true; readonly chain: readonly Uint8Array[] }
  | { readonly ok: false; readonly refusal: PkiRefusal; readonly server?: string };

/**
 * Creates the handler of enrolment: a server joins once with a token, and then renews with its current certificate. Both may be
 * repeated with the same key, and then give the same certificate.
 *
 * It issues the profile `server` alone, whatever `mayIssue` would allow: a join token and a renewal prove one FQDN, and the topology says which
 * names that server has. No such list knows a service, which may have addresses and a SPIFFE ID: a program calls `openAuthority(…).identity` of
 * `@entente/pki/node`, or `issue` of an `Issuance`, in the process of the authority.
 * @param options - authority, ledger and time
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`; the handler too, for hooks of another form. One that is undefined is as if it were left out
 */
export function enrolHandler(options: EnrolOptions): EnrolHandler {
  checkOptions(
    options,
    ['issuance', 'ledger', 'clock'],
    ['revoke', 'refuseToken', 'onIssued', 'onRevoked', 'onRefused'],
    'enrolHandler',
  );
  checkValues(options, optionKinds, 'enrolHandler');
  const turns = new Turns();
  return async (request, peer, hooks = {}) => {
    checkGiven(hooks, hookKinds, 'the handler of enrolHandler');
    const own = Object.entries(hooks).filter(([, hook]) => hook !== undefined);
    const { onRefused, ...others }: EnrolOptions = { ...options, ...Object.fromEntries(own) };
    const outcome = await enrolment(others, turns, request, peer);
    if (!outcome.ok) {
      const { refusal, server = peer?.server } = outcome;
      onRefused?.(refusal, server);
      if (peer !== undefined) return withInstead(problemResponse(refusal));
      // A token, good or bad, proves no name: what is wrong is for the log alone.
      return withInstead(plainRefusal(statusesOfShape.has(refusal.status) ? refusal.status : 403));
    }
    return new Response(outcome.chain.map((der) => encodePem('CERTIFICATE', der)).join(''), {
      status: 201,
      headers: { 'content-type': 'application/pem-certificate-chain', 'cache-control': 'no-store' },
    });
  };
}

function withInstead(response: Response): Response {
  const instead = takenInstead[response.status];
  if (instead !== undefined) response.headers.set(...instead);
  return response;
}

async function enrolment(
  options: EnrolOptions,
  turns: Turns,
  request: Request,
  peer: EnrolledPeer | undefined,
): Promise<Outcome> {
  const shape = shapeRefusal(request);
  if (shape !== undefined) return refused(shape);
  const authorization = request.headers.get('authorization');
  if (authorization === null && peer === undefined) return refused(withoutProof());
  const secret = authorization === null ? undefined : readSecretHash(authorization);
  if (secret !== undefined && 'reason' in secret) return refused(secret);
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) return refused(tooLarge());
  const decoded = decodeRequest(body);
  if ('reason' in decoded) return refused(decoded);
  const side = new URL(request.url).searchParams.get('interface') ?? internalInterface;
  const wanted: Wanted = { body, keyHash: spkiHash(decoded.publicKey.der), side };
  if (secret === undefined) {
    const renewing = peer as EnrolledPeer;
    const unproven = await possessionRefusal(body);
    if (unproven !== undefined) return refused(unproven);
    return turns.take(renewing.server, () => renew(options, renewing, wanted));
  }
  const { secretHash } = secret;
  const token = await checkToken(options, secretHash, wanted);
  if ('ok' in token) return token;
  // Before anything is decided: the key of a server is in its certificates, which everybody has.
  const unproven = await possessionRefusal(body);
  if (unproven !== undefined) return refused(unproven, token.server);
  return turns.take(token.server, () => join(options, secretHash, wanted));
}

async function possessionRefusal(body: Uint8Array): Promise<PkiRefusal | undefined> {
  const read = await readRequest(body);
  return 'reason' in read ? read : undefined;
}

async function checkToken(
  { clock, ledger, refuseToken }: EnrolOptions,
  secretHash: string,
  { keyHash }: Wanted,
): Promise<StoredJoinToken | (Outcome & { readonly ok: false })> {
  const checked = await ledger.checkToken(secretHash, keyHash, clock());
  if (!checked.ok)
    return refused(tokenRefusal(checked.reason), 'token' in checked ? checked.token.server : undefined);
  const { token } = checked;
  const refusal = await refuseToken?.(token);
  return refusal === undefined ? token : refused(refusal, token.server);
}

async function join(options: EnrolOptions, secretHash: string, wanted: Wanted): Promise<Outcome> {
  const { clock, issuance, ledger } = options;
  // Another key may have used it while this one waited for its turn.
  const token = await checkToken(options, secretHash, wanted);
  if ('ok' in token) return token;
  const { server } = token;
  const { keyHash } = wanted;
  const tokenId = secretHash.slice(0, 16);
  const decision = await decideJoin({ token, tokenId }, keyHash, ledger, clock());
  if (decision.kind === 'refused') return refused(decision.refusal, server);
  const requester = { kind: 'join-token', server, tokenId } as const;
  if (decision.kind === 'again') {
    const blocked = await refuseBlocked(ledger, keyHash);
    if (blocked !== undefined) return refused(blocked, server);
    const { certificate, issuer, serialHex } = decision.certificate;
    if (token.replace === true) await replaceOthers(options, requester, serialHex);
    return { ok: true, chain: [certificate, ...issuance.chainFor(wanted.side, issuer)] };
  }
  const spend: CertificateApplication['spend'] = async () => {
    const spent = await ledger.spendToken(secretHash, server, keyHash, clock());
    return spent.ok ? undefined : tokenRefusal(spent.reason);
  };
  const outcome = await issue(options, requester, wanted, { spend });
  if (!outcome.ok) return outcome;
  // The right to it may have ended while the certificate was signed.
  const late = await options.refuseToken?.(token);
  if (late !== undefined) {
    await withdraw(options, outcome.serialHex, requester);
    return refused(late, server);
  }
  if (token.replace === true) await replaceOthers(options, requester, outcome.serialHex);
  return outcome;
}

async function renew(options: EnrolOptions, peer: EnrolledPeer, wanted: Wanted): Promise<Outcome> {
  const { clock, issuance, ledger } = options;
  const { serialHex, server } = peer;
  const { keyHash, side } = wanted;
  const decision = await decideRenewal(
    { server, serialHex, interface: side, keyHash },
    { ledger, issuers: issuance, now: clock() },
  );
  if (decision.kind === 'refused') return refused(decision.refusal, server);
  if (decision.kind === 'again') {
    const blocked = await refuseBlocked(ledger, keyHash);
    if (blocked !== undefined) return refused(blocked, server);
    return {
      ok: true,
      chain: [decision.certificate.certificate, ...issuance.chainFor(side, decision.certificate.issuer)],
    };
  }
  const { predecessor } = decision;
  const requester = { kind: 'server', server, serialHex } as const;
  const outcome = await issue(options, requester, wanted, {
    ...(predecessor === undefined ? {} : { predecessor }),
  });
  if (!outcome.ok) return outcome;
  // A certificate that is revoked while it is being renewed gets no successor.
  const presented = await findIssued(ledger, issuance, serialHex);
  const late = presented === undefined ? undefined : refuseRevoked(presented, server);
  if (late === undefined) return outcome;
  await withdraw(options, outcome.serialHex, requester);
  return refused(late, server);
}

async function issue(
  options: EnrolOptions,
  requester: Requester & { readonly server: string },
  { body, side }: Wanted,
  parts: Pick<CertificateApplication, 'predecessor' | 'spend'>,
): Promise<
  (Outcome & { readonly ok: false }) | (Outcome & { readonly ok: true; readonly serialHex: string })
> {
  const { server } = requester;
  const outcome = await options.issuance.issue(
    {
      profile: 'server',
      subject: server,
      request: body,
      ...(side === internalInterface ? {} : { interface: side }),
      ...parts,
      onSigned: (certificate) => options.onIssued?.(certificate, requester),
      onWithdrawn: (certificate, reason) => options.onRevoked?.(certificate, requester, reason),
    },
    requester,
  );
  if (!outcome.ok) return { ok: false, refusal: outcome.refusal, server };
  const { chain, serialHex } = outcome.certificate;
  return { ok: true, chain, serialHex };
}

/** Revokes what a server had, after it has got its new certificate. Repeated where the answer was lost half-way. */
async function replaceOthers(
  options: EnrolOptions,
  requester: Requester & { readonly server: string },
  serialHex: string,
): Promise<void> {
  const { clock, ledger } = options;
  for (const other of await replacedBy(ledger, requester.server, serialHex, clock())) {
    await revoke(options, other, requester);
  }
}

/** Nobody has got it. */
async function withdraw(options: EnrolOptions, serialHex: string, requester: Requester): Promise<void> {
  const issued = await findIssued(options.ledger, options.issuance, serialHex);
  if (issued !== undefined) await revoke(options, issued, requester);
}

async function revoke(
  options: EnrolOptions,
  certificate: RecordedCertificate,
  requester: Requester,
): Promise<void> {
  const { clock, ledger } = options;
  const { issuer, serialHex } = certificate;
  const isDone =
    options.revoke === undefined
      ? (await ledger.revoke(issuer, serialHex, { at: clock(), reason: 'superseded' })) === 'revoked'
      : (await options.revoke(serialHex, 'superseded')).ok;
  if (isDone) await options.onRevoked?.(certificate, requester, 'superseded');
}

function refused(refusal: PkiRefusal, server?: string): Outcome & { readonly ok: false } {
  return { ok: false, refusal, ...(server === undefined ? {} : { server }) };
}

function shapeRefusal(request: Request): PkiRefusal | undefined {
  if (request.method !== 'POST') {
    return refuse(
      'method-not-allowed',
      `expected POST, found ${request.method}`,
      'send the request with POST',
    );
  }
  const mediaType = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === requestMediaType) return undefined;
  return refuse(
    'media-type-not-supported',
    `expected ${requestMediaType}, found ${mediaType ?? 'no media type'}`,
    'send a PKCS#10 request, DER encoded, with this media type',
  );
}

function withoutProof(): PkiRefusal {
  return refuse(
    'no-certificate',
    'expected a join token or a client certificate, found neither',
    'join with a token from entente join-token, or renew with the current certificate of the server',
  );
}

function tooLarge(): PkiRefusal {
  return refuse(
    'request-too-large',
    `expected a request of at most ${maxBodyBytes} octets, found more`,
    'send one PKCS#10 request as the body',
  );
}
