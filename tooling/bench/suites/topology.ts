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
import { fitPower } from '../statistics.ts';
import type { Bench, BenchSuite } from '../suite.ts';
import { microsInTurns } from '../turns.ts';

/**
 * A large topology: how long a member or an administrator waits for it, and whether a lookup cares how large it is.
 */
export const suite: BenchSuite = { name: 'topology', measure };

const poolSize = 50;

function measure(bench: Bench): void {
  const { log, seconds, short } = bench;
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

  const known = { administratorSetHash: administratorSetHash(keyed.administrators) };
  const rounds = short ? 1 : 5;
  const acts: Readonly<Record<string, () => boolean>> = {
    'load and check YAML': () => parseTopology(yaml).ok,
    'load, verify, check and index the signed document': () =>
      verifyTopology(text, { known, now: Date.now() }).accepted,
    check: () => checkDocument(keyed).every((problem) => problem.severity === 'warning'),
    // The five changes that were made.
    diff: () => diffTopologies(keyed, next).length === 5,
    hash: () => topologyHash(keyed).length === 64,
  };
  for (const [what, act] of Object.entries(acts)) {
    const fastest = fastestMs(() => bench.demand(act(), `"${what}" did not find what it should`), rounds);
    bench.figure(what, fastest, 'ms', { aim: { atMost: 1_000 } });
  }
  bench.figure(
    'canonical form beside JSON.stringify',
    fastestMs(() => canonicalJson(keyed), rounds),
    'ms',
    { against: { what: 'JSON.stringify', value: fastestMs(() => JSON.stringify(keyed), rounds) } },
  );

  const sizes = short ? [50, 500, 5_000] : [50, 158, 500, 1_580, 5_000];
  for (const [what, prepare] of [
    ['authorise', prepareAuthorise],
    ['home of a user', prepareHome],
    ['partner of a domain', preparePartner],
  ] as const) {
    const micros = microsInTurns(
      Object.fromEntries(sizes.map((size) => [size, prepare(buildTopology(largeDocument(size, size * 2)))])),
      { seconds: Math.max(0.05, (seconds / sizes.length) * 0.5), sliceMs: 2, warmSeconds: 0.05, share: 0 },
    );
    const points = sizes.map((size) => [size, micros[size] as number] as const);
    for (const [size, one] of points)
      log(`${what}, ${size} servers and ${size * 2} partners: ${one.toFixed(2)} µs`);
    bench.figure(`${what}, ${servers} servers`, micros[servers] as number, 'µs');
    // Constant time has the exponent 0, linear time 1; caches of the processor alone give a little above 0.
    bench.figure(`${what}, fitted exponent of time over size`, fitPower(points).slope, '', {
      aim: { atMost: 0.25 },
    });
  }
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

function prepareAuthorise(topology: Built): () => unknown {
  let turn = 0;
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
  return () => decide(peers[turn++ % peers.length]!, { direction: 'inbound' });
}

function prepareHome(topology: Built): () => unknown {
  let turn = 0;
  return () => topology.homeServer(`user${turn++}@contoso.example`);
}

function preparePartner(topology: Built): () => unknown {
  let turn = 0;
  const domains = (topology.document.partners ?? []).map((partner) => partner.domains[0]!);
  return () => topology.partnerOf(domains[turn++ % domains.length]!);
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

function mega(text: string): string {
  return (text.length / 1e6).toFixed(1);
}
