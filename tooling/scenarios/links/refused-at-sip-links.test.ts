import { links } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerTo, type Impostor, startImpostor } from '../harness/impostor.ts';
import { attacks } from './attacks.ts';
import { type LinksNetwork, startLinksNetwork } from './links-network.ts';
import { running, sidesOf, sipLinkEnds, sipRows, unasked } from './sip-link-ends.ts';

let network: LinksNetwork;
beforeAll(async () => {
  network = await startLinksNetwork();
});
afterAll(() => network?.[Symbol.asyncDispose]());

const shortName = (fqdn: string) => fqdn.split('.')[0];
/** Every test of the table that there is. */
const cells = new Set<string>();
const cell = (row: number, side: 'a' | 'b', end: string, what: string) => `${row}${side} ${end}: ${what}`;

for (const { reasons, stages, what } of attacks)
  for (const [index, { answers, dials, ends, topology }] of stages.entries()) {
    const here = sipLinkEnds.filter(ends);
    const dialling = here.filter(({ end }) => end === 'dialling');
    const title = topology === undefined ? what : `${what}, where the topology has changed (${index})`;

    describe(title, () => {
      /** In the places of servers that do not run. */
      const impostors = new Map<string, Impostor>();
      beforeAll(async () => {
        const places = dialling.length > 0 ? network.places : [];
        const opening = places.map(async ({ address, fqdn, port }) => {
          impostors.set(fqdn, await startImpostor(port, await answers(network, fqdn), answerTo, address));
        });
        await Promise.all(opening);
        if (topology === undefined) return;
        // Those are cut off that were let in.
        for (const { peer, server } of dialling) await impostors.get(peer)?.believed(server);
        await network.publish(topology(network.document));
      });
      afterAll(async () => {
        await Promise.all([...impostors.values()].map((impostor) => impostor[Symbol.asyncDispose]()));
        if (topology !== undefined) await network.publish({});
      });

      for (const end of here) {
        const { peer, row, server, service, side } = end;
        const reason = reasons[end.end];
        cells.add(cell(row.row, side, end.end, what));
        it(`refuses at the ${end.end} end of ${row.name}, ${shortName(server)}: ${what} (${reason})`, async () => {
          if (end.end === 'dialled') {
            const refusal = await network.dial(server, service, await dials(network, end));
            expect(refusal).toMatchObject({ reason, remedy: expect.stringMatching(/\w/) });
            return;
          }
          const { address, port } = network.place(peer, service);
          const place = `${address}:${port}`;
          const when = topology === undefined ? 'handshake' : 'live';
          const seen = () =>
            network
              .refusals(server)
              .filter(({ from, link, when: at }) => link === row.name && from === place && at === when);
          await expect.poll(() => seen().map((refusal) => refusal.reason)).toContain(reason);
          expect(seen().find((refusal) => refusal.reason === reason)?.remedy).toMatch(/\w/);
          expect(impostors.get(peer)?.isBelieved(server)).toBe(topology !== undefined);
        });
      }
    });
  }

describe('no certificate', () => {
  // Users connect to a front end, and have none.
  const here = sipLinkEnds.filter(({ end, server }) => end === 'dialled' && server !== running['front-end']);
  for (const { row, server, service } of here)
    it(`is refused at the dialled end of ${row.name}, ${shortName(server)} (no-certificate)`, async () => {
      const refusal = await network.dial(server, service);
      expect(refusal).toMatchObject({ reason: 'no-certificate', remedy: expect.stringMatching(/\w/) });
    });
});

describe('the table of refusals at SIP links', () => {
  it('has each row between servers at both ends, on each side where a server of ours stands, with every attack', () => {
    const expected = sipRows.flatMap((row) =>
      sidesOf(row).flatMap((side) =>
        (['dialled', 'dialling'] as const).flatMap((end) => {
          if (row[side].parties.includes('gateway')) return [];
          if (end === 'dialling' && unasked.some(([number, other]) => number === row.row && other === side))
            return [];
          return attacks.map(({ what }) => cell(row.row, side, end, what));
        }),
      ),
    );
    expect([...cells].sort()).toEqual(expected.sort());
    expect(attacks).toHaveLength(5);
  });

  it('leaves out no row by which servers speak SIP inside', () => {
    const { federation } = links;
    const ofSip = Object.values(links).filter(
      (row) => row.protection === 'MTLS' && row.row !== federation.row,
    );
    expect(sipRows).toEqual(ofSip);
    for (const { row } of sipRows)
      for (const end of ['dialled', 'dialling'])
        expect(
          [...cells].filter((one) => new RegExp(`^${row}[ab] ${end}:`).test(one)).length,
        ).toBeGreaterThan(4);
  });
});
