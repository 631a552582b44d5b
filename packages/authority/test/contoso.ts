import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import {
  addSignature,
  encodeSignedTopology,
  signTopology,
  type TopologyDocument,
  type TopologySigner,
  topologyFormat,
  topologyHash,
} from '@entente/topology';

const { publicKey, privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { format: 'der', type: 'spki' },
  privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
});
const outside = (fqdn: string, certificate: 'enterprise' | 'public') => ({
  interfaces: { external: { fqdn, certificate } },
});

/** A network with a pool, two edges and an authority. */
export const contoso: TopologyDocument = {
  format: topologyFormat,
  network: 'contoso.example',
  version: 1,
  issued: '2026-01-15T12:00:00Z',
  administrators: {
    required: 1,
    keys: [{ id: 'alice', algorithm: 'ES256', publicKey: publicKey.toString('base64') }],
  },
  domains: [{ name: 'contoso.example', pool: 'pool01.contoso.example' }],
  pools: [{ fqdn: 'pool01.contoso.example', role: 'front-end' }],
  servers: [
    { fqdn: 'ca.contoso.example', role: 'authority' },
    { fqdn: 'fe01.contoso.example', role: 'front-end', pool: 'pool01.contoso.example' },
    { fqdn: 'edge01.contoso.example', role: 'edge', ...outside('access.contoso.example', 'enterprise') },
    { fqdn: 'edge02.contoso.example', role: 'edge', ...outside('access2.contoso.example', 'public') },
  ],
};

/** An administrator whose key is not the one of alice, and how they sign. */
export function anotherAdministrator(id: string) {
  const { publicKey: spki, privateKey: own } = generateKeyPairSync('ed25519');
  return {
    key: {
      id,
      algorithm: 'EdDSA' as const,
      publicKey: spki.export({ format: 'der', type: 'spki' }).toString('base64'),
    },
    signer: { keyId: id, algorithm: 'EdDSA' as const, sign: (bytes: Uint8Array) => sign(null, bytes, own) },
  };
}

/** The next version, with some fields changed. */
export function next(previous: TopologyDocument, changes: Partial<TopologyDocument> = {}): TopologyDocument {
  return { ...previous, version: previous.version + 1, previous: topologyHash(previous), ...changes };
}

const alice: TopologySigner = {
  keyId: 'alice',
  algorithm: 'ES256',
  sign: (bytes) => sign('sha256', bytes, { key: createPrivateKey(privateKey), dsaEncoding: 'ieee-p1363' }),
};

/** Signed by alice. */
export function signed(document: TopologyDocument): string {
  return encodeSignedTopology(signTopology(document, [alice]));
}

/** Signed by alice with a tool that checks nothing. */
export function signedUnchecked(document: TopologyDocument): string {
  return encodeSignedTopology(addSignature({ document, signatures: [] }, alice));
}
