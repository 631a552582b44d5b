import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { administrators, contoso } from '@entente/testkit/topology';
import { checkDocument, type TopologyDocument, topologyJsonSchema } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A test of the effect of a setting, by its file and its title or the text of its row. */
type Tested = readonly [file: string, title: string];
/** A document that sets the setting to another value than its default, which is refused. */
type Refused = { readonly refused: Partial<TopologyDocument> };

const tests = {
  signing: 'packages/topology/test/signing.test.ts',
  network: 'packages/topology/test/network.test.ts',
  matrix: 'packages/topology/test/allow-matrix.test.ts',
  authorise: 'packages/topology/test/authorise.test.ts',
  checks: 'packages/topology-planning/test/checks.test.ts',
  shapes: 'packages/topology-planning/test/shapes.test.ts',
  plans: 'packages/topology-planning/test/plans.test.ts',
  draw: 'packages/topology-planning/src/drawing/draw.test.ts',
  federation: 'packages/federation/test/federation.test.ts',
  dial: 'packages/edge/test/dial-partner.test.ts',
  member: 'packages/member/test/domain-state.test.ts',
  calls: 'packages/mediation/test/calls.test.ts',
  numbers: 'packages/sip-proxy/src/telephone/telephone.test.ts',
} as const;

const succession: Tested = [
  tests.signing,
  'is refused older, forked, after a gap, of another network, expired, superseded or not yet issued',
];
const words: Tested = [
  tests.signing,
  'needs one signature for words, and a quorum for rollback, freshness and treat-as-authenticated',
];
const quorum: Tested = [tests.signing, 'needs one signature to remove a server, and a quorum to add one'];
const keys: Tested = [
  tests.signing,
  'is refused unsigned, signed by a key that it does not list, or with a signature over another document',
];
const home: Tested = [
  tests.network,
  'is the named front end, or one member of the named pool, or one of the domain’s pool',
];
const inCertificates: Tested = [
  tests.network,
  'give a front end its own, its pool’s, and the names of the domains it serves, each as DNS name and sip: URI',
];
const outside: Tested = [
  tests.network,
  'give an edge one certificate inside with its own name alone, and one outside with the names of the domains',
];
const whereToDial: Tested = [tests.network, 'tells where to dial, as the topology pins it'];
const services: Tested = [tests.matrix, 'distinguishes rows by the port that is dialled'];
const noSuchService: Tested = [tests.checks, 'a port for a service the role has not'];
const ownRoots: Tested = [
  'packages/member/test/root-rollover.test.ts',
  'believes after a restart what the signed topology lists, not what it joined with',
];
const ownRootStage: Tested = [
  'packages/member/test/root-rollover.test.ts',
  'follows it through prepare, activate, taint and retire, and no connection ends but those of peers below the old root alone',
];
const namedOnce: Tested = [
  'packages/topology/test/own-roots.test.ts',
  'are named once, by name and by fingerprint',
];
const partnerRoots: Tested = [
  tests.federation,
  'lets the root of a partner vouch for the partner only, on the external interface only, never for us',
];
const sharedRoots: Tested = [
  tests.federation,
  'lets a third-party root vouch neither for us nor for a partner with roots of its own',
];
const fingerprint: Tested = [
  tests.federation,
  'does not use a certificate that is not the one of its fingerprint',
];
const rootLimits: Tested = [
  tests.federation,
  'takes the limits of each root, and how old lists may be, from the topology',
];
const partnerDomains: Tested = [tests.federation, 'is the partner whose domain its certificate carries'];
const pinned: Tested = [tests.federation, 'is the pinned server, which must prove its own name'];
const pinnedAddress: Tested = [
  tests.federation,
  'are those of partners whose entry has one, and of no other host',
];
const serverAuth: Tested = [
  tests.federation,
  'accepts serverAuth alone only for the partner whose entry says so',
];
const stores: Tested = [tests.draw, 'shows stores, and says that links to them are not drawn'];
const narrowing: Tested = [
  tests.authorise,
  'closes a link between named pools, whichever of them is written first, and no other',
];
const rules: Tested = [tests.numbers, 'is decided by the first rule that fits, and by no other'];
const routes: Tested = [
  tests.calls,
  'goes to the gateway of the longest prefix, then to the cheapest, as a global number with the number of the caller',
];
const partnerNumbers: Tested = [
  tests.calls,
  'goes straight to the edge where the number belongs to a partner',
];
const directions: Tested = [tests.authorise, 'limits who opens and who sends requests'];

