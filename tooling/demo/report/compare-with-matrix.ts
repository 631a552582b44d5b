import type { Row } from '@entente/topology';
import type { RowEntry } from './demo-report.ts';

/** What a run of all chapters lacks, or has otherwise than the allow matrix: a sentence for each; none where everything is right. */
export function compareWithMatrix(rows: readonly RowEntry[], expected: readonly Row[]): readonly string[] {
  return expected.flatMap(({ name, protection, row }) => {
    const entry = rows.find((candidate) => candidate.row === row);
    if (entry === undefined) return [`link ${name}: expected a connection, found none`];
    const others = entry.protections.filter((one) => one !== protection);
    return [
      ...others.map((one) => `link ${name}: expected ${protection}, found ${one}`),
      ...(Object.keys(entry.carried).length === 0 ? [`link ${name}: nothing went over it`] : []),
    ];
  });
}
