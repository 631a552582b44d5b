import { freePorts, type TestCertificate } from '@entente/testkit';
import { type LinkNarrowing, links } from '@entente/topology';
import { afterEach, describe, expect, it } from 'vitest';
import { answerTo, startImpostor } from '../harness/impostor.ts';
import { Opened } from '../harness/opened.ts';
import { domain, edgeName, type Perimeter, startPerimeter } from '../links-outside/testing/perimeter.ts';
import { startPartner } from './partner-call.ts';

const mediation = `med1.${domain}`;
const frontEnd = `fe2.${domain}`;
const { edgeToMediation: row } = links;

const opened = new Opened();
afterEach(() => opened[Symbol.asyncDispose]());

/**
 * A call to a partner whose route leads back over a mediation server. The partner ends it, so that the edge has to dial that server.
 * @param certify - the certificate of who answers there
 * @param narrowing - of the row between them
 */
async function endedCall(
  certify: (network: Perimeter) => Promise<TestCertificate>,
  narrowing?: Omit<LinkNarrowing, 'row'>,
) {
  const [port = 0] = await freePorts(1);
  const at = { internal: { address: '127.0.0.1', ports: { sip: port } } };
  const narrowed = narrowing === undefined ? [] : [{ row: row.row, ...narrowing }];
  const network = opened.use(
    await startPerimeter(narrowed, {
      servers: [
        { fqdn: mediation, role: 'mediation', interfaces: at },
        { fqdn: frontEnd, role: 'front-end' },
      ],
    }),
  );
  const partner = opened.use(await startPartner(network));
  const caller = await network.peer(frontEnd);
  const there = opened.use(await startImpostor(port, await certify(network), answerTo));
  const call = await partner.call(caller, mediation);
  const status = await call.end();
  const lines = network.lines.filter(({ by, event }) => event === 'refused' && by === edgeName);
  // A call that takes long is kept alive, and the front end asks whether a mediation server is there.
  const heard = there.heard.filter((text) => text.trim() !== '' && !text.startsWith('OPTIONS '));
  return { dialled: there.dialledBy(network.authorities.ours, edgeName), heard, lines, status };
}

const ofMediation = ({ issue }: Perimeter) => issue([mediation]);

describe('an edge that dials a mediation server in a call', () => {
  it('reaches the one that the topology has', async () => {
    const { dialled, heard, lines, status } = await endedCall(ofMediation);
    expect({ dialled, lines, status }).toEqual({ dialled: 1, lines: [], status: 200 });
    expect(heard).toEqual([expect.stringMatching(/^BYE /)]);
  });

  it.each<[string, string, (of: Perimeter) => Promise<TestCertificate>]>([
    [
      'a certificate of an unknown CA',
      'unknown-issuer',
      ({ authorities, issue }) => issue([mediation], authorities.foreign),
    ],
    ['a wrong name', 'name-mismatch', ({ issue }) => issue([`gw1.${domain}`])],
    ['a revoked certificate', 'revoked', async ({ revoked }) => revoked.mediation],
  ])('refuses %s: %s', async (_, reason, certify) => {
    const { heard, lines, status } = await endedCall(certify);
    expect(status).toBe(504);
    expect(lines).toContainEqual(
      expect.objectContaining({ link: row.name, reason, remedy: expect.stringMatching(/\w/) }),
    );
    expect(heard).toEqual([]);
  });

  it.each<[string, string, Omit<LinkNarrowing, 'row'>]>([
    ['a wrong role: the row is closed', 'closed', { closed: true }],
    ['a wrong direction: the mediation server alone opens the link', 'open this link', { mayOpen: 'b' }],
    ['a wrong direction: the mediation server alone sends requests', 'allow requests', { maySend: 'b' }],
  ])('dials nobody in %s', async (_, why, narrowing) => {
    const { dialled, lines, status } = await endedCall(ofMediation, narrowing);
    expect(status).toBe(504);
    expect(lines).toContainEqual(
      expect.objectContaining({
        link: row.name,
        reason: 'link-not-allowed',
        message: expect.stringContaining(why),
        remedy: expect.stringMatching(/\w/),
      }),
    );
    expect(dialled).toBe(0);
  });
});
