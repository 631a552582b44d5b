import { generateKeyPairSync, sign } from 'node:crypto';
import {
  administratorSetHash,
  authorise,
  buildTopology,
  canonicalJson,
  checkDocument,
  diffTopologies,
  encodeSignedTopology,
  type ServerEntry,
  signTopology,
  type TopologyDocument,
  topologyHash,
  verifyTopology,
} from '@entente/topology';
import { parseTopology } from '@entente/topology-planning';
import { stringify } from 'yaml';
import { type BenchOptions, type BenchOutcome, type BenchSuite, measured } from '../suite.ts';

/**
 * A large topology: how long a member or an administrator waits for it, and whether a lookup cares how large it is.
 */
export const suite: BenchSuite = { name: 'topology', run };

const poolSize = 50;

function run({ seconds, short, log }: BenchOptions): BenchOutcome {
  const servers = 5_000;
  const partners = 10_000;
  const document = largeDocument(servers, partners);
  const yaml = stringify(document, { lineWidth: 0 });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const keyed = withAdministrator(
    document,
    publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  );
  const signer = {
    keyId: 'one',
    algorithm: 'EdDSA',
    sign: (bytes: Uint8Array) => sign(null, bytes, privateKey),
  } as const;
  const text = encodeSignedTopology(signTopology(keyed, [signer]));
  const next = changed(keyed);
  log(`${servers} servers, ${partners} partners: ${mega(yaml)} MB of YAML, ${mega(text)} MB signed`);

  const invalid: string[] = [];
  const expect = (holds: boolean, what: string) => {
    if (!holds) invalid.push(what);
  };
  const known = { administratorSetHash: administratorSetHash(keyed.administrators) };
  const rounds = short ? 1 : 5;
  const figures: readonly (readonly [string, () => void])[] = [
    ['load and check YAML', () => expect(parseTopology(yaml).ok, 'the YAML was not accepted')],
    [
      'load, verify, check and index the signed document',
      () =>
        expect(
          verifyTopology(text, { known, now: Date.now() }).accepted,
          'the signed document was not accepted',
        ),
    ],
    [
      'check',
      () =>
        expect(
          checkDocument(keyed).every((problem) => problem.severity === 'warning'),
          'errors were found',
        ),
    ],
    [
      'diff',
      () =>
        expect(diffTopologies(keyed, next).length === 5, 'the diff is not the five changes that were made'),
    ],
    ['hash', () => expect(topologyHash(keyed).length === 64, 'no hash')],
  ];
  const results = figures.map(([what, act]) =>
    measured(what, fastestMs(act, rounds), 'ms', { aim: { atMost: 1_000 } }),
  );
  results.push(
    measured(
      'canonical form beside JSON.stringify',
      fastestMs(() => canonicalJson(keyed), rounds),
      'ms',
      {
        against: { what: 'JSON.stringify', value: fastestMs(() => JSON.stringify(keyed), rounds) },
      },
    ),
  );

  const sizes = short ? [50, 500, 5_000] : [50, 158, 500, 1_580, 5_000];
  const share = Math.max(0.05, (seconds / sizes.length) * 0.5);
  for (const [what, prepare] of [
    ['authorise', prepareAuthorise],
    ['home of a user', prepareHome],
    ['partner of a domain', preparePartner],
  ] as const) {
    const points = sizes.map((size) => {
      const topology = buildTopology(largeDocument(size, size * 2));
      const micros = microsPerCall(prepare(topology), share);
      log(`${what}, ${size} servers and ${size * 2} partners: ${micros.toFixed(2)} µs`);
      return { size, micros };
    });
    results.push(measured(`${what}, ${servers} servers`, points.at(-1)!.micros, 'µs'));
    // Constant time has the exponent 0, linear time 1; caches of the processor alone give a little above 0.
    results.push(
      measured(`${what}, fitted exponent of time over size`, exponent(points), '', { aim: { atMost: 0.25 } }),
    );
  }
  return { results, invalid };
}

