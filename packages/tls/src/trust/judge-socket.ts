import type { TLSSocket } from 'node:tls';
import {
  type Authorise,
  type DaneExpectation,
  type IdentityExpectation,
  type LinkContext,
  type Rejection,
  reject,
  type TrustVerdict,
} from '@entente/trust';
import { askTrust } from './ask-trust.ts';
import { systemClock } from './clock.ts';
import { type IgnoreUnknownIssuer, isIgnored } from './ignored-certificate.ts';
import { IssuerMemory } from './issuer-memory.ts';
import {
  type Peer,
  type Protection,
  peerUnder,
  peerWithout,
  type RefusedVerdict,
  type TrustedVerdict,
} from './peer.ts';
import { contradicts, isAboutTime } from './platform-evidence.ts';
import { ShownChain } from './presented-chain.ts';
import type { Trust } from './trust.ts';

/** What a verdict on a connection depends on, besides the chain and the time. */
export interface Asking {
  readonly trust: Trust;
  readonly link: LinkContext;
  readonly identity: IdentityExpectation;
  readonly authorise: Authorise;
  readonly dane?: DaneExpectation | undefined;
  /** Whether a peer without certificate is admitted. */
  readonly certificate: 'required' | 'optional';
  /** Whether one whose certificate no anchor vouches for is admitted as if it had none. */
  readonly ignoreUnknownIssuer?: IgnoreUnknownIssuer | undefined;
  /** Whether OpenSSL was given anchors, so that its result counts. */
  readonly secondOpinion: boolean;
  readonly verdictTimeoutMs: number;
}

/** The result for one socket. */
export type Outcome =
  | { readonly admitted: true; readonly peer: Peer; readonly shown: ShownChain | undefined }
  | {
      readonly admitted: false;
      readonly rejection: Rejection;
      readonly verdict: RefusedVerdict | undefined;
      /** DER of the leaf that was presented. */
      readonly leaf: Uint8Array | undefined;
    };

/**
 * Judges a socket whose handshake is done.
 *
 * @param socket - held by the caller: nothing reads from it before the outcome
 * @param asking - what is asked
 * @param protection - what the handshake negotiated
 * @param stapledOcsp - DER of the OCSP response in the handshake
 * @returns the outcome, at once unless revocation knowledge must be fetched
 */
export function judgeSocket(
  socket: TLSSocket,
  asking: Asking,
  protection: Protection,
  stapledOcsp?: Uint8Array,
): Outcome | Promise<Outcome> {
  // After a resumption a server sees the leaf alone and a client no certificate: there is no chain to judge.
  if (socket.isSessionReused()) return refused(reject('resumption-not-allowed', { link: asking.link.name }));
  const memory = asking.secondOpinion ? IssuerMemory.of(asking.trust) : undefined;
  const shown = new ShownChain(socket, stapledOcsp, memory);
  const first = shown.first();
  if (first === undefined) {
    if (asking.certificate === 'required')
      return refused(reject('no-certificate', { expected: asking.link.purpose }));
    return {
      admitted: true,
      peer: peerWithout(protection),
      shown: undefined,
    };
  }
  const conclude = (verdict: TrustVerdict): Outcome => {
    if (!verdict.trusted) {
      const [leaf] = first.certificates;
      const { rejection } = verdict;
      if (isIgnored(asking.ignoreUnknownIssuer, rejection, leaf, shown.octets))
        return { admitted: true, peer: peerWithout(protection, rejection), shown: undefined };
      return refused(rejection, verdict, leaf);
    }
    const error = asking.secondOpinion ? platformError(socket) : undefined;
    // OpenSSL reads the machine's clock. Where the trust was given another one, the two speak of different times.
    if (error !== undefined && isAboutTime(error) && asking.trust.clock !== systemClock) {
      return { admitted: true, peer: peerUnder(protection, verdict), shown };
    }
    if (error !== undefined && contradicts(error, verdict, shown.whole()!)) {
      return refused(reject('platform-refused', { error }), contradicted(verdict, error));
    }
    return { admitted: true, peer: peerUnder(protection, verdict), shown };
  };
  const verdict = askTrust(asking.trust, shown, first, questionOf(asking), asking.verdictTimeoutMs);
  return 'then' in verdict ? verdict.then(conclude) : conclude(verdict);
}

/** @internal */
export function questionOf(asking: Asking) {
  const { link, identity, authorise, dane } = asking;
  return dane === undefined ? { link, identity, authorise } : { link, identity, authorise, dane };
}

function refused(rejection: Rejection, verdict?: RefusedVerdict, leaf?: Uint8Array): Outcome {
  return { admitted: false, rejection, verdict, leaf };
}

function contradicted(verdict: TrustedVerdict, error: string): RefusedVerdict {
  const rejection = reject('platform-refused', { error });
  return {
    trusted: false,
    rejection,
    considered: [rejection],
    evidence: verdict.evidence,
    peer: verdict.peer,
  };
}

function platformError(socket: TLSSocket): string | undefined {
  // Typed as Error, but it is the code as a string where the chain was refused (node:_tls_wrap, onServerSocketSecure).
  const error = socket.authorizationError as unknown;
  if (typeof error === 'string') return error;
  if (error instanceof Error) return (error as NodeJS.ErrnoException).code ?? error.message;
  return undefined;
}
