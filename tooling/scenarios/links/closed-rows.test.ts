import { createRequest, type SipRequest, type SipResponse } from '@entente/sip';
import { type DialogEnd, pathEntry, recordRouteEntry, unknownEnd } from '@entente/sip-proxy';
import { links, type Row } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { domain, partnerDomain } from '../links-outside/testing/perimeter.ts';
import {
  bobsNumber,
  type ClosedNetwork,
  partnerNumber,
  running,
  shut,
  startClosedNetwork,
  users,
} from './closed-network.ts';
import { type CalledPartner, startPartner } from './partner-call.ts';
import { sipRows } from './sip-link-ends.ts';

let network: ClosedNetwork;
let partner: CalledPartner;
beforeAll(async () => {
  network = await startClosedNetwork();
  partner = await startPartner(network);
});
afterAll(async () => {
  await partner?.[Symbol.asyncDispose]();
  await network?.[Symbol.asyncDispose]();
});

const { alice, bob } = users;
const edges = `edges.${domain}`;
const ofAlice = { from: `sip:${alice}`, headers: { 'P-Asserted-Identity': `<sip:${alice}>` } };
const options = () => ({ sealing: network.sealing, scheme: 'sip' as const });
const addressOf = (host: string) => ({ host, port: 5061 });

/** A front end sends a request for alice. */
const ofFrontEnd = (
  to: 'front-end' | 'director' | 'mediation',
  method: string,
  uri: string,
  Route?: string,
) =>
  network.asker('fe2').ask(network.hop(to), method, uri, {
    ...ofAlice,
    headers: { ...ofAlice.headers, ...(Route === undefined ? {} : { Route }) },
  });

/** A request that a front end sends along a dialog whose other end is a device of the edge's pool. */
function toDevice(): Promise<SipResponse> {
  const parts = { method: 'INVITE', uri: `sip:${alice}`, callId: 'of-a-device', cseq: 1 };
  const began = { ...parts, from: `<sip:${bob}>;tag=far`, to: `<sip:${alice}>` };
  const caller: DialogEnd = { user: bob, device: 'gone', via: '' };
  const ends = { caller, called: unknownEnd };
  const entry = recordRouteEntry(addressOf(edges), ends, createRequest(began), options());
  const invite: SipRequest = createRequest({ ...began, headers: { 'Record-Route': entry.toString() } });
  const hop = { ...network.hop('edge'), port: network.ports.inside };
  return network.asker('fe2').ask(hop, 'BYE', `sip:${bob}`, { inDialog: invite });
}

/** A partner ends a call whose route leads back over a server. */
const backOver = async (server: string) => (await partner.call(network.asker('fe2'), server)).end();

interface ClosedEnd {
  readonly row: Row;
  readonly dialling: keyof typeof running;
  readonly dialled: keyof typeof shut;
  /** Has the server that runs send something to the other one. */
  readonly send: () => Promise<SipResponse | number>;
}

const end = (
  row: Row,
  dialling: ClosedEnd['dialling'],
  dialled: ClosedEnd['dialled'],
  send: ClosedEnd['send'],
): ClosedEnd => ({ row, dialling, dialled, send });

const closedEnds: readonly ClosedEnd[] = [
  end(links.edgeToDirector, 'edge', 'director', () => backOver(shut.director)),
  end(links.edgeToDirector, 'director', 'edge', () => {
    const path = pathEntry(addressOf(running.director), { user: alice, device: '' }, options());
    return ofFrontEnd('director', 'MESSAGE', `sip:${alice}`, `${path}, <sip:${shut.edge};lr>`);
  }),
  end(links.edgeToFrontEnd, 'edge', 'front-end', () => backOver(shut['front-end'])),
  end(links.edgeToFrontEnd, 'front-end', 'edge', () =>
    ofFrontEnd('front-end', 'MESSAGE', `sip:bob@${partnerDomain}`),
  ),
  end(links.edgeToMediation, 'edge', 'mediation', () => backOver(shut.mediation)),
  end(links.edgeToMediation, 'mediation', 'edge', () =>
    ofFrontEnd('mediation', 'INVITE', `tel:${partnerNumber}`),
  ),
  end(links.directorToFrontEnd, 'director', 'front-end', () =>
    network.asker('edge2').ask(network.hop('director'), 'MESSAGE', `sip:${bob}`, {
      from: `sip:mallory@${partnerDomain}`,
    }),
  ),
  end(links.directorToFrontEnd, 'front-end', 'director', () =>
    ofFrontEnd('front-end', 'MESSAGE', `sip:${alice}`, `<sip:${shut.director};lr>`),
  ),
  end(links.frontEndToMediation, 'front-end', 'mediation', () =>
    ofFrontEnd('front-end', 'INVITE', 'tel:+33123'),
  ),
  end(links.frontEndToMediation, 'mediation', 'front-end', () =>
    network
      .asker('gw2')
      .ask(
        network.hop('mediation', 'gateway'),
        'INVITE',
        `sip:${bobsNumber}@${running.mediation};user=phone`,
        {
          from: `sip:+33123@gw2.${domain};user=phone`,
        },
      ),
  ),
  end(links.frontEndToApplication, 'front-end', 'trusted-application', () =>
    ofFrontEnd('front-end', 'MESSAGE', `sip:lobby@${shut['trusted-application']}`),
  ),
  end(links.mediationToGateway, 'mediation', 'gateway', () =>
    ofFrontEnd('mediation', 'INVITE', 'tel:+33123'),
  ),
  end(links.frontEndToFrontEnd, 'front-end', 'front-end', () =>
    ofFrontEnd('front-end', 'MESSAGE', `sip:${bob}`),
  ),
  end(links.edgeToEdge, 'edge', 'edge', toDevice),
];

describe('a server whose topology closes a row', () => {
  it.each(closedEnds.map((one) => [one.row.name, one.dialling, one.dialled, one] as const))(
    'dials nobody on %s, as %s to %s, and says why: link-not-allowed',
    async (_name, dialling, dialled, { row, send }) => {
      const from = network.lines.length;
      const answer = await send();
      const status = typeof answer === 'number' ? answer : answer.status;
      // That of a device that is at no edge; it is the other edge that would know.
      expect(status).toBe(row === links.edgeToEdge ? 430 : 504);
      if (typeof answer !== 'number') {
        // Servers inside are told why; the gateway that calls a user is not.
        const isTold = row !== links.frontEndToMediation || dialling !== 'mediation';
        const why = `1000;reason="link-not-allowed";source="${running[dialling]}"`;
        expect(answer.get('Entente-Diagnostics')).toBe(isTold ? why : undefined);
      }
      expect(network.lines.slice(from)).toContainEqual(
        expect.objectContaining({
          by: running[dialling],
          event: 'refused',
          reason: 'link-not-allowed',
          peer: shut[dialled],
          link: row.name,
          message: expect.stringContaining(`row ${row.row} `),
          remedy: expect.stringMatching(/\w/),
        }),
      );
      expect(network.dialled(shut[dialled])).toBe(0);
    },
  );

  it('is asked for each row between servers, at each side that dials', () => {
    const sides = closedEnds.map(({ dialling, row }) => `${row.row} ${dialling}`);
    const expected = sipRows.flatMap(({ a, b, row }) =>
      [...new Set([...a.parties, ...b.parties])]
        // An application is asked by its own test; no program of ours is a gateway.
        .filter((party) => party !== 'gateway' && party !== 'trusted-application')
        .map((party) => `${row} ${party}`),
    );
    expect(sides.sort()).toEqual(expected.sort());
  });
});
