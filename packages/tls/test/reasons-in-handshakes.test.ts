import { type Reason, reasonCatalogue } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { cases, good } from './handshakes/cases.ts';
import { clientJudges, type Meeting, serverJudges, type Version } from './handshakes/meet.ts';

const versions: readonly Version[] = ['TLSv1.2', 'TLSv1.3'];
const judging = { server: serverJudges, client: clientJudges } as const;
const sides = ['server', 'client'] as const;

const rows = (Object.keys(cases) as Reason[]).flatMap((reason) =>
  sides.flatMap((side) => {
    const meeting = cases[reason][side];
    return typeof meeting === 'string' ? [] : versions.map((version) => ({ reason, side, version, meeting }));
  }),
);

describe('a handshake over real sockets', () => {
  it.each(sides.flatMap((side) => versions.map((version) => ({ side, version }))))(
    'admits a peer with which all is well, judged by the $side ($version)',
    async ({ side, version }) => {
      expect(await judging[side](good, version)).toEqual({ outcome: 'admitted', protocol: version });
    },
  );

  it.each(rows)(
    'judged by the $side ends in $reason ($version)',
    async ({ reason, side, version, meeting }) => {
      expect((await judging[side](meeting as Meeting, version)).outcome).toBe(reason);
    },
  );

  it('has a case or a stated reason for every reason of the catalogue, on either side', () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(reasonCatalogue).sort());
    for (const [reason, one] of Object.entries(cases)) {
      for (const side of sides) {
        if (typeof one[side] === 'string') expect(one[side].length, reason).toBeGreaterThan(20);
      }
    }
  });
});
