import { createHash, createPrivateKey, sign } from 'node:crypto';
import { issuerId, trustStateName, trustStatePurpose } from '@entente/pki';
import type { TestAuthority, TestCertificateOptions } from '@entente/testkit';
import {
  anchorsHash,
  decodeTrustState,
  type NamedList,
  type SignedTrustState,
  signTrustState,
  type TopologyDocument,
  type TrustState,
  type TrustStateSigner,
  topologyHash,
  trustStateFormat,
} from '@entente/topology';
import { type CertificateList, decodePem } from '@entente/x509';
import { certificateOf } from './sample-domain.ts';

export const network = 'contoso.example';

/** The names and the purpose of a key for trust states. */
export const stateKeyOptions: TestCertificateOptions = {
  commonName: 'trust state',
  uris: [trustStateName(network)],
  usages: [trustStatePurpose as `${number}.${string}`],
};

/** A key for trust states, of an authority of the test. */
export async function stateSigner(
  authority: TestAuthority,
  options: TestCertificateOptions = {},
): Promise<TrustStateSigner & { readonly serialHex: string }> {
  const { chainPem, keyPem, serialHex } = await authority.issue({ ...stateKeyOptions, ...options });
  const blocks = decodePem(chainPem);
  const key = createPrivateKey(keyPem);
  return {
    serialHex,
    chain: blocks.ok ? blocks.value.map(({ der }) => der) : [],
    sign: (bytes) => sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }),
  };
}

/** How a state names a list. */
export function nameList(
  authority: TestAuthority,
  { crlNumber, der }: CertificateList,
  shard = 0,
): NamedList {
  return {
    issuer: issuerId(certificateOf(authority).publicKey.der),
    shard,
    number: Number(crlNumber ?? 0n),
    sha256: createHash('sha256').update(der).digest('hex'),
    bytes: der.length,
  };
}

/** A state of now that names a topology and lists. */
export function stateOf(
  document: Pick<TopologyDocument, 'version'> | TopologyDocument,
  lists: readonly NamedList[],
  changes: Partial<TrustState> = {},
): TrustState {
  const now = Date.now();
  return {
    format: trustStateFormat,
    network,
    sequence: 1,
    topology: { version: document.version, hash: topologyHash(document as TopologyDocument) },
    anchors: anchorsHash([]),
    lists,
    signedAt: new Date(now).toISOString(),
    expires: new Date(now + 600_000).toISOString(),
    ...changes,
  };
}

/** A signed state, read. */
export function signedState(state: TrustState, signer: TrustStateSigner): SignedTrustState {
  const decoded = decodeTrustState(signTrustState(state, signer));
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded;
}
