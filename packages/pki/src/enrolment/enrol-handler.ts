import { encodePem } from '@entente/x509';
import { spkiHash } from '../ground/issuer-id.ts';
import { type PkiReason, type PkiRefusal, refuse } from '../ground/refusal.ts';
import type { IssuedCertificate, Requester } from '../ground/request.ts';
import type { Clock } from '../ground/signer.ts';
import { decodeRequest } from '../issuing/decode-request.ts';
import type { Issuance } from '../issuing/issuance.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { plainRefusal, problemResponse } from '../publication/problem.ts';
import { findIssued } from '../rollover/find-issued.ts';
import { joinTokenSecretHash } from './join-token.ts';
import { readBody } from './read-body.ts';

/** A server that has authenticated with its current certificate. */
export interface EnrolledPeer {
  /** FQDN as the topology lists it. */
  readonly server: string;
  /** Serial number of the certificate that it presented, lower-case hexadecimal. */
  readonly serialHex: string;
}

/** Options of {@link enrolHandler}. */
export interface EnrolOptions {
  readonly issuance: Issuance;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Called for every certificate that was issued. */
  readonly onIssued?: (certificate: IssuedCertificate, requester: Requester) => void;
  /** Called for every refusal, with the server, as far as it is known. */
  readonly onRefused?: (refusal: PkiRefusal, server: string | undefined) => void;
}

/**
 * Answers `POST /enrol[?interface=external]`.
 * @param request - body PKCS#10 DER (`application/pkcs10`); a joining server adds `Authorization: Bearer <secret, base64url>`
 * @param peer - the authenticated peer; absent if it presented no certificate
 * @returns leaf and issuing authorities (`application/pem-certificate-chain`), or a problem document; to a caller without certificate the
 *   same one whatever is wrong with its token or its request
 */
export type EnrolHandler = (request: Request, peer: EnrolledPeer | undefined) => Promise<Response>;

const maxBodyBytes = 16_384;
const bearer = 'Bearer ';
/** 16 octets in base64url. */
const secretLength = 22;

/** What a caller knows without being told: it sent nothing to prove itself with, or another kind of request. */
const statusesOfShape: ReadonlySet<number> = new Set([401, 405, 415]);

interface Admission {
  readonly requester: Requester & { readonly server: string };
  readonly spend?: (keyHash: string) => Promise<PkiRefusal | undefined>;
}

/**
 * Creates the handler of enrolment: a server joins once with a token, and then renews with its current certificate.
 * @param options - authority, ledger and time
 */
