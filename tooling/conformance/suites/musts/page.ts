import { writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mustSections } from './all.ts';
import { type Must, type MustSection, nameOf } from './must.ts';

/** Where the page is. */
export const pagePath = fileURLToPath(new URL('../../../../docs/reference/musts.md', import.meta.url));

const rfcs: Readonly<Record<number, string>> = {
  3261: 'registrations and proxies',
  3327: 'Path',
  5626: 'outbound',
  5627: 'GRUU',
};

/** Plain text of a table: what would be read as HTML or as the end of a cell is escaped. */
const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*');

function standingOf({ reason = '', standing, test }: Must): string {
  const shown = test === undefined ? '' : testOf(test);
  if (standing === 'shown') return shown;
  const what = standing === 'deviates' ? '**done otherwise:** ' : '**not here:** ';
  return `${what}${cell(reason)}${shown === '' ? '' : ` (${shown})`}`;
}

function testOf({ file, title }: { readonly file: string; readonly title: string }): string {
  return `${cell(title)} · \`${file.replace(/^packages\//, '')}\``;
}

function sectionOf({ about, musts, rfc, section }: MustSection): string {
  return [
    `### RFC ${rfc} §${section}: ${about}`,
    '',
    '| MUST | binds | rule | test, or why there is none |',
    '| --- | --- | --- | --- |',
    ...musts.map(
      (must, index) => `| ${index + 1} | ${must.binds} | ${cell(must.rule)} | ${standingOf(must)} |`,
    ),
  ].join('\n');
}

function partOf(rfc: number): string {
  const sections = mustSections.filter((one) => one.rfc === rfc).map(sectionOf);
  return [`## RFC ${rfc}, ${rfcs[rfc] ?? ''}`, ...sections].join('\n\n');
}

/** Rules that are not followed, those with the same reason together. */
function deviations(): string[] {
  const byReason = new Map<string, string[]>();
  for (const section of mustSections) {
    for (const [index, { reason = '', rule, standing }] of section.musts.entries()) {
      if (standing !== 'deviates') continue;
      const rules = byReason.get(reason) ?? [];
      rules.push(`${nameOf(section, index)} (${cell(rule)})`);
      byReason.set(reason, rules);
    }
  }
  return [...byReason].map(([reason, rules]) => `- ${rules.join('; ')}: ${reason}`);
}

/** The page about the MUSTs, from the ledger. */
export function mustsPage(): string {
  const musts = mustSections.flatMap((section) => section.musts);
  const count = (kind: string) => musts.filter(({ standing }) => standing === kind).length;
  const head = [
    '# The MUSTs of SIP',
    '',
    'Each MUST, MUST NOT, SHALL and REQUIRED of RFC 3261 §10 and §16 and of RFC 3327, 5626 and 5627, in the order of the texts. Sections that',
    'are not here have none. The rules are in our words; the RFCs are what counts.',
    '',
    `Of ${musts.length} rules ${count('shown')} are shown by a test whose title, or that of its group, names the section. ${count('deviates')} are not followed on purpose, and`,
    `${count('does not apply')} are about what this project does not have; the reason stands beside them. Paths of tests begin in \`packages/\`.`,
    '',
    '## What is done otherwise',
    '',
    ...deviations(),
    '',
    '## How this page is checked',
    '',
    '`pnpm conformance musts` checks that each test exists and names its section, and, with the texts of the RFCs beside the vectors',
    '(`rfc/rfc3261.txt`), that no rule is missing.',
    '',
    'This page is generated. To generate it again, run',
    '`node --conditions=@entente/source --import tsx tooling/conformance/suites/musts/page.ts`.',
    '',
  ];
  const parts = [...new Set(mustSections.map(({ rfc }) => rfc))].map(partOf);
  return `${head.join('\n')}\n${parts.join('\n\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeFile(pagePath, mustsPage());
