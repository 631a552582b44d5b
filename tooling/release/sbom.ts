import { createHash } from 'node:crypto';
import type { Room } from '../check/source/source-file.ts';
import type { LockedRelease } from './locked.ts';
import { addressFields } from './public-address.ts';

/** What a list of components is made of. */
export interface SbomParts {
  /** Packages that are published. */
  readonly rooms: readonly Room[];
  readonly locked: LockedRelease;
  /** By `name@version`. */
  readonly licences: ReadonlyMap<string, string>;
  /** Of the repository. */
  readonly address: string;
  /** Of the release. */
  readonly version: string;
  /** ISO 8601. */
  readonly timestamp: string;
}

/** A component of CycloneDX 1.6. */
interface Component {
  readonly type: 'application' | 'library';
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly scope?: 'required' | 'optional';
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly object[];
  readonly purl: string;
  readonly externalReferences?: readonly { readonly type: string; readonly url: string }[];
}

/** A list of components in the form of CycloneDX 1.6. */
export interface Sbom {
  readonly $schema: string;
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: object;
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * Lists everything that a release is made of: our packages, and what is installed with them, with digests and licences. The same release
 * makes the same list, but for its time.
 */
export function createSbom({ address, licences, locked, rooms, timestamp, version }: SbomParts): Sbom {
  const refs = new Map<string, string>();
  for (const { home, manifest } of rooms)
    refs.set(`link:${home}`, purl(manifest.name, manifest.version ?? version));
  // One package that was resolved with different peers is one component.
  for (const { key, name, version: at } of locked.packages) refs.set(key, purl(name, at));
  const refOf = (key: string): string => {
    const ref = refs.get(key);
    if (ref === undefined) throw new Error(`expected a package that is published or locked, found ${key}`);
    return ref;
  };
  const components = new Map<string, Component>();
  const dependencies = new Map<string, Set<string>>();
  const depend = (ref: string, keys: readonly string[]): void => {
    const known = dependencies.get(ref) ?? new Set();
    dependencies.set(ref, known);
    for (const key of keys) known.add(refOf(key));
  };
  for (const { home, manifest } of rooms) {
    const ref = refOf(`link:${home}`);
    const { homepage, repository } = addressFields(address, home);
    components.set(ref, {
      type: home.startsWith('apps/') ? 'application' : 'library',
      'bom-ref': ref,
      ...named(manifest.name),
      version: manifest.version ?? version,
      ...(manifest.description !== undefined && { description: manifest.description }),
      scope: 'required',
      ...licensed(manifest.license),
      purl: ref,
      externalReferences: [
        { type: 'website', url: homepage },
        { type: 'vcs', url: repository.url },
      ],
    });
    depend(ref, locked.direct.get(home) ?? []);
  }
  for (const { dependsOn, integrity, key, name, optional, version: at } of locked.packages) {
    const ref = refOf(key);
    components.set(ref, {
      type: 'library',
      'bom-ref': ref,
      ...named(name),
      version: at,
      scope: optional ? 'optional' : 'required',
      hashes: [digestOf(integrity)],
      ...licensed(licences.get(`${name}@${at}`)),
      purl: ref,
    });
    depend(ref, dependsOn);
  }
  const ours = purl('entente', version);
  dependencies.set(ours, new Set(rooms.map(({ home }) => refOf(`link:${home}`))));
  const sorted = [...components.values()].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(sorted))}`,
    version: 1,
    metadata: {
      timestamp,
      component: {
        type: 'application',
        'bom-ref': ours,
        name: 'entente',
        version,
        ...licensed('Apache-2.0'),
      },
    },
    components: sorted,
    dependencies: [...dependencies]
      .map(([ref, on]) => ({ ref, dependsOn: [...on].sort() }))
      .sort((a, b) => (a.ref < b.ref ? -1 : 1)),
  };
}

/** A package URL of npm: the scope is its namespace. */
function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function named(name: string): { readonly group?: string; readonly name: string } {
  const [, group, own] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  return group === undefined || own === undefined ? { name } : { group, name: own };
}

function licensed(licence: string | undefined): { readonly licenses?: readonly object[] } {
  if (licence === undefined) return {};
  return {
    licenses: / (OR|AND|WITH) /.test(licence) ? [{ expression: licence }] : [{ license: { id: licence } }],
  };
}

function digestOf(integrity: string): { readonly alg: string; readonly content: string } {
  const [, bits = '', digest = ''] = /^sha(\d+)-(.+)$/.exec(integrity) ?? [];
  return { alg: `SHA-${bits}`, content: Buffer.from(digest, 'base64').toString('hex') };
}

/** A UUID of a name (RFC 9562 §5.8, version 8). */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
