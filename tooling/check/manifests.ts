import { isDeepStrictEqual } from 'node:util';
import type { Problem } from './problem.ts';
import { isPublished, type Manifest, readRooms } from './source/source-file.ts';

/** What is published beside `dist`, with the reason. */
const published: ReadonlyMap<string, readonly string[]> = new Map([
  ['packages/topology', ['schema']], // the JSON schema is an entry point
]);

const condition = '@entente/source';
const fewestKeywords = 3;

/**
 * What npm shows and takes of each public package: it can be found (description, keywords, licence), it is published for everybody, and it
 * is `dist` alone: no sources, and no export condition that would lead to them.
 *
 * @param root - absolute path of the repository
 */
export function checkManifests(root: string): Problem[] {
  return readRooms(root)
    .filter(({ manifest }) => manifest.private !== true)
    .flatMap(({ home, manifest }) =>
      [...judgeManifest(home, manifest)].map((message) => ({ file: `${home}/package.json`, message })),
    );
}

function* judgeManifest(home: string, manifest: Manifest): Generator<string> {
  const { description = '', exports = {}, files = [], keywords = [], license, publishConfig } = manifest;
  if (description === '') yield 'has no "description", which npm shows in lists';
  if (keywords.length < fewestKeywords) yield `has fewer than ${fewestKeywords} "keywords"`;
  if (license !== 'Apache-2.0') yield 'does not say "license": "Apache-2.0"';
  if (publishConfig?.access !== 'public')
    yield 'would be published for members alone: set publishConfig.access to "public"';
  const wanted = ['dist', ...(published.get(home) ?? [])];
  if (!isDeepStrictEqual(files, wanted))
    yield `publishes ${JSON.stringify(files)}; "files" is ${JSON.stringify(wanted)}, and a reason for more stands in tooling/check/manifests.ts`;
  const withoutSources = publishedExports(exports);
  if (!isDeepStrictEqual(publishConfig?.exports, withoutSources))
    yield `publishConfig.exports is not "exports" without ${condition}; set it to ${JSON.stringify(withoutSources)}`;
}

/** The entry points as they are published, without the condition that leads to the sources, and without those that lead nowhere else. */
function publishedExports(exports: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(exports)
    .filter(([, target]) => isPublished(target))
    .map(([entry, target]) => {
      if (typeof target !== 'object' || target === null) return [entry, target];
      return [entry, Object.fromEntries(Object.entries(target).filter(([name]) => name !== condition))];
    });
  return Object.fromEntries(entries);
}
