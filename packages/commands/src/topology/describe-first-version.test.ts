import { contoso } from '@entente/testkit/topology';
import { checkShape, links, type TopologyDocument, topologyJsonSchema } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { describeFirst } from './describe-first-version.ts';

const fe1 = 'fe1.contoso.example';
const root = {
  name: 'root',
  sha256: 'ab'.repeat(32),
  maxDepth: 7,
  notAfter: '2031-01-01T00:00:00Z',
};

/** Every optional field of the document has a value. */
const full: TopologyDocument = {
  ...contoso,
  expires: '2035-01-01T00:00:00Z',
  title: 'the whole network',
  anchors: { enterprise: [{ ...root, stage: 'prepared' }], federation: [{ ...root, maxDepth: 6 }] },
  sites: [{ id: 'munich', title: 'site of Munich' }],
  pools: [{ fqdn: 'pool7.contoso.example', role: 'front-end', domains: ['pooled.example'] }],
  servers: [
    {
      fqdn: fe1,
      role: 'front-end',
      pool: 'pool7.contoso.example',
      interfaces: { internal: { address: '192.0.2.77', ports: { sip: 35061 }, certificate: 'enterprise' } },
      flags: { treatAsAuthenticated: true, assertsUsers: true },
    },
  ],
  stores: [{ fqdn: 'redis7.contoso.example', kind: 'redis', port: 6390 }],
  users: { 'alice@contoso.example': fe1 },
  partners: [
    {
      kind: 'allowed-server',
      id: 'fabrikam',
      domains: ['fabrikam.example'],
      fqdn: 'edge.fabrikam.example',
      port: 5099,
      serverAuthOnly: true,
      numbers: ['+4930'],
      anchors: [{ ...root, name: 'of fabrikam', maxDepth: 5 }],
    },
  ],
  providers: [{ id: 'host', fqdn: 'edge.hosted.example', domains: ['hosted.example'] }],
  links: [{ row: links.frontEndToFrontEnd.row, a: [fe1], closed: true }],
  policies: { media: { federationSrtp: 'optional' } },
  telephony: { routes: [{ prefix: '+49', gateway: 'gw7.contoso.example', cost: 12 }] },
};

describe('the description of a first version', () => {
  it('is tried with every field of the format', () => {
    const { properties } = topologyJsonSchema() as { readonly properties: object };
    const missing = Object.keys(properties).filter((field) => !(field in full));
    // The first version has none before it.
    expect(missing).toEqual(['previous']);
    expect(checkShape(full)).toMatchObject({ ok: true });
  });

  it('names every value of it', () => {
    const text = describeFirst(full).join('\n');
    const unnamed = valuesOf(full).filter(({ path, value }) => !isLeftOut(path) && !text.includes(value));
    expect(unnamed).toEqual([]);
  });

  it('names a field that the format has not yet', () => {
    const later = { ...full, watchers: { 'carol@contoso.example': ['reads', 'writes'] } };
    const text = describeFirst(later as TopologyDocument).join('\n');
    expect(text).toContain('+ watchers: carol@contoso.example (reads, writes)');
  });

  it('leaves no text to look like another field', () => {
    const text = describeFirst({ ...full, title: 'quiet, policies (none)' }).join('\n');
    expect(text).toContain('+ title: "quiet, policies (none)"');
  });
});

/** The heading and the words for the kinds of entries say these in another way. */
function isLeftOut(path: string): boolean {
  return ['format', 'version'].includes(path);
}

function valuesOf(value: unknown, path = ''): readonly { readonly path: string; readonly value: string }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value: String(value) }];
  return Object.entries(value).flatMap(([field, one]) =>
    valuesOf(one, path === '' ? field : `${path}.${field}`),
  );
}