function largeDocument(servers: number, partners: number): TopologyDocument {
  const pools = Math.max(1, Math.floor(servers / poolSize));
  const entries: ServerEntry[] = [
    { fqdn: 'ca1.contoso.example', role: 'authority' },
    {
      fqdn: 'edge1.contoso.example',
      role: 'edge',
      interfaces: { external: { fqdn: 'access.contoso.example' } },
    },
  ];
  for (let index = 0; entries.length < servers; index++) {
    entries.push({
      fqdn: `fe${index}.contoso.example`,
      role: 'front-end',
      pool: `pool${index % pools}.contoso.example`,
      interfaces: {
        internal: { address: `10.${index >> 8}.${index & 255}.1`, ports: { sip: 5061, web: 443 } },
      },
    });
  }
  return {
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
          publicKey: 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=',
        },
      ],
    },
    anchors: { federation: [{ name: 'shared root', sha256: 'ab'.repeat(32) }] },
    domains: [{ name: 'contoso.example', pool: 'pool0.contoso.example' }],
    pools: Array.from({ length: pools }, (_, index) => ({
      fqdn: `pool${index}.contoso.example`,
      role: 'front-end' as const,
    })),
    servers: entries,
    partners: Array.from({ length: partners }, (_, index) => ({
      kind: 'allowed-domain' as const,
      id: `partner-${index}`,
      domains: [`partner${index}.example`],
      anchors: [{ name: 'root', sha256: index.toString(16).padStart(64, 'a') }],
    })),
  };
}

function withAdministrator(document: TopologyDocument, publicKey: string): TopologyDocument {
  return {
    ...document,
    administrators: { required: 1, keys: [{ id: 'one', algorithm: 'EdDSA', publicKey }] },
  };
}

/** Five changes: one server fewer, one with a title, one partner blocked, one more, one fewer. */
function changed(document: TopologyDocument): TopologyDocument {
  const copy = structuredClone(document) as { -readonly [K in keyof TopologyDocument]: TopologyDocument[K] };
  copy.servers = copy.servers
    .filter((server) => server.fqdn !== 'fe7.contoso.example')
    .map((server) => (server.fqdn === 'fe8.contoso.example' ? { ...server, title: 'eight' } : server));
  copy.partners = [
    ...(copy.partners ?? []).slice(2),
    { kind: 'blocked', id: 'partner-1', domains: ['partner1.example'] },
    { kind: 'blocked', id: 'spam', domains: ['spam.example'] },
  ];
  return copy;
}

type Built = ReturnType<typeof buildTopology>;

function prepareAuthorise(topology: Built): (turn: number) => unknown {
  const decide = authorise(topology, { fqdn: 'fe0.contoso.example', interface: 'internal', service: 'sip' });
  const names = [...topology.servers.keys()].filter(
    (name) => name.startsWith('fe') && name !== 'fe0.contoso.example',
  );
  const peers = names.map((name) => ({
    dnsNames: [topology.servers.get(name)?.pool?.fqdn ?? '', name, 'sip.contoso.example', 'contoso.example'],
    sipDomains: [
      topology.servers.get(name)?.pool?.fqdn ?? '',
      name,
      'sip.contoso.example',
      'contoso.example',
    ],
  }));
  return (turn) => decide(peers[turn % peers.length]!, { direction: 'inbound' });
}

function prepareHome(topology: Built): (turn: number) => unknown {
  return (turn) => topology.homeServer(`user${turn}@contoso.example`);
}

function preparePartner(topology: Built): (turn: number) => unknown {
  const domains = (topology.document.partners ?? []).map((partner) => partner.domains[0]!);
  return (turn) => topology.partnerOf(domains[turn % domains.length]!);
}

function fastestMs(act: () => void, rounds: number): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    act();
    fastest = Math.min(fastest, performance.now() - begun);
  }
  return fastest;
}

/** The fastest of several batches, so that what else runs on the machine counts little. */
function microsPerCall(call: (turn: number) => unknown, seconds: number): number {
  const batch = 2_000;
  let turn = 0;
  let fastest = Number.POSITIVE_INFINITY;
  const end = performance.now() + seconds * 1_000;
  do {
    const begun = performance.now();
    for (let index = 0; index < batch; index++) call(turn++);
    fastest = Math.min(fastest, ((performance.now() - begun) * 1_000) / batch);
  } while (performance.now() < end);
  return fastest;
}

/** Slope of the straight line through the points, both axes logarithmic. */
function exponent(points: readonly { readonly size: number; readonly micros: number }[]): number {
  const xs = points.map((point) => Math.log(point.size));
  const ys = points.map((point) => Math.log(point.micros));
  const meanX = xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const meanY = ys.reduce((sum, y) => sum + y, 0) / ys.length;
  const over = xs.reduce((sum, x, index) => sum + (x - meanX) * (ys[index]! - meanY), 0);
  return over / xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
}

function mega(text: string): string {
  return (text.length / 1e6).toFixed(1);
}
