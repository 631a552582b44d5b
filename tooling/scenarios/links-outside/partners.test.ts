import { createRequest } from '@entente/sip';
import type { TestCertificate } from '@entente/testkit';
import { type LinkNarrowing, links } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialAt, finalAnswer, finalStatus, startImpostor } from '../harness/impostor.ts';
import { logged } from '../harness/logged.ts';
import {
  domain,
  edgeName,
  frontEndName,
  type Perimeter,
  partnerDomain,
  startPerimeter,
} from './testing/perimeter.ts';

/** Waits until the edge has logged a refusal on the link to partners with this reason, and what to do about it. */
const refusal = ({ lines }: Perimeter, reason: string, from = 0) =>
  logged(() => lines.slice(from), { by: edgeName, event: 'refused', link: links.federation.name, reason });

/** The partner dials our edge. */
async function dialled(network: Perimeter, certificate: TestCertificate, reason: string): Promise<void> {
  const from = network.lines.length;
  const socket = dialAt(network.ports.federation, certificate);
  await refusal(network, reason, from);
  socket.destroy();
}

let requests = 0;
const messageTo = (to: string, from: string, host: string) =>
  createRequest({
    method: 'MESSAGE',
    uri: `sip:${to}`,
    from: `<sip:${from}>;tag=t`,
    to: `<sip:${to}>`,
    callId: `request-${++requests}`,
    cseq: 1,
    via: `SIP/2.0/TLS ${host};branch=z9hG4bK${requests}`,
    contentType: 'text/plain',
    body: 'hello',
  }).wire;

/** A front end sends our edge a message for the partner. @returns the status that it gets */
async function sendOut(network: Perimeter): Promise<number> {
  const socket = dialAt(network.ports.inside, await network.issue([frontEndName]));
  return finalStatus(socket, messageTo(`bob@${partnerDomain}`, `alice@${domain}`, frontEndName));
}

type Certify = (of: Perimeter) => Promise<TestCertificate>;
const otherName: Certify = ({ authorities, issue }) => issue([`other.${partnerDomain}`], authorities.theirs);

/** Whom an edge takes for no partner, whichever of them dials. */
const strangers: readonly (readonly [what: string, reason: string, certify: Certify])[] = [
  [
    'a CA that nobody knows',
    'unknown-issuer',
    ({ authorities, issue }) => issue([partnerDomain], authorities.foreign),
  ],
  ['a certificate that was revoked', 'revoked', async ({ revoked }) => revoked.theirs],
  ['a front end of ours', 'unknown-issuer', ({ issue }) => issue([frontEndName])],
];

describe('an edge that a partner dials', () => {
  let network: Perimeter;
  beforeAll(async () => {
    network = await startPerimeter();
  });
  afterAll(() => network?.[Symbol.asyncDispose]());

  it.each([
    ...strangers,
    ['a certificate without the name of a partner', 'partner-not-allowed', otherName] as const,
    [
      'a partner with the name of a server of ours',
      'anchor-limit-violated',
      ({ authorities, issue }: Perimeter) => issue([edgeName], authorities.theirs),
    ] as const,
  ])('refuses %s: %s', async (_, reason, certificate) => {
    await dialled(network, await certificate(network), reason);
  });
});

describe('an edge that dials a partner', () => {
  it.each([...strangers, ['another name of the partner', 'name-mismatch', otherName] as const])(
    'refuses %s: %s',
    async (_, reason, certificate) => {
      await using network = await startPerimeter();
      await using impostor = await startImpostor(network.ports.partner, await certificate(network));
      expect(await sendOut(network)).toBeGreaterThanOrEqual(500);
      await refusal(network, reason);
      expect(impostor.heard).toEqual([]);
    },
  );
});

describe('a topology that makes the link to partners narrower', () => {
  const { row } = links.federation;
  const narrowed = (narrowing: Omit<LinkNarrowing, 'row'>) => startPerimeter([{ row, ...narrowing }]);
  const ofPartner = ({ authorities, issue }: Perimeter) => issue([partnerDomain], authorities.theirs);

  it.each<[string, string, Omit<LinkNarrowing, 'row'>]>([
    ['the edge alone opens it', 'direction-not-allowed', { mayOpen: 'a' }],
    ['it is closed for this edge', 'role-not-allowed-on-link', { closed: true, a: [edgeName] }],
  ])('has the edge refuse a partner that dials where %s: %s', async (_, reason, narrowing) => {
    await using network = await narrowed(narrowing);
    await dialled(network, await ofPartner(network), reason);
  });

  it.each<[string, string, Omit<LinkNarrowing, 'row'>]>([
    ['the partner alone opens it', 'direction-not-allowed', { mayOpen: 'b' }],
    ['the partner alone sends requests', 'link-not-allowed', { maySend: 'b' }],
    ['it is closed', 'link-not-allowed', { closed: true }],
  ])(
    'has the edge send a partner nothing over a link of its own where %s: %s',
    async (_, reason, narrowing) => {
      await using network = await narrowed(narrowing);
      await using there = await startImpostor(network.ports.partner, await ofPartner(network));
      expect(await sendOut(network)).toBe(reason === 'link-not-allowed' ? 403 : 504);
      await refusal(network, reason);
      expect(there.dialledBy(network.authorities.ours, domain)).toBe(0);
    },
  );

  it('has the edge refuse requests of a partner where the edge alone sends them', async () => {
    await using network = await narrowed({ maySend: 'a' });
    const socket = dialAt(network.ports.federation, await ofPartner(network));
    const wire = messageTo(`alice@${domain}`, `bob@${partnerDomain}`, partnerDomain);
    const answer = await finalAnswer(socket, wire);
    expect(answer).toMatch(/^SIP\/2\.0 403 /m);
    // Why is for insiders.
    expect(answer).not.toContain('Entente-Diagnostics');
    await refusal(network, 'relay-not-allowed');
  });
});
