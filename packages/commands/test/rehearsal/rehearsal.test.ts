import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { links } from '@entente/topology';
import { judgeLink, linksOf, type NetworkState, planRotation, rehearse } from '@entente/topology-planning';
import { anchorSet, createJudge } from '@entente/trust';
import { decodeCrl, decodePem, decodePemCertificates } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document, future, issueAll, keyOf, longAgo, past, TestNetwork, type TestState } from './network.ts';
import { type Outcome, Sockets } from './on-sockets.ts';

/** Each change opens every link of the network over sockets. */

let network: TestNetwork;
let otherRoot: TestAuthority;

beforeAll(async () => {
  network = await TestNetwork.create();
  otherRoot = await createTestAuthority('Contoso Root 2');
});

/** What a rehearsal sees of a state: chains and a judge, and no socket. */
function asSeen({ topology, certificates, anchors, crls }: TestState): NetworkState {
  const judge = createJudge({
    anchors: anchorSet(
      anchors.map((pem, index) => {
        const decoded = decodePemCertificates(pem);
        if (!decoded.ok) throw new Error(decoded.error.message);
        return { name: `root ${index + 1}`, certificate: decoded.value[0]! };
      }),
    ),
    revocation: {
      crls: crls.map((pem) => {
        const block = decodePem(pem);
        const crl = block.ok ? decodeCrl(block.value[0]!.der) : block;
        if (!crl.ok) throw new Error(crl.error.message);
        return crl.value;
      }),
    },
  });
  return {
    topology,
    now: Date.now(),
    judgeOf: () => judge,
    chainOf: (fqdn, side) => {
      const pem = certificates.get(keyOf(fqdn, side))?.chainPem;
      const blocks = pem === undefined ? undefined : decodePem(pem);
      return blocks?.ok ? { certificates: blocks.value.map((block) => block.der) } : undefined;
    },
  };
}

interface Change {
  readonly what: string;
  readonly to: () => TestState | Promise<TestState>;
  /** Reasons that some link must then give; none where nothing may break. */
  readonly reasons: readonly string[];
}

const withoutServer = (fqdn: string) =>
  network.withDocument({ servers: document.servers.filter((server) => server.fqdn !== fqdn) });
const names = (...dnsNames: string[]) => ({ dnsNames, uris: dnsNames.map((name) => `sip:${name}`) });

