import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { complaintsAbout } from './complaints.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'docs/guides');

/** A package that has what the programs of a page import; others have theirs from the package with all of them. */
const rooms: Readonly<Record<string, string>> = { 'change-a-password': 'packages/sip-endpoint' };
/** Pages whose blocks are the parts of one program. */
const inParts: ReadonlySet<string> = new Set(['sip-in-ten-minutes']);

function programsOf(page: string): readonly (readonly [string, string])[] {
  const name = basename(page, '.md');
  const text = readFileSync(join(folder, page), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
  const programs = inParts.has(name) ? [blocks.join('\n')] : blocks;
  const room = rooms[name] ?? 'packages/testkit';
  return programs.map((code, index) => [
    join(root, room, `guide-${name}-${index}-ts.mts`),
    `${code}\nexport {};\n`,
  ]);
}

describe('the programs of the guides', () => {
  it('are taken by a strict compiler', { timeout: 120_000 }, () => {
    const files = new Map(
      readdirSync(folder).flatMap((page) => (page.endsWith('.md') ? programsOf(page) : [])),
    );
    expect(files.size).toBeGreaterThan(5);
    expect(complaintsAbout(files)).toEqual([]);
  });

  it('would not be taken with a mistake', { timeout: 120_000 }, () => {
    const code =
      "import { peerOf } from '@entente/tls';\nconst name: string = peerOf({} as never)?.peer.dnsNames[0];\n";
    const file = join(root, 'packages/testkit/guide-mistake-0-ts.mts');
    expect(complaintsAbout(new Map([[file, code]]))).toHaveLength(2);
  });
});
