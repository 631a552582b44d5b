import { administrators, contoso, now } from '@entente/testkit/topology';
import {
  administratorSetHash,
  checkDocument,
  checkShape,
  diffTopologies,
  signTopology,
  strongestEffect,
  type TopologyDocument,
  topologyHash,
  verifyTopology,
} from '@entente/topology';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownRoot } from './fixtures/own-roots.ts';
import { permissionsOf } from './fixtures/permissions.ts';

const [firstRoot, secondRoot] = [await ownRoot('root 1'), await ownRoot('root 2')];
/** The fixture with everything in it that can be taken away or turned. */
const rich: TopologyDocument = {
  ...contoso,
  anchors: {
    enterprise: [
      { ...firstRoot, maxDepth: 2 },
      { ...secondRoot, stage: 'tainted' },
    ],
    federation: [
      { name: 'shared root', sha256: 'ab'.repeat(32), notAfter: '2028-12-31T00:00:00Z' },
      { name: 'other root', sha256: 'cd'.repeat(32), maxDepth: 1 },
    ],
  },
  servers: contoso.servers.map((server) =>
    server.fqdn === 'gw1.contoso.example'
      ? { ...server, flags: { treatAsAuthenticated: true, throttleAsServer: true } }
      : server,
  ),
  partners: [
    ...(contoso.partners ?? []),
    {
      kind: 'allowed-server',
      id: 'pinned',
      domains: ['pinned.example', 'pinned.test'],
      fqdn: 'edge.pinned.example',
      port: 5061,
      serverAuthOnly: true,
      anchors: [
        { name: 'p1', sha256: '33'.repeat(32) },
        { name: 'p2', sha256: '44'.repeat(32), maxDepth: 0 },
      ],
      bundle: { url: 'https://edge.pinned.example/bundle', publicKey: administrators[0].entry.publicKey },
    },
  ],
  providers: [{ id: 'host', fqdn: 'edge.hosted.example', domains: ['hosted.example', 'hosted.test'] }],
  links: [
    { row: 13, a: ['pool1.contoso.example'], b: ['fe3.contoso.example'], mayOpen: 'a' },
    { row: 7, maySend: 'a' },
    { row: 8, b: ['bot1.contoso.example'], closed: true },
    { row: 4, a: ['edge1.contoso.example', 'edge2.contoso.example'], closed: true },
  ],
};
/** The same without what {@link checkDocument} refuses because nothing enforces it yet: no member could have that in force. */
const enforced: TopologyDocument = {
  ...rich,
  servers: rich.servers.map((server) =>
    server.fqdn === 'gw1.contoso.example' ? { ...server, flags: { treatAsAuthenticated: true } } : server,
  ),
  partners: rich.partners!.map((entry) => ('bundle' in entry ? { ...entry, bundle: undefined } : entry)),
  anchors: {
    ...rich.anchors,
    enterprise: [firstRoot, { ...secondRoot, stage: 'tainted' }],
  },
};
const open: TopologyDocument = { ...rich, policies: { federation: { discovery: true } } };

/** Values that mean something at some place of a document. */
const plausible = [
  ...['fe1.contoso.example', 'fe9.contoso.example', 'pool1.contoso.example', 'pool2.contoso.example'],
  ...['fabrikam.example', 'spam.example', 'new.example', 'contoso.example', 'front-end', 'mediation', 'edge'],
  ...[
    'allowed-domain',
    'blocked',
    'public',
    'enterprise',
    'internal',
    'a',
    'b',
    'grace',
    'optional',
    'berlin',
    'tainted',
    'active',
  ],
  ...[
    '2027-01-01T00:00:00Z',
    '2029-01-01T00:00:00Z',
    '55'.repeat(32),
    'Zm9v',
    true,
    false,
    0,
    1,
    2,
    5062,
    13,
    7,
  ],
  ['fabrikam.example'],
  ['contoso.example'],
  [{ name: 'p9', sha256: '99'.repeat(32) }],
  { outboundOnly: true },
  { treatAsAuthenticated: false },
  { assertsUsers: true },
  { row: 6, closed: true },
  { row: 13, closed: true },
  { kind: 'blocked', id: 'new', domains: ['new.example'] },
  { kind: 'allowed-domain', id: 'new', domains: ['new.example'] },
  { fqdn: 'fe9.contoso.example', role: 'front-end' },
] as const;

/** Names of fields that may be absent. */
const optionalFields = [
  'stage',
  ...['pool', 'title', 'flags', 'zone', 'site', 'domains', 'anchors', 'maxDepth', 'notAfter', 'certificate'],
  ...[
    'serverAuthOnly',
    'matchHostName',
    'bundle',
    'a',
    'b',
    'closed',
    'mayOpen',
    'maySend',
    'expires',
    'users',
  ],
  ...[
    'treatAsAuthenticated',
    'throttleAsServer',
    'outboundOnly',
    'requiresReplication',
    'assertsUsers',
    'links',
    'address',
  ],
] as const;

