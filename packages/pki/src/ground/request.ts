import type { CertificateNames } from '@entente/x509';
import type { PkiRefusal } from './refusal.ts';

/** The kinds of leaf that an authority issues. */
export type ProfileName = 'server' | 'service' | 'store' | 'administrator' | 'user' | 'trust-state';

/** Who requests a certificate, according to the transport or a token, never according to the request itself. */
export type Requester =
  | { readonly kind: 'join-token'; readonly server: string; readonly tokenId: string }
  | { readonly kind: 'server'; readonly server: string; readonly serialHex: string }
  | { readonly kind: 'administrator'; readonly name: string; readonly serialHex?: string };

/** What is requested. */
export interface IssuanceRequest {
  /** Kind of leaf: decides purposes and lifetime. */
  readonly profile: ProfileName;
  /**
   * FQDN of the server, first name of the service (a DNS name, an IP address or a SPIFFE ID), name of the administrator, address of
   * record of the user (`alice@contoso.example`), or `trust-state`.
   */
  readonly subject: string;
  /** The interface of the server that the certificate is for, where it has more than one, e.g. `external`. */
  readonly interface?: string;
  /** SubjectPublicKeyInfo, DER, whose private half the requester has proven to hold. */
  readonly publicKey: Uint8Array;
  /** Names in the PKCS#10 request; empty if it leaves the names to the authority. */
  readonly requestedNames: readonly string[];
}

/** The answer of {@link MayIssue}. */
export type IssuanceDecision =
  | { readonly ok: true; readonly names: CertificateNames }
  | { readonly ok: false; readonly refusal: PkiRefusal };

/**
 * The rule that decides on issuance, e.g. the topology. The names in a certificate come from here, never from the request: a
 * request may omit or repeat them, but cannot add one.
 */
export type MayIssue = (
  request: IssuanceRequest,
  requester: Requester,
) => IssuanceDecision | Promise<IssuanceDecision>;

/** A certificate that was issued and recorded. */
export interface IssuedCertificate {
  /** The leaf, DER. */
  readonly der: Uint8Array;
  /** The leaf and its chain, without the root. DER. */
  readonly chain: readonly Uint8Array[];
  /** Lower-case hexadecimal. */
  readonly serialHex: string;
  /** As requested, see {@link IssuanceRequest}; not the subject field of the certificate. */
  readonly subject: string;
  /** Kind of leaf. */
  readonly profile: ProfileName;
  /** Names in the certificate, as {@link MayIssue} has decided. */
  readonly names: CertificateNames;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** Issued, or refused with a reason. */
export type IssuanceOutcome =
  | { readonly ok: true; readonly certificate: IssuedCertificate }
  | { readonly ok: false; readonly refusal: PkiRefusal };