const [first] = administrators;
const flags = (flag: object): Refused => ({
  refused: {
    servers: contoso.servers.map((server) =>
      server.fqdn === 'fe1.contoso.example' ? { ...server, flags: flag } : server,
    ),
  },
});
const policy = (policies: TopologyDocument['policies']): Refused => ({ refused: { policies } });
const ownRootLimit = (limit: object): Refused => ({
  refused: { anchors: { enterprise: [{ name: 'root', sha256: '11'.repeat(32), ...limit }] } },
});
const bundle: Refused = {
  refused: {
    partners: [
      {
        kind: 'allowed-domain',
        id: 'fabrikam',
        domains: ['fabrikam.example'],
        bundle: { url: 'https://access.fabrikam.example/trust-bundle', publicKey: first.entry.publicKey },
      },
    ],
  },
};

/** Every setting of the topology: the test of its effect, or a value that is refused because nothing enforces it yet. */
const settings: Readonly<Record<string, Tested | Refused>> = {
  format: [tests.shapes, 'another format'],
  network: succession,
  version: succession,
  previous: succession,
  issued: succession,
  expires: succession,
  title: words,
  'administrators.required': quorum,
  'administrators.keys[].id': keys,
  'administrators.keys[].algorithm': [tests.signing, 'verifies our signature with the payload attached'],
  'administrators.keys[].publicKey': keys,
  'administrators.keys[].title': words,
  'anchors.enterprise[].name': namedOnce,
  'anchors.enterprise[].sha256': namedOnce,
  'anchors.enterprise[].certificate': ownRoots,
  'anchors.enterprise[].maxDepth': ownRootLimit({ maxDepth: 1 }),
  'anchors.enterprise[].notAfter': ownRootLimit({ notAfter: '2030-01-01T00:00:00Z' }),
  'anchors.enterprise[].stage': ownRootStage,
  'anchors.federation[].name': sharedRoots,
  'anchors.federation[].sha256': sharedRoots,
  'anchors.federation[].certificate': sharedRoots,
  'anchors.federation[].maxDepth': rootLimits,
  'anchors.federation[].notAfter': rootLimits,
  'sites[].id': [tests.checks, 'an unknown site'],
  'sites[].title': words,
  'domains[].name': home,
  'domains[].pool': home,
  'domains[].title': words,
  'pools[].fqdn': home,
  'pools[].role': [tests.checks, 'a pool of another role'],
  'pools[].site': [tests.checks, 'an unknown site'],
  'pools[].domains[]': inCertificates,
  'pools[].title': words,
  'servers[].fqdn': [
    tests.authorise,
    'finds a server by its own FQDN among the names of its pool and domain',
  ],
  'servers[].role': [tests.matrix, 'a link to a %s is opened as the table says, judged at either end'],
  'servers[].pool': [tests.authorise, 'refuses a server that answers for a pool it is not in'],
  'servers[].site': [tests.checks, 'an unknown site'],
  'servers[].zone': [tests.checks, 'an edge in the internal zone'],
  'servers[].interfaces.internal.fqdn': [tests.checks, 'an external side with the internal name'],
  'servers[].interfaces.internal.address': whereToDial,
  'servers[].interfaces.internal.ports.sip': whereToDial,
  'servers[].interfaces.internal.ports.gateway': services,
  'servers[].interfaces.internal.ports.clients': noSuchService,
  'servers[].interfaces.internal.ports.federation': noSuchService,
  'servers[].interfaces.internal.ports.web': services,
  'servers[].interfaces.internal.ports.proxied': services,
  'servers[].interfaces.internal.ports.push': [
    'packages/topology/test/pushes.test.ts',
    'is that of every edge, 4443 unless the topology says otherwise, and authorities push there',
  ],
  'servers[].interfaces.internal.ports.https': whereToDial,
  'servers[].interfaces.internal.ports.objects': services,
  'servers[].interfaces.internal.ports.bundle': noSuchService,
  'servers[].interfaces.internal.ports.validation': services,
  'servers[].interfaces.internal.names[]': [tests.network, 'hold the further names that an interface lists'],
  'servers[].interfaces.internal.certificate': outside,
  'servers[].interfaces.external.fqdn': outside,
  'servers[].interfaces.external.address': [
    tests.plans,
    'gives addresses of servers and pools inside, and of access names outside only',
  ],
  'servers[].interfaces.external.ports.sip': noSuchService,
  'servers[].interfaces.external.ports.gateway': noSuchService,
  'servers[].interfaces.external.ports.clients': [
    tests.plans,
    'leads external clients and partners to the edges',
  ],
  'servers[].interfaces.external.ports.federation': [
    tests.plans,
    'leads external clients and partners to the edges',
  ],
  'servers[].interfaces.external.ports.web': noSuchService,
  'servers[].interfaces.external.ports.proxied': noSuchService,
  'servers[].interfaces.external.ports.push': noSuchService,
  'servers[].interfaces.external.ports.https': noSuchService,
  'servers[].interfaces.external.ports.objects': [
    'packages/topology/test/outside-objects.test.ts',
    'is the external name of an edge, with its port where that is not 80',
  ],
  'servers[].interfaces.external.ports.bundle': [
    'packages/testkit/test/outsiders.test.ts',
    'is our federation bundle over HTTPS, as the authority wrote it, with a certificate for the name outside',
  ],
  'servers[].interfaces.external.ports.validation': services,
  'servers[].interfaces.external.names[]': [tests.network, 'hold the further names that an interface lists'],
  'servers[].interfaces.external.certificate': outside,
  'servers[].flags.treatAsAuthenticated': [
    'packages/front-end/test/wire.test.ts',
    'counts as said by nobody: its user authenticates, and no identity that it asserts arrives',
  ],
  'servers[].flags.throttleAsServer': flags({ throttleAsServer: true }),
  'servers[].flags.outboundOnly': [
    tests.matrix,
    'lets an outbound-only application be dialled and answer with requests, but open nothing',
  ],
  'servers[].flags.trustedWithIdentities': [
    tests.calls,
    'says who calls to no gateway that is not trusted with it, where the caller has asked for privacy',
  ],
  'servers[].flags.requiresReplication': flags({ requiresReplication: true }),
  'servers[].flags.assertsUsers': [
    'tooling/scenarios/applications/application.test.ts',
    'is any user where the topology lets it assert users',
  ],
  'servers[].title': words,
  'stores[].fqdn': stores,
  'stores[].kind': stores,
  'stores[].address': stores,
  'stores[].port': stores,
  'stores[].title': words,
  'users{}': home,
  'partners[].kind': [tests.federation, 'is refused when one of its names is blocked, whatever else it has'],
  'partners[].id': partnerDomains,
  'partners[].title': words,
  'partners[].domains[]': partnerDomains,
  'partners[].anchors[].name': partnerRoots,
  'partners[].anchors[].sha256': fingerprint,
  'partners[].anchors[].certificate': fingerprint,
  'partners[].anchors[].maxDepth': rootLimits,
  'partners[].anchors[].notAfter': rootLimits,
  'partners[].serverAuthOnly': serverAuth,
  'partners[].numbers[]': partnerNumbers,
  'partners[].bundle.url': bundle,
  'partners[].bundle.publicKey': bundle,
  'partners[].matchHostName': [tests.dial, 'may have the name of its SRV record where its entry says so'],
  'partners[].fqdn': pinned,
  'partners[].address': pinnedAddress,
  'partners[].port': pinned,
  'providers[].id': rootLimits,
  'providers[].title': words,
  'providers[].domains[]': rootLimits,
  'providers[].anchors[].name': rootLimits,
  'providers[].anchors[].sha256': fingerprint,
  'providers[].anchors[].certificate': fingerprint,
  'providers[].anchors[].maxDepth': rootLimits,
  'providers[].anchors[].notAfter': rootLimits,
  'providers[].serverAuthOnly': rootLimits,
  'providers[].fqdn': rootLimits,
  'providers[].address': pinnedAddress,
  'providers[].port': pinned,
  'links[].row': narrowing,
  'links[].a[]': narrowing,
  'links[].b[]': narrowing,
  'links[].closed': [tests.authorise, 'closes a link for everybody'],
  'links[].mayOpen': directions,
  'links[].maySend': directions,
  'telephony.rules[].prefix': rules,
  'telephony.rules[].minLength': rules,
  'telephony.rules[].maxLength': rules,
  'telephony.rules[].context': rules,
  'telephony.rules[].strip': rules,
  'telephony.rules[].prepend': rules,
  'telephony.routes[].prefix': routes,
  'telephony.routes[].gateway': routes,
  'telephony.routes[].cost': routes,
  'telephony.emergencyNumbers[]': [tests.calls, 'needs neither a right nor accounts in an emergency'],
  'telephony.healthSeconds': [
    'packages/mediation/test/health.test.ts',
    'is out after three questions, and back with one answer',
  ],
  'policies.trustState.intervalSeconds': [
    'packages/authority/test/trust-state.test.ts',
    'is signed again with each change before the change is answered, and at the interval of the topology',
  ],
  'policies.trustState.alarmAfterSeconds': [
    'packages/member/test/confirmation-alarm.test.ts',
    'comes after the time that the topology sets',
  ],
  'policies.trustState.refuseAfterSeconds': [
    tests.member,
    'is stale after the time that the topology sets, and no longer when it is confirmed again',
  ],
  'policies.revocation.enterprise.mode': [
    tests.member,
    'puts the roots under what the topology in force says of revocation, as another set of anchors each time',
  ],
  'policies.revocation.enterprise.graceSeconds': [
    tests.member,
    'puts the roots under what the topology in force says of revocation, as another set of anchors each time',
  ],
  'policies.revocation.partners.mode': rootLimits,
  'policies.revocation.partners.graceSeconds': rootLimits,
  'policies.federation.discovery': policy({ federation: { discovery: true } }),
  'policies.federation.throttle.messagesPerSecond': policy({
    federation: { throttle: { messagesPerSecond: 5 } },
  }),
  'policies.federation.throttle.distinctUris': policy({ federation: { throttle: { distinctUris: 5 } } }),
  'policies.federation.throttle.suspectMessagesPerSecond': policy({
    federation: { throttle: { suspectMessagesPerSecond: 5 } },
  }),
  'policies.media.federationSrtp': [
    'packages/edge/test/media.test.ts',
    'an offer in clear is refused with 488, in either direction, and crosses nowhere',
  ],
  'policies.media.internalSrtp': [
    'packages/front-end/test/media.test.ts',
    'refuses an offer in clear with 488 and a Warning, logs why, and rings nobody',
  ],
};