interface Edit {
  readonly what: 'delete' | 'replace' | 'insert';
  readonly at: number;
  readonly field: string;
  readonly value: unknown;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  what: fc.constantFrom('delete', 'delete', 'replace', 'insert'),
  at: fc.nat(),
  field: fc.constantFrom(...optionalFields),
  value: fc.constantFrom(...plausible),
});

const edits = fc.array(edit, { minLength: 1, maxLength: 3 });

function apply(root: unknown, { what, at, field, value }: Edit): void {
  const places: { container: Record<string | number, unknown> | unknown[]; key: string | number }[] = [];
  const walk = (container: unknown) => {
    if (typeof container !== 'object' || container === null) return;
    for (const key of Object.keys(container)) {
      places.push({ container: container as Record<string, unknown>, key });
      walk((container as Record<string, unknown>)[key]);
    }
  };
  walk(root);
  const place = places[at % places.length]!;
  const { container, key } = place;
  const copy = structuredClone(value);
  if (what === 'insert') {
    if (Array.isArray(container)) container.push(copy);
    else container[field] = copy;
  } else if (Array.isArray(container)) container.splice(Number(key), 1, ...(what === 'delete' ? [] : [copy]));
  else if (what === 'delete') delete container[key];
  else container[key] = copy;
}

/** What nothing enforces yet has its effect all the same: it is to be right on the day when something does. */
function isContradiction({ code, severity }: ReturnType<typeof checkDocument>[number]): boolean {
  return severity === 'error' && code !== 'setting-not-enforced';
}

function edited(before: TopologyDocument, edits: readonly Edit[]): TopologyDocument | undefined {
  const draft = structuredClone(before) as unknown as Record<string, unknown>;
  for (const one of edits) apply(draft, one);
  Object.assign(draft, { version: 2, previous: topologyHash(before), issued: '2026-02-28T12:00:00Z' });
  const shape = checkShape(draft);
  if (!shape.ok || checkDocument(shape.document).some(isContradiction)) return undefined;
  return shape.document;
}

