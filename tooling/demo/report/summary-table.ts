import { escapeInvisible } from '@entente/trust';
import type { RowEntry } from './demo-report.ts';

const heads = ['link', 'protection', 'connections', 'what went over it', 'refused'] as const;

/** Reasons in a line of the table. */
const maxReasons = 2;

function shortened(reasons: readonly string[]): string {
  const more = reasons.length - maxReasons;
  return [...reasons.slice(0, maxReasons), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/** What went over each link, as a table for people. */
export function summaryTable(rows: readonly RowEntry[]): string {
  const lines = rows.map(({ carried, connections, name, protections, refused }) => [
    name,
    protections.join(', '),
    String(connections),
    Object.entries(carried)
      .map(([what, times]) => (times === 1 ? what : `${what} ×${times}`))
      .join(', '),
    shortened(refused),
  ]);
  const all = [heads, ...lines];
  const widths = heads.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  return all
    .map(
      (line) =>
        `  ${line
          .map((cell, column) => escapeInvisible(cell).padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}`,
    )
    .join('\n');
}