const changes: readonly Change[] = [
  { what: 'nothing changes', to: () => network.state, reasons: [] },
  { what: 'a title changes', to: () => network.withDocument({ title: 'Contoso' }), reasons: [] },
  {
    what: 'a front end is removed',
    to: () => withoutServer('fe2.contoso.example'),
    reasons: ['not-in-topology'],
  },
  {
    what: 'the authority is removed',
    to: () => withoutServer('ca1.contoso.example'),
    reasons: ['not-in-topology'],
  },
  {
    what: 'a front end leaves its pool',
    to: () => network.withServer('fe2.contoso.example', { pool: undefined }),
    reasons: [],
  },
  {
    what: 'an application becomes outbound-only',
    to: () => network.withServer('chat1.contoso.example', { flags: { outboundOnly: true } }),
    reasons: ['direction-not-allowed'],
  },
  {
    what: 'a flag without effect on links is set',
    to: () => network.withServer('gw1.contoso.example', { flags: { treatAsAuthenticated: true } }),
    reasons: [],
  },
  {
    what: 'the link of front ends and mediation servers is closed',
    to: () => network.withDocument({ links: [{ row: links.frontEndToMediation.row, closed: true }] }),
    reasons: ['role-not-allowed-on-link'],
  },
  {
    what: 'one front end may no longer dial the other',
    to: () =>
      network.withDocument({
        links: [
          {
            row: links.frontEndToFrontEnd.row,
            a: ['fe1.contoso.example'],
            b: ['fe2.contoso.example'],
            mayOpen: 'b',
          },
        ],
      }),
    reasons: ['direction-not-allowed'],
  },
  {
    what: 'a gateway becomes an application',
    to: () => network.withServer('gw1.contoso.example', { role: 'trusted-application' }),
    reasons: ['role-not-allowed-on-link'],
  },
  {
    what: 'a certificate has expired',
    to: () => network.withCertificate('fe1.contoso.example', past),
    reasons: ['certificate-expired'],
  },
  {
    what: 'a certificate is not yet valid',
    to: () => network.withCertificate('fe2.contoso.example', future),
    reasons: ['certificate-not-yet-valid'],
  },
  {
    what: 'a certificate is revoked',
    to: () => network.withCrl(['fe1.contoso.example']),
    reasons: ['revoked'],
  },
  {
    what: 'the revocation list is stale',
    to: () => network.withCrl([], longAgo),
    reasons: ['revocation-stale'],
  },
  {
    what: 'the revocation list is gone',
    to: () => ({ ...network.state, crls: [] }),
    reasons: ['revocation-unknown'],
  },
  {
    what: 'a certificate has the pool’s name only',
    to: () =>
      network.withCertificate('fe2.contoso.example', names('pool1.contoso.example', 'contoso.example')),
    reasons: ['name-mismatch', 'not-in-topology'],
  },
  {
    what: 'a certificate names two servers',
    to: () =>
      network.withCertificate(
        'fe2.contoso.example',
        names('fe2.contoso.example', 'med1.contoso.example', 'contoso.example'),
      ),
    reasons: ['identity-ambiguous'],
  },
  {
    what: 'a certificate comes from an unknown CA',
    to: () => network.withCertificate('med1.contoso.example', {}, 'internal', otherRoot),
    reasons: ['unknown-issuer'],
  },
  {
    what: 'a certificate is for servers only',
    to: () => network.withCertificate('med1.contoso.example', { usages: ['serverAuth'] }),
    reasons: ['extended-key-usage-missing'],
  },
  {
    what: 'a front end’s certificate lacks the domain',
    to: () =>
      network.withCertificate('fe1.contoso.example', names('fe1.contoso.example', 'pool1.contoso.example')),
    reasons: ['name-mismatch'],
  },
  {
    what: 'a sip: name beside bare DNS names',
    to: () => network.withCertificate('fe1.contoso.example', { uris: ['sip:fe1.contoso.example'] }),
    reasons: ['name-mismatch'],
  },
  {
    what: 'an edge shows its internal names outside',
    to: () => network.withCertificate('edge1.contoso.example', names('edge1.contoso.example'), 'external'),
    reasons: ['name-mismatch'],
  },
  {
    what: 'an edge shows its external certificate inside',
    to: () =>
      network.withCertificate(
        'edge1.contoso.example',
        names('access1.contoso.example', 'edge1.contoso.example'),
      ),
    reasons: [],
  },
  {
    what: 'a certificate is renewed',
    to: () => network.withCertificate('fe1.contoso.example', {}),
    reasons: [],
  },
  {
    what: 'a second root is added',
    to: () => ({ ...network.state, anchors: [...network.state.anchors, otherRoot.certificatePem] }),
    reasons: [],
  },
  {
    what: 'the root is replaced at once',
    to: async () => ({
      ...network.state,
      anchors: [otherRoot.certificatePem],
      crls: [await otherRoot.crl([])],
    }),
    reasons: ['unknown-issuer'],
  },
];

const reasonsSeen = new Set<string>();