describe('a change that one administrator may sign', () => {
  it.each([
    ['with discovery off', rich],
    ['with discovery on', open],
  ])(
    'permits nothing that was not permitted before, whatever is edited, %s',
    (_, before) => {
      const permittedBefore = permissionsOf(before);
      fc.assert(
        fc.property(edits, (some) => {
          const after = edited(before, some);
          if (after === undefined) return;
          const effect = strongestEffect(diffTopologies(before, after));
          if (effect !== 'cosmetic' && effect !== 'narrowing' && effect !== 'chain') return;
          const permittedAfter = permissionsOf(after);
          const gained = [...permittedAfter].filter((permission) => !permittedBefore.has(permission));
          expect(gained).toEqual([]);
          if (effect !== 'narrowing') expect(permittedAfter.size).toBe(permittedBefore.size);
        }),
        { numRuns: 6_000 },
      );
    },
    120_000,
  );

  it('is met often enough by the edits that are drawn, and so are the other kinds', () => {
    // Always the same edits, so that this does not hang on luck.
    const seen = { cosmetic: 0, chain: 0, narrowing: 0, quorum: 0, administrators: 0 };
    for (const some of fc.sample(edits, { seed: 1, numRuns: 3_000 })) {
      const after = edited(rich, some);
      if (after === undefined) continue;
      const effect = strongestEffect(diffTopologies(rich, after));
      seen[effect]++;
    }
    expect(seen.narrowing).toBeGreaterThan(10);
    expect(seen.cosmetic + seen.chain).toBeGreaterThan(2);
    expect(seen.quorum).toBeGreaterThan(50);
  });

  it('is the only kind that a member takes up with one signature', () => {
    const [one] = administrators;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (edits) => {
        const after = edited(enforced, edits);
        if (after === undefined || checkDocument(after).some(({ severity }) => severity === 'error')) return;
        const result = verifyTopology(signTopology(after, [one.signer]), {
          known: { document: enforced },
          now,
        });
        if (!result.accepted) return;
        const before = permissionsOf(enforced);
        expect([...permissionsOf(after)].filter((permission) => !before.has(permission))).toEqual([]);
        expect(administratorSetHash(after.administrators)).toBe(
          administratorSetHash(enforced.administrators),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a change is called', () => {
  const effectOf = (after: Partial<TopologyDocument>, before: TopologyDocument = rich) =>
    strongestEffect(diffTopologies(before, { ...before, ...after }));
  const partner = (id: string, change: object) => ({
    partners: rich.partners!.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)) as never,
  });
  const server = (fqdn: string, change: object) => ({
    servers: rich.servers.map((entry) => (entry.fqdn === fqdn ? { ...entry, ...change } : entry)),
  });

  it.each<[string, string, Partial<TopologyDocument>]>([
    [
      'narrowing',
      'a server is removed',
      { servers: rich.servers.filter((entry) => entry.role !== 'gateway') },
    ],
    ['narrowing', 'a partner is blocked', partner('fabrikam', { kind: 'blocked' })],
    [
      'narrowing',
      'a domain is blocked',
      { partners: [...rich.partners!, { kind: 'blocked', id: 'b', domains: ['b.example'] }] },
    ],
    [
      'narrowing',
      'a partner is removed',
      { partners: rich.partners!.filter((entry) => entry.id !== 'pinned') },
    ],
    ['narrowing', 'a privilege ends', partner('pinned', { serverAuthOnly: false })],
    [
      'narrowing',
      'one of two anchors goes',
      partner('pinned', { anchors: [{ name: 'p1', sha256: '33'.repeat(32) }] }),
    ],
    ['narrowing', 'a link is closed', { links: [...rich.links!, { row: 6, closed: true }] }],
    [
      'narrowing',
      'treat-as-authenticated ends',
      server('gw1.contoso.example', { flags: { throttleAsServer: true } }),
    ],
    [
      'narrowing',
      'an edge loses its external side',
      server('edge9.contoso.example', { interfaces: undefined }),
    ],
    ['cosmetic', 'a title changes', { title: 'Contoso' }],
    ['cosmetic', 'the order changes', { servers: [...rich.servers].reverse() }],
    ['cosmetic', 'a default is written out', server('fe1.contoso.example', { zone: 'internal' })],
    [
      'quorum',
      'a server is added',
      { servers: [...rich.servers, { fqdn: 'fe9.contoso.example', role: 'front-end' }] },
    ],
    ['quorum', 'a block is lifted', { partners: rich.partners!.filter((entry) => entry.id !== 'spam') }],
    ['quorum', 'the link of members is closed', { links: [...rich.links!, { row: 15, closed: true }] }],
    ['quorum', 'the link of pushes is closed', { links: [...rich.links!, { row: 16, closed: true }] }],
    [
      'quorum',
      'the link of administrators is closed',
      { links: [...rich.links!, { row: 17, closed: true }] },
    ],
    [
      'quorum',
      'edges may not send to directors: outsiders reach front ends past them',
      { links: [...rich.links!, { row: 3, maySend: 'b' }] },
    ],
    [
      'quorum',
      'the last director is removed: outsiders reach front ends past it',
      { servers: rich.servers.filter((entry) => entry.role !== 'director') },
    ],
    ['quorum', 'a closed link is opened', { links: rich.links!.slice(0, -1) }],
    ['quorum', 'a partner loses all anchors of its own', partner('pinned', { anchors: undefined })],
    ['quorum', 'a domain stops being ours', { domains: [{ name: 'other.example' }] }],
    ['quorum', 'a policy changes', { policies: { trustState: { alarmAfterSeconds: 300 } } }],
    [
      'quorum',
      'an address is pinned elsewhere',
      server('fe1.contoso.example', { interfaces: { internal: { address: '192.0.2.1' } } }),
    ],
    ['administrators', 'k changes', { administrators: { ...rich.administrators, required: 1 } }],
  ])('%s where %s', (effect, _, after) => {
    expect(effectOf(after)).toBe(effect);
  });

  it.each([
    ['director', 'its link of edges', 3],
    ['authority', 'its link of members', 15],
    ['authority', 'its link of pushes', 16],
  ] as const)(
    'quorum where a %s is removed, and %s narrower somewhere: it may be the only one that somebody reaches',
    (role, _, row) => {
      const fqdn = `${role}9.contoso.example`;
      const two = { ...rich, servers: [...rich.servers, { fqdn, role }] };
      // It names nobody who goes: the link itself does not change.
      const narrower = {
        ...two,
        links: [...rich.links!, { row, a: ['edge9.contoso.example'], closed: true }],
      };
      const without = { servers: rich.servers };
      expect(effectOf(without, two as never)).toBe('narrowing');
      expect(effectOf(without, narrower as never)).toBe('quorum');
    },
  );

  it('narrowing where a server goes that a closed link names, and quorum where the link loses a server that stays', () => {
    const servers = rich.servers.filter((entry) => entry.fqdn !== 'edge1.contoso.example');
    const links = rich.links!.map((link) =>
      link.row === 4 ? { ...link, a: ['edge2.contoso.example'] } : link,
    );
    expect(effectOf({ servers, links })).toBe('narrowing');
    expect(effectOf({ links })).toBe('quorum');
  });

  it('quorum where a partner is removed while discovery is on', () => {
    expect(effectOf({ partners: [] }, { ...open, partners: rich.partners!.slice(0, 1) })).toBe('quorum');
  });

  it('nothing where nothing changes', () => {
    expect(diffTopologies(rich, structuredClone(rich))).toEqual([]);
  });
});
