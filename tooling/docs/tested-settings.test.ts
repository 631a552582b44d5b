import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { administrators, contoso } from '@entente/testkit/topology';
import { checkDocument, type TopologyDocument, topologyJsonSchema } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A test of the effect of settings, by its file and its title or the text of its row. */
interface Tested {
  readonly file: string;
  readonly title: string;
  readonly settings: readonly string[];
}

const tested = parse(
  readFileSync(new URL('tested-settings.yaml', import.meta.url), 'utf8'),
) as readonly Tested[];

const [first] = administrators;
const flags = (flag: object) => ({
  servers: contoso.servers.map((server) =>
    server.fqdn === 'fe1.contoso.example' ? { ...server, flags: flag } : server,
  ),
});
const ownRoot = (limit: object) => ({
  anchors: { enterprise: [{ name: 'root', sha256: '11'.repeat(32), ...limit }] },
});
const throttle = (limit: object) => ({ policies: { federation: { throttle: limit } } });
const bundle = {
  partners: [
    {
      kind: 'allowed-domain',
      id: 'fabrikam',
      domains: ['fabrikam.example'],
      bundle: { url: 'https://access.fabrikam.example/trust-bundle', publicKey: first.entry.publicKey },
    },
  ],
} as const;

/** Settings that nothing enforces yet, each with a document that sets it to another value than its default, which is refused. */
const refused: Readonly<Record<string, Partial<TopologyDocument>>> = {
  'anchors.enterprise[].maxDepth': ownRoot({ maxDepth: 1 }),
  'anchors.enterprise[].notAfter': ownRoot({ notAfter: '2030-01-01T00:00:00Z' }),
  'servers[].flags.throttleAsServer': flags({ throttleAsServer: true }),
  'servers[].flags.requiresReplication': flags({ requiresReplication: true }),
  'partners[].bundle.url': bundle,
  'partners[].bundle.publicKey': bundle,
  'policies.federation.discovery': { policies: { federation: { discovery: true } } },
  'policies.federation.throttle.messagesPerSecond': throttle({ messagesPerSecond: 5 }),
  'policies.federation.throttle.distinctUris': throttle({ distinctUris: 5 }),
  'policies.federation.throttle.suspectMessagesPerSecond': throttle({ suspectMessagesPerSecond: 5 }),
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

describe('a setting of the topology', () => {
  const leaves = [...new Set(leavesOf(topologyJsonSchema() as Schema))];

  it('has a row here, each exactly one: a new setting comes with a test of its effect, or is refused', () => {
    const rows = [...tested.flatMap(({ settings }) => settings), ...Object.keys(refused)];
    expect(rows.sort()).toEqual([...leaves].sort());
  });

  it.each(tested)('has a test of its effect: $file, $title', ({ file, title }) => {
    const path = join(root, file);
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain(title);
  });

  it.each(Object.entries(refused))(
    '%s is refused where it differs from its default, because nothing enforces it yet',
    (name, changes) => {
      const found = checkDocument({ ...contoso, ...changes }).filter(
        ({ code }) => code === 'setting-not-enforced',
      );
      expect(found).toHaveLength(1);
      expect(found[0]?.severity).toBe('error');
      const path = found[0]?.path.filter((part) => typeof part === 'string').join('.') ?? '';
      expect(name.replaceAll('[]', '')).toContain(path);
    },
  );
});