describe('a rehearsal says what then happens on sockets where', () => {
  it.each(changes)('$what', async ({ to, reasons }) => {
    const state = await to();
    const seen = asSeen(state);
    await using sockets = await Sockets.open(state);
    const links = linksOf(network.state.topology);
    expect(links.length).toBeGreaterThan(20);
    const said: Record<string, Outcome> = {};
    const happened: Record<string, Outcome> = {};
    for (const link of links) {
      const name = `${link.row} ${link.from} → ${link.to} (${link.service}) as ${link.asked}`;
      const failure = judgeLink(link, seen);
      said[name] = failure && { refusedBy: failure.refusedBy, reason: failure.reason };
      happened[name] = await sockets.try(link);
    }
    expect(said).toEqual(happened);

    const rehearsal = rehearse(asSeen(network.state), seen);
    expect(rehearsal.stillFail).toEqual([]);
    expect(
      rehearsal.breaks.map(
        (link) => `${link.row} ${link.from} → ${link.to} (${link.service}) as ${link.asked}`,
      ),
    ).toEqual(Object.entries(happened).flatMap(([name, outcome]) => (outcome === undefined ? [] : [name])));
    const found = new Set(rehearsal.breaks.map((link) => link.reason));
    expect([...found].sort()).toEqual(expect.arrayContaining([...reasons]));
    expect(rehearsal.ok).toBe(reasons.length === 0);
    for (const reason of found) reasonsSeen.add(reason);
  });

  afterAll(() => {
    expect(changes.length).toBeGreaterThanOrEqual(20);
    expect(changes.filter((change) => change.reasons.length > 0).length).toBeGreaterThanOrEqual(10);
    expect(reasonsSeen.size).toBeGreaterThanOrEqual(5);
  });
});

describe('a rotation plan', () => {
  it('proves each step, shows what one step would break, and holds on sockets in the middle of renewal', async () => {
    const { state } = network;
    const renewed = await issueAll(state.topology, otherRoot);
    const crls = [...state.crls, await otherRoot.crl([])];
    const [oldAnchor] = state.anchors;
    const both: TestState = { ...state, anchors: [oldAnchor!, otherRoot.certificatePem], crls };
    const old = asSeen({ ...state, crls });
    const plan = planRotation({
      topology: state.topology,
      now: Date.now(),
      judges: {
        old: old.judgeOf,
        both: asSeen(both).judgeOf,
        new: asSeen({ ...both, anchors: [otherRoot.certificatePem] }).judgeOf,
      },
      chains: { old: old.chainOf, new: asSeen({ ...both, certificates: renewed }).chainOf },
    });
    expect(plan.steps.map((step) => [step.action.kind, step.breaks])).toEqual([
      ['trust-new-anchor', []],
      ['renew-certificates', []],
      ['distrust-old-anchor', []],
    ]);
    expect(plan.ok).toBe(true);
    expect(plan.atOnce.length).toBe(linksOf(state.topology).length);

    const mixed = new Map([...state.certificates, ...[...renewed].filter((_, index) => index % 2 === 0)]);
    await using sockets = await Sockets.open({ ...both, certificates: mixed });
    for (const link of linksOf(state.topology)) expect(await sockets.try(link)).toBeUndefined();
  });

  it('finds the step that would break something', async () => {
    const { state } = network;
    const crls = [...state.crls, await otherRoot.crl([])];
    const both: TestState = { ...state, anchors: [...state.anchors, otherRoot.certificatePem], crls };
    const renewed = await issueAll(state.topology, otherRoot);
    const incomplete = new Map(renewed).set(
      keyOf('med1.contoso.example', 'internal'),
      await otherRoot.issue({ dnsNames: ['med1.contoso.example'], usages: ['serverAuth'] }),
    );
    const plan = planRotation({
      topology: state.topology,
      now: Date.now(),
      judges: {
        old: asSeen({ ...state, crls }).judgeOf,
        both: asSeen(both).judgeOf,
        new: asSeen({ ...both, anchors: [otherRoot.certificatePem] }).judgeOf,
      },
      chains: { old: asSeen(state).chainOf, new: asSeen({ ...both, certificates: incomplete }).chainOf },
    });
    expect(plan.ok).toBe(false);
    expect(plan.steps.map((step) => step.breaks.length > 0)).toEqual([false, true, false]);
    expect(new Set(plan.steps[1]?.breaks.map((link) => link.reason))).toEqual(
      new Set(['extended-key-usage-missing']),
    );
  });
});
