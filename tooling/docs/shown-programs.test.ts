import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { complaintsAbout } from './complaints.ts';
import { blocksOf, published, read, root } from './repository-text.ts';

/** A package that has what the programs of a page import, where that is not the package of the page; guides have it from the one with all of them. */
const rooms: Readonly<Record<string, string>> = {
  // Shown together with what only the program around them depends on.
  'packages/authority': 'apps/authority-server',
  'packages/pki': 'packages/testkit',
  'change-a-password': 'packages/sip-endpoint',
};
/** Guides whose blocks are the parts of one program. */
const inParts: ReadonlySet<string> = new Set(['sip-in-ten-minutes']);

function programsOfReadme(home: string): readonly (readonly [string, string])[] {
  return blocksOf(read(`${home}/README.md`))
    .filter(({ language }) => language === 'ts' || language === 'js')
    .map(({ code, language }, index) => [
      join(rooms[home] ?? home, `readme-${basename(home)}-${index}-${language}.mts`),
      code,
    ]);
}

function programsOfGuide(page: string): readonly (readonly [string, string])[] {
  const name = basename(page, '.md');
  const blocks = blocksOf(read(`docs/guides/${page}`)).flatMap(({ code, language }) =>
    language === 'ts' ? [code] : [],
  );
  return (inParts.has(name) ? [blocks.join('\n')] : blocks).map((code, index) => [
    join(rooms[name] ?? 'packages/testkit', `guide-${name}-${index}-ts.mts`),
    code,
  ]);
}

// All of them in one program: to look at the packages takes longer than to look at what pages show.
it('the programs of guides and READMEs are taken by a strict compiler, and one with a mistake is not', {
  timeout: 240_000,
}, () => {
  const guides = readdirSync(join(root, 'docs/guides')).filter((page) => page.endsWith('.md'));
  const shown = [
    ...guides.flatMap(programsOfGuide),
    ...published.flatMap(({ home }) => programsOfReadme(home)),
  ];
  expect(shown.filter(([path]) => path.includes('/guide-')).length).toBeGreaterThan(5);
  expect(shown.filter(([path]) => path.includes('/readme-')).length).toBeGreaterThan(20);
  const mistake = 'packages/testkit/mistake-ts.mts';
  const code =
    "import { peerOf } from '@entente/tls';\nconst name: string = peerOf({} as never)?.peer.dnsNames[0];\n";
  const files = [...shown, [mistake, code] as const].map(
    ([path, text]) => [join(root, path), `${text}\nexport {};\n`] as const,
  );
  const complaints = complaintsAbout(new Map(files));
  expect(complaints.filter((complaint) => !complaint.startsWith(mistake))).toEqual([]);
  expect(complaints).toHaveLength(2);
});