export function enrolHandler(options: EnrolOptions): EnrolHandler {
  return async (request, peer) => {
    const refused = (refusal: PkiRefusal, server: string | undefined): Response => {
      options.onRefused?.(refusal, server);
      if (peer !== undefined) return problemResponse(refusal);
      // A token, good or bad, proves no name: what is wrong is for the log alone.
      return plainRefusal(statusesOfShape.has(refusal.status) ? refusal.status : 403);
    };
    const shape = shapeRefusal(request);
    if (shape !== undefined) return refused(shape, peer?.server);
    const authorization = request.headers.get('authorization');
    if (authorization === null && peer === undefined) return refused(withoutProof(), undefined);
    const body = await readBody(request, maxBodyBytes);
    if (body === undefined) return refused(tooLarge(), peer?.server);
    const admission =
      authorization === null
        ? await admitPeer(options, peer as EnrolledPeer)
        : await admitToken(options, authorization, body);
    if ('reason' in admission) return refused(admission, peer?.server);
    const { requester, spend } = admission;
    const side = new URL(request.url).searchParams.get('interface');
    const outcome = await options.issuance.issue(
      {
        profile: 'server',
        subject: requester.server,
        request: body,
        ...(side === null ? {} : { interface: side }),
        ...(spend === undefined ? {} : { spend }),
      },
      requester,
    );
    if (!outcome.ok) return refused(outcome.refusal, requester.server);
    const late = await withdrawnMeanwhile(options, requester, outcome.certificate.serialHex);
    if (late !== undefined) return refused(late, requester.server);
    options.onIssued?.(outcome.certificate, requester);
    const pem = outcome.certificate.chain.map((der) => encodePem('CERTIFICATE', der)).join('');
    return new Response(pem, {
      status: 201,
      headers: { 'content-type': 'application/pem-certificate-chain', 'cache-control': 'no-store' },
    });
  };
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
  if (mediaType === 'application/pkcs10') return undefined;
  return refuse(
    'media-type-not-supported',
    `expected application/pkcs10, found ${mediaType ?? 'no media type'}`,
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

async function admitPeer(options: EnrolOptions, peer: EnrolledPeer): Promise<Admission | PkiRefusal> {
  const { server, serialHex } = peer;
  return (
    (await revokedRequester(options, server, serialHex)) ?? {
      requester: { kind: 'server', server, serialHex },
    }
  );
}

async function revokedRequester(
  { ledger, issuance }: EnrolOptions,
  server: string,
  serialHex: string,
): Promise<PkiRefusal | undefined> {
  const recorded = await findIssued(ledger, issuance, serialHex);
  if (recorded?.revocation === undefined) return undefined;
  return refuse(
    'requester-revoked',
    `the certificate ${serialHex} of ${server} is revoked (${recorded.revocation.reason})`,
    'let the server join again with a new token from entente join-token',
  );
}

/** A certificate that is revoked while it is being renewed gets no successor. */
async function withdrawnMeanwhile(
  options: EnrolOptions,
  requester: Requester,
  issued: string,
): Promise<PkiRefusal | undefined> {
  if (requester.kind !== 'server') return undefined;
  const refusal = await revokedRequester(options, requester.server, requester.serialHex);
  if (refusal !== undefined) {
    const { ledger, issuance, clock } = options;
    const successor = await findIssued(ledger, issuance, issued);
    if (successor !== undefined) {
      await ledger.revoke(successor.issuer, issued, { at: clock(), reason: 'superseded' });
    }
  }
  return refusal;
}

async function admitToken(
  options: EnrolOptions,
  authorization: string,
  body: Uint8Array,
): Promise<Admission | PkiRefusal> {
  const text = authorization.startsWith(bearer) ? authorization.slice(bearer.length) : '';
  const secret = Buffer.from(text, 'base64url');
  if (text.length !== secretLength || secret.toString('base64url') !== text) {
    return refuse(
      'token-malformed',
      'expected an Authorization header with Bearer and the 128-bit secret of a join token, found another',
      'use the token exactly as entente join-token printed it',
    );
  }
  const hash = joinTokenSecretHash(secret);
  const decoded = decodeRequest(body);
  if ('reason' in decoded) return decoded;
  const checked = await options.ledger.checkToken(hash, spkiHash(decoded.publicKey.der), options.clock());
  if (!checked.ok) return tokenRefusal(checked.reason);
  if (checked.again) return tokenRefusal('token-spent');
  const { server } = checked.token;
  return {
    // Enough of the hash to find the token again, too little to be useful to a reader of logs.
    requester: { kind: 'join-token', server, tokenId: hash.slice(0, 16) },
    async spend(keyHash) {
      const spent = await options.ledger.spendToken(hash, server, keyHash, options.clock());
      if (!spent.ok) return tokenRefusal(spent.reason);
      return spent.again ? tokenRefusal('token-spent') : undefined;
    },
  };
}

type TokenReason = Extract<
  PkiReason,
  'token-unknown' | 'token-expired' | 'token-spent' | 'token-for-another-server'
>;

const tokenMessages: Readonly<Record<TokenReason, string>> = {
  'token-unknown': 'this authority did not issue the join token',
  'token-expired': 'the join token has expired',
  'token-spent': 'the join token has been used before',
  'token-for-another-server': 'the join token is for another server',
};

function tokenRefusal(reason: TokenReason): PkiRefusal {
  return refuse(
    reason,
    tokenMessages[reason],
    'let an administrator create a new join token for this server with entente join-token',
  );
}

function tooLarge(): PkiRefusal {
  return refuse(
    'request-too-large',
    `expected a request of at most ${maxBodyBytes} octets, found more`,
    'send one PKCS#10 request as the body',
  );
}
