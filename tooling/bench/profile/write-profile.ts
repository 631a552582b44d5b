import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchResult } from '../suite.ts';
import { machineKey } from '../watch/figures.ts';
import { flameGraph } from './flame-graph.ts';
import type { FlameFrame } from './flame-tree.ts';

/** What `pnpm bench profile` found. */
export interface FoundProfile {
  /** The whole, and its parts. */
  readonly results: readonly BenchResult[];
  /** The same of calls. */
  readonly calls: readonly BenchResult[];
  /** Of the front end, for a MESSAGE. */
  readonly tree: FlameFrame;
  /** Microseconds of the front end for one transaction. */
  readonly micros: number;
}

const name = 'where-the-time-goes';

/**
 * Writes a page with the table, and the flame graph that it shows.
 * @param folder - where to; it is created
 * @returns the files
 */
export async function writeProfile(folder: string, found: FoundProfile): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const graph = join(folder, `${name}.svg`);
  const page = join(folder, `${name}.md`);
  const what = `Front end, a MESSAGE and its 200: ${found.micros.toFixed(1)} µs`;
  await writeFile(graph, flameGraph(found.tree, found.micros, what));
  await writeFile(page, pageOf(found.results, found.calls));
  return [page, graph];
}

/** The page as Markdown. */
export function pageOf(
  results: readonly BenchResult[],
  calls: readonly BenchResult[],
  machine: string = machineKey(),
): string {
  return `# Where the time goes

What a front end spends its processor time on while it relays MESSAGE and its 200, each caller and each called on a TLS connection of their
own, in a closed loop; beside it a bare relay of \`node:tls\`. Microseconds for one transaction, both directions. Sampling itself costs
time, so the sums are greater than what \`pnpm bench proxy\` measures, and what is below half a per cent is summed up or left out.

This page and its graph are written by a command; do not edit them:

\`\`\`sh
pnpm bench profile --seconds 10 --write docs/reference
\`\`\`

Measured on ${machine}. [Decision 24](../decisions/0024-where-the-time-of-a-front-end-goes.md) says what was done about it.

![Flame graph of a front end: each function stands on the one that called it](./${name}.svg)

A function is as wide as its share of the time and stands on its caller. Orange is \`sip\`, yellow \`sip-endpoint\`, red the rest of ours,
blue Node, violet the system and OpenSSL. Opened by itself, the graph shows name and time under the pointer.

${partsTable(results)}

## Calls

INVITE, 180, 200, ACK, BYE and its 200, in the same way: six messages come and go.

${partsTable(calls)}
`;
}

function partsTable(results: readonly BenchResult[]): string {
  const figure = (value: number): string => value.toFixed(1);
  const rows = results.map(({ against, value, what }) => [
    what,
    figure(value),
    against === null ? '–' : figure(against.value),
  ]);
  return table(['part', 'front end, µs', 'bare relay, µs'], rows);
}

/** As the formatter of the repository writes it: columns as wide as their widest cell. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
