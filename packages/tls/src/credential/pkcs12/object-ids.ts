/** Object identifiers of a PKCS#12 file, the octets of their DER in hex, by their names in the RFCs. */
export const ids = {
  // RFC 5652
  data: '2a864886f70d010701',
  encryptedData: '2a864886f70d010706',
  // RFC 7292 §4.2, RFC 2985 §5.7.4 (certTypes)
  keyBag: '2a864886f70d010c0a0101',
  pkcs8ShroudedKeyBag: '2a864886f70d010c0a0102',
  certBag: '2a864886f70d010c0a0103',
  x509Certificate: '2a864886f70d01091601',
  // RFC 8018 appendix C, RFC 7292 appendix C
  pbes2: '2a864886f70d01050d',
  pbkdf2: '2a864886f70d01050c',
  pbeWithSha1And3KeyTripleDesCbc: '2a864886f70d010c0103',
} as const;

/** Digests, by their OIDs: with HMAC for PBKDF2 (RFC 8018 appendix B.1.2), and alone (RFC 8017 appendix B.1). */
export const hmacDigests: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d0207', 'sha1'],
  ['2a864886f70d0209', 'sha256'],
  ['2a864886f70d020a', 'sha384'],
  ['2a864886f70d020b', 'sha512'],
]);
export const digests: ReadonlyMap<
  string,
  { readonly name: string; readonly bytes: number; readonly block: number }
> = new Map([
  ['2b0e03021a', { name: 'sha1', bytes: 20, block: 64 }],
  ['608648016503040201', { name: 'sha256', bytes: 32, block: 64 }],
  ['608648016503040202', { name: 'sha384', bytes: 48, block: 128 }],
  ['608648016503040203', { name: 'sha512', bytes: 64, block: 128 }],
]);

/** AES in CBC mode, by OID (RFC 3565 §4.1). */
export const ciphers: ReadonlyMap<string, { readonly name: string; readonly keyBytes: number }> = new Map([
  ['608648016503040102', { name: 'aes-128-cbc', keyBytes: 16 }],
  ['608648016503040116', { name: 'aes-192-cbc', keyBytes: 24 }],
  ['60864801650304012a', { name: 'aes-256-cbc', keyBytes: 32 }],
]);