interface Schema {
  readonly type?: string;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
}

/** Every value that a document may hold, by its path. */
function leavesOf(schema: Schema, path = ''): readonly string[] {
  const kinds = schema.anyOf ?? schema.oneOf;
  if (kinds !== undefined) return kinds.flatMap((kind) => leavesOf(kind, path));
  if (schema.type === 'array') return leavesOf(schema.items ?? {}, `${path}[]`);
  if (schema.type !== 'object') return [path];
  if (typeof schema.additionalProperties === 'object') return [`${path}{}`];
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    leavesOf(member, path === '' ? name : `${path}.${name}`),
  );
}

const isRefused = (row: Tested | Refused): row is Refused => 'refused' in row;

describe('a setting of the topology', () => {
  const leaves = [...new Set(leavesOf(topologyJsonSchema() as Schema))];

  it('has a row here, each exactly one: a new setting comes with a test of its effect, or is refused', () => {
    expect(Object.keys(settings).sort()).toEqual([...leaves].sort());
  });

  it.each(
    Object.entries(settings).flatMap(([name, row]) => (isRefused(row) ? [] : [[name, ...row] as const])),
  )('%s has a test of its effect: %s, %s', (_, file, title) => {
    const path = join(root, file);
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain(title);
  });

  it.each(
    Object.entries(settings).flatMap(([name, row]) => (isRefused(row) ? [[name, row.refused] as const] : [])),
  )('%s is refused where it differs from its default, because nothing enforces it yet', (name, changes) => {
    const found = checkDocument({ ...contoso, ...changes }).filter(
      ({ code }) => code === 'setting-not-enforced',
    );
    expect(found).toHaveLength(1);
    expect(found[0]?.severity).toBe('error');
    const path = found[0]?.path.filter((part) => typeof part === 'string').join('.') ?? '';
    expect(name.replaceAll('[]', '')).toContain(path);
  });
});
