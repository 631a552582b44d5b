/**
 * A TLSA record as it stood in the DNS.
 * @see RFC 6698 §2.1
 */
export interface TlsaRecord {
  /** 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE. */
  readonly usage: number;
  /** 0 the whole certificate, 1 its SubjectPublicKeyInfo. */
  readonly selector: number;
  /** 0 the octets themselves, 1 their SHA-256, 2 their SHA-512. */
  readonly matching: number;
  /**
   * Certificate association data: 32 octets where `matching` is 1, 64 where it is 2. A record with other lengths is
   * not usable.
   */
  readonly data: Uint8Array;
}

/**
 * What the DNS says about the certificate of a server. The caller guarantees that DNSSEC has validated every answer that led to
 * it: the alias, the SRV record and the TLSA records (RFC 7673 §3). Records can only refuse: path, revocation and name must be
 * valid as well.
 */
export interface DaneExpectation {
  /** The host whose records these are. */
  readonly host: string;
  /**
   * All TLSA records of one host and port; at most 64 of them count. Where none is usable it is as if there were
   * none.
   */
  readonly records: readonly TlsaRecord[];
}
