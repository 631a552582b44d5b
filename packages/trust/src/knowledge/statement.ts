import type { Name } from '@entente/x509';

/** Where a statement about revocation came from. */
export type StatementSource = 'crl' | 'ocsp' | 'stapled-ocsp';

/**
 * What one source with a valid signature says about one certificate.
 */
export interface Statement {
  readonly state: 'good' | 'revoked';
  readonly source: StatementSource;
  /** Subject of the signer. */
  readonly signer: Name;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  /** Whether the issuer of the certificate has signed it with the key that signed the certificate. */
  readonly byIssuer: boolean;
  /** Bits of the revocation reasons it covers; see `allReasons`. */
  readonly reasons: number;
  /** For `revoked`: since when, milliseconds, and the reason code. */
  readonly since?: number;
  readonly code?: string;
}

/** Collects what is found about one certificate. */
export interface Findings {
  readonly statements: Statement[];
  /** Why other sources could not be used. */
  readonly problems: string[];
}
