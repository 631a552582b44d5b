import { createHash, X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';
import { authorisePartner, partnerAnchors, partnerRoute, refusalOfRoute } from '@entente/federation';
import { createTestAuthority, type TestAuthority, type TestCertificate } from '@entente/testkit';
import { connect, isTrustError, loadCredential, openTrust, serve } from '@entente/tls';
import {
  type AllowedDomain,
  buildTopology,
  links,
  type Partner,
  type Topology,
  type TopologyDocument,
} from '@entente/topology';
import { type NetworkState, rehearse } from '@entente/topology-planning';
import { anchorSet, createJudge } from '@entente/trust';
import { decodeCrl, decodePem } from '@entente/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { document, past } from './network.ts';

const domain = 'fabrikam.example';

let root: TestAuthority;
let otherRoot: TestAuthority;
let crls: readonly Uint8Array[];
let usual: TestCertificate;

beforeAll(async () => {
  root = await createTestAuthority('Fabrikam Root');
  otherRoot = await createTestAuthority('Fabrikam Root 2');
  crls = await Promise.all([root, otherRoot].map(async (authority) => derOf(await authority.crl([]))[0]!));
  usual = await root.issue({ dnsNames: ['edge.fabrikam.example', domain] });
});

function derOf(pem: string): readonly Uint8Array[] {
  const decoded = decodePem(pem);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value.map((block) => block.der);
}

function anchorOf(authority: TestAuthority) {
  const { raw } = new X509Certificate(authority.certificatePem);
  return {
    name: 'root',
    sha256: createHash('sha256').update(raw).digest('hex'),
    certificate: raw.toString('base64'),
  };
}

function topologyWith(partners: readonly Partner[]): Topology {
  return buildTopology({ ...document, partners } satisfies TopologyDocument);
}

const fabrikam = (changes: Partial<AllowedDomain> = {}): AllowedDomain => ({
  kind: 'allowed-domain',
  id: 'fabrikam',
  domains: [domain],
  anchors: [anchorOf(root)],
  ...changes,
});

/** What a rehearsal sees of the edge: its partners, and no certificates of our own. */
function seen(topology: Topology, certificate: TestCertificate): NetworkState {
  const lists = crls.map((der) => {
    const decoded = decodeCrl(der);
    if (!decoded.ok) throw new Error(decoded.error.message);
    return decoded.value;
  });
  const judge = createJudge({
    anchors: anchorSet(partnerAnchors(topology).anchors),
    revocation: { crls: lists },
  });
  return {
    topology,
    now: Date.now(),
    judgeOf: () => judge,
    chainOf: () => undefined,
    partners: {
      chainOf: (name) => (name === domain ? { certificates: derOf(certificate.chainPem) } : undefined),
      route: (name) => partnerRoute(topology, name),
      authorise: authorisePartner(() => topology),
    },
  };
}

/** What the edge really does: first it dials the partner, then the partner dials it. */
async function happens(topology: Topology, certificate: TestCertificate, own: TestCertificate) {
  const anchors = anchorSet(partnerAnchors(topology).anchors);
  await using trust = await openTrust({
    anchors,
    crls: {
      crls: crls.map((der) => decodeCrl(der)).flatMap((decoded) => (decoded.ok ? [decoded.value] : [])),
    },
  });
  const allow = authorisePartner(() => topology);
  const link = { interface: 'external', local: 'edge1.contoso.example' } as const;
  const next = partnerRoute(topology, domain);
  let dialling: string | undefined;
  if (!next.ok) dialling = next.rejection.reason;
  else {
    const partner = tls.createServer({ cert: certificate.chainPem, key: certificate.keyPem }, (socket) =>
      socket.end('welcome').on('error', () => {}),
    );
    await new Promise<void>((resolve) => partner.listen(0, '127.0.0.1', resolve));
    const { port } = partner.address() as { readonly port: number };
    try {
      const socket = await connect({ host: '127.0.0.1', port, trust, allow, link, expect: next.expect });
      socket.destroy();
    } catch (error) {
      if (!isTrustError(error)) throw error;
      dialling = refusalOfRoute(next, error.rejection).reason;
    } finally {
      partner.close();
    }
  }
  let dialled: string | undefined;
  const server = await serve(
    tls,
    {
      trust,
      identity: await loadCredential({ certificate: own.chainPem, key: own.keyPem }),
      host: '127.0.0.1',
      link,
      allow,
      clientCertificate: 'required',
      onRefusal: (refusal) => {
        dialled = refusal.rejection.reason;
      },
      limits: { drainTimeoutMs: 0 },
    },
    (socket) => socket.end('welcome'),
  );
  await new Promise<void>((resolve) => {
    const socket = tls.connect({
      host: '127.0.0.1',
      port: server.port,
      cert: certificate.chainPem,
      key: certificate.keyPem,
      rejectUnauthorized: false,
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
  await server.close();
  return { dialling, dialled };
}

interface Change {
  readonly what: string;
  readonly partners?: () => readonly Partner[];
  readonly certificate?: () => Promise<TestCertificate>;
  readonly reasons: readonly string[];
}

const changes: readonly Change[] = [
  { what: 'nothing changes', reasons: [] },
  {
    what: 'the partner is blocked',
    partners: () => [{ kind: 'blocked', id: 'fabrikam', domains: [domain] }],
    reasons: ['partner-blocked', 'unknown-issuer'],
  },
  { what: 'the partner is removed', partners: () => [], reasons: ['partner-not-allowed', 'unknown-issuer'] },
  {
    what: 'the partner gets another root',
    partners: () => [fabrikam({ anchors: [anchorOf(otherRoot)] })],
    reasons: ['unknown-issuer'],
  },
  {
    what: 'the partner gets a second root',
    partners: () => [fabrikam({ anchors: [anchorOf(root), { ...anchorOf(otherRoot), name: 'root 2' }] })],
    reasons: [],
  },
  {
    what: 'the partner’s root expires for us',
    partners: () => [fabrikam({ anchors: [{ ...anchorOf(root), notAfter: '2020-01-01T00:00:00Z' }] })],
    reasons: ['anchor-limit-violated'],
  },
  {
    what: 'the partner shows an expired certificate',
    certificate: () => root.issue({ dnsNames: ['edge.fabrikam.example', domain], ...past }),
    reasons: ['certificate-expired'],
  },
  {
    what: 'the partner’s certificate lacks its domain',
    certificate: () => root.issue({ dnsNames: ['edge.fabrikam.example'] }),
    reasons: ['name-mismatch', 'partner-not-allowed'],
  },
  {
    what: 'the partner is pinned to a server whose name its certificate lacks',
    partners: () => [{ ...fabrikam(), kind: 'allowed-server', fqdn: 'access.fabrikam.example' }],
    reasons: ['partner-pin-mismatch'],
  },
  {
    what: 'the partner’s root vouches for our name',
    certificate: () => root.issue({ dnsNames: [domain, 'contoso.example'] }),
    reasons: ['anchor-limit-violated'],
  },
  {
    what: 'the partner moves to a certificate for servers only',
    certificate: () => root.issue({ dnsNames: ['edge.fabrikam.example', domain], usages: ['serverAuth'] }),
    reasons: ['extended-key-usage-missing'],
  },
];

describe('a rehearsal of the federation says what then happens on sockets where', () => {
  it.each(changes)('$what', async ({ partners, certificate, reasons }) => {
    const own = await root.issue({ dnsNames: ['access1.contoso.example'] });
    const before = seen(topologyWith([fabrikam()]), usual);
    const topology = topologyWith(partners?.() ?? [fabrikam()]);
    const shown = (await certificate?.()) ?? usual;
    const { breaks } = rehearse(before, seen(topology, shown), (link) => link.row === links.federation.row);
    const said = {
      dialling: breaks.find((link) => link.refusedBy === 'dialler')?.reason,
      dialled: breaks.find((link) => link.refusedBy === 'dialled')?.reason,
    };
    expect(said).toEqual(await happens(topology, shown, own));
    expect(new Set(breaks.map((link) => link.reason))).toEqual(new Set(reasons));
  });
});
