import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import {
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
  type TestCertificateOptions,
} from '@entente/testkit';
import { buildTopology, type InterfaceName, type Topology, type TopologyDocument } from '@entente/topology';
import { certificatePlan } from '@entente/topology-planning';
import { encodePem } from '@entente/x509';
import * as x509 from '@peculiar/x509';

/** The state of a small organisation, as a rehearsal and as sockets see it. */
export interface TestState {
  readonly topology: Topology;
  /** By server and interface, `fe1.contoso.example internal`. */
  readonly certificates: ReadonlyMap<string, TestCertificate>;
  /** Roots that everybody believes, PEM. */
  readonly anchors: readonly string[];
  /** Revocation lists that everybody has, PEM. */
  readonly crls: readonly string[];
}

const hourMs = 3_600_000;
const { publicKey } = generateKeyPairSync('ed25519');

/** An organisation with everything that links of certificates connect. */
export const document: TopologyDocument = {
  format: 'entente-topology/1',
  network: 'contoso.example',
  version: 1,
  issued: '2026-01-31T12:00:00Z',
  administrators: {
    required: 1,
    keys: [
      {
        id: 'one',
        algorithm: 'EdDSA',
        publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      },
    ],
  },
  domains: [{ name: 'contoso.example' }],
  pools: [{ fqdn: 'pool1.contoso.example', role: 'front-end' }],
  servers: [
    { fqdn: 'fe1.contoso.example', role: 'front-end', pool: 'pool1.contoso.example' },
    { fqdn: 'fe2.contoso.example', role: 'front-end', pool: 'pool1.contoso.example' },
    { fqdn: 'med1.contoso.example', role: 'mediation' },
    { fqdn: 'gw1.contoso.example', role: 'gateway' },
    { fqdn: 'chat1.contoso.example', role: 'trusted-application' },
    { fqdn: 'ca1.contoso.example', role: 'authority' },
    {
      fqdn: 'edge1.contoso.example',
      role: 'edge',
      interfaces: { external: { fqdn: 'access1.contoso.example' } },
    },
  ],
};

/** Everything of the organisation under one root, and the means to change it. */
export class TestNetwork {
  readonly root: TestAuthority;
  readonly state: TestState;

  private constructor(root: TestAuthority, state: TestState) {
    this.root = root;
    this.state = state;
  }

  static async create(): Promise<TestNetwork> {
    const root = await createTestAuthority('Contoso Root');
    const topology = buildTopology(document);
    const certificates = await issueAll(topology, root);
    const state = { topology, certificates, anchors: [root.certificatePem], crls: [await root.crl([])] };
    return new TestNetwork(root, state);
  }

  /** The state with another document. */
  withDocument(changes: Partial<TopologyDocument>): TestState {
    return { ...this.state, topology: buildTopology({ ...document, ...changes }) };
  }

  /** The state with one server's entry changed. */
  withServer(fqdn: string, changes: Partial<TopologyDocument['servers'][number]>): TestState {
    const servers = document.servers.map((server) =>
      server.fqdn === fqdn ? { ...server, ...changes } : server,
    );
    return this.withDocument({ servers });
  }

  /** The state with another certificate for one interface; names that are not given are those of the plan. */
  async withCertificate(
    fqdn: string,
    options: TestCertificateOptions,
    side: InterfaceName = 'internal',
    authority: TestAuthority = this.root,
  ): Promise<TestState> {
    const planned = certificatePlan(this.state.topology).find(
      (entry) => entry.server === fqdn && entry.interface === side,
    )!;
    const certificate = await authority.issue({
      dnsNames: planned.dnsNames,
      uris: planned.uris,
      ...options,
    });
    return {
      ...this.state,
      certificates: new Map(this.state.certificates).set(keyOf(fqdn, side), certificate),
    };
  }

  /** The state after its list of revoked certificates was published again. */
  async withCrl(
    fqdns: readonly string[],
    times: { readonly thisUpdate?: number; readonly nextUpdate?: number } = {},
  ): Promise<TestState> {
    const serials = fqdns.map((fqdn) => this.state.certificates.get(keyOf(fqdn, 'internal'))!.serialHex);
    return { ...this.state, crls: [await revocationList(this.root, serials, times)] };
  }
}

/** A revocation list whose entries say why: strict readers refuse an entry with an empty list of extensions. */
async function revocationList(
  authority: TestAuthority,
  serials: readonly string[],
  { thisUpdate = Date.now() - 60_000, nextUpdate = Date.now() + 24 * hourMs } = {},
): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const pkcs8 = createPrivateKey(authority.keyPem).export({ format: 'der', type: 'pkcs8' });
  const crl = await x509.X509CrlGenerator.create(
    {
      issuer: new x509.X509Certificate(authority.certificatePem).subjectName,
      thisUpdate: new Date(thisUpdate),
      nextUpdate: new Date(nextUpdate),
      entries: serials.map((serialNumber) => ({
        serialNumber,
        revocationDate: new Date(thisUpdate),
        reason: x509.X509CrlReason.keyCompromise,
      })),
      signingAlgorithm: algorithm,
      signingKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    },
    webcrypto as never,
  );
  return encodePem('X509 CRL', new Uint8Array(crl.rawData));
}

/** Key of a certificate in a state. */
export function keyOf(fqdn: string, side: InterfaceName): string {
  return `${fqdn} ${side}`;
}

/** Certificates as the plan of the topology asks for them. */
export async function issueAll(
  topology: Topology,
  authority: TestAuthority,
): Promise<Map<string, TestCertificate>> {
  const certificates = new Map<string, TestCertificate>();
  for (const { server, interface: side, dnsNames, uris } of certificatePlan(topology)) {
    certificates.set(keyOf(server, side), await authority.issue({ dnsNames, uris }));
  }
  return certificates;
}

export const past = { notBefore: Date.now() - 3 * hourMs, notAfter: Date.now() - hourMs };
export const future = { notBefore: Date.now() + hourMs, notAfter: Date.now() + 3 * hourMs };
export const longAgo = { thisUpdate: Date.now() - 300 * hourMs, nextUpdate: Date.now() - 200 * hourMs };
