import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { compareWithMatrix } from './compare-with-matrix.ts';
import type { RowEntry } from './demo-report.ts';

const row = links.frontEndToMediation;
const entry = (more: Partial<RowEntry> = {}): RowEntry => ({
  row: row.row,
  name: row.name,
  protections: ['MTLS'],
  connections: 1,
  carried: { INVITE: 1 },
  refused: [],
  ...more,
});

describe('a report that is compared with the allow matrix', () => {
  it('is right where each row has its protection and something went over it', () => {
    expect(compareWithMatrix([entry()], [row])).toEqual([]);
  });

  it.each([
    ['a row that nobody has used', [], 'expected a connection, found none'],
    [
      'a connection with another protection',
      [entry({ protections: ['MTLS', 'TLS'] })],
      'expected MTLS, found TLS',
    ],
    ['a connection over which nothing went', [entry({ carried: {} })], 'nothing went over it'],
  ])('names %s', (_, rows, sentence) => {
    expect(compareWithMatrix(rows, [row])).toEqual([`link ${row.name}: ${sentence}`]);
  });
});
