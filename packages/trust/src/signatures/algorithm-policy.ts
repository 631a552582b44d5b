/** Which signature algorithms and keys may stand in a path. */
export interface AlgorithmPolicy {
  /** Allowed signature algorithms by name, e.g. `ecdsa-sha256`, `rsa-sha256`, `rsa-pss-sha256`, `ed25519`. */
  readonly signatures: readonly string[];
  /** Smallest modulus of RSA keys, bits. */
  readonly minRsaBits: number;
  /** Allowed curves of EC keys, by key kind. */
  readonly curves: readonly ('ec-p256' | 'ec-p384' | 'ec-p521')[];
}
