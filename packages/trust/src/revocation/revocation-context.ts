import type { Certificate } from '@entente/x509';
import type { OcspAnswer, RevocationIndex } from '../knowledge/revocation-index.ts';
import type { CertificatePool } from '../path/certificate-pool.ts';
import type { PathContext } from '../path/path-context.ts';
import type { PathState } from '../path/path-state.ts';

/** What stage 3 needs beside the path. */
export interface RevocationContext {
  readonly path: PathContext;
  readonly index: RevocationIndex;
  /** Candidates for CRL signers; created when first needed. */
  readonly candidates: { pool(): CertificatePool };
  /** Answers that came with the handshake; they are about the leaf. */
  readonly stapled: readonly OcspAnswer[];
  /** Stage 3 itself, for the path of a CRL signer. */
  readonly checkRevocation: (
    chain: readonly Certificate[],
    above: PathState,
    context: RevocationContext,
  ) => void;
  /** CRL signers whose own path is being checked, to end a loop. */
  readonly inProgress: readonly Certificate[];
}
