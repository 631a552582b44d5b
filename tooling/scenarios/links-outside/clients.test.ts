import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@entente/host';
import { createRequest } from '@entente/sip';
import { createTestLog, type TestCertificate } from '@entente/testkit';
import { links } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDemoClient, demoClientConfig } from '../../../apps/demo-client/src/index.ts';
import { ServerPeer } from '../../../packages/mediation/test/server-peer.ts';
import { dialAt, finalStatus, startImpostor } from './testing/impostor.ts';
import {
  authorityName,
  domain,
  edgeName,
  frontEndName,
  type Perimeter,
  partnerDomain,
  password,
  startPerimeter,
} from './testing/perimeter.ts';

type Certify = (network: Perimeter) => Promise<TestCertificate>;
const { clientToEdge, clientToFrontEnd } = links;
let requests = 0;
/** A client registers. @returns the status that it gets */
function register(port: number, certificate?: TestCertificate): Promise<number> {
  const { wire } = createRequest({
    method: 'REGISTER',
    uri: `sip:${domain}`,
    from: `<sip:alice@${domain}>;tag=t`,
    to: `<sip:alice@${domain}>`,
    callId: `register-${++requests}`,
    cseq: 1,
    via: `SIP/2.0/TLS client.invalid;branch=z9hG4bKregister${requests}`,
    contact: `<sip:alice@client.invalid>;+sip.instance="<urn:uuid:1>";reg-id=1`,
  });
  return finalStatus(dialAt(port, certificate), wire);
}

/** Waits until a server has logged a refusal, and what to do about it. */
async function refusal({ lines }: Perimeter, wanted: object, from = 0): Promise<void> {
  const line = { event: 'refused', remedy: expect.stringMatching(/./), ...wanted };
  await expect.poll(() => lines.slice(from)).toContainEqual(expect.objectContaining(line));
}

describe('a client that dials', () => {
  let network: Perimeter;
  let anchors: string;
  beforeAll(async () => {
    network = await startPerimeter();
    anchors = join(await mkdtemp(join(tmpdir(), 'entente-client-')), 'root.pem');
    await writeFile(anchors, network.authorities.ours.certificatePem);
  });
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
    await rm(join(anchors, '..'), { recursive: true, force: true });
  });

  /** The client of a user who registers where an impostor answers. @returns what it has logged, and what the impostor has heard */
  async function registerAt(role: 'edge' | 'front-end', certificate: TestCertificate) {
    const { partner: port } = network.ports;
    await using impostor = await startImpostor(port, certificate);
    const lines: { readonly event?: string }[] = [];
    await using client = await createDemoClient(
      demoClientConfig.parse({
        user: `alice@${domain}`,
        password,
        server: { address: '127.0.0.1', port, role },
        anchors,
        addresses: { 'ca.contoso.example': '127.0.0.1' },
      }),
      { anchors, logger: createTestLog(({ fields }) => void lines.push(fields)) as Logger },
    );
    await client.run(JSON.stringify({ id: 1, do: 'register' }));
    return { refused: lines.filter(({ event }) => event === 'refused'), heard: impostor.heard };
  }

  const impostors: readonly [string, string, Certify][] = [
    [
      'a CA that nobody knows',
      'unknown-issuer',
      ({ authorities, issue }) => issue([domain], authorities.foreign),
    ],
    ['another name of our domain', 'name-mismatch', ({ issue }) => issue([`rogue.${domain}`])],
    ['a certificate that was revoked', 'revoked', async ({ revoked }) => revoked.ours],
    ['a mediation server', 'name-mismatch', ({ issue }) => issue(['med1.contoso.example'])],
    [
      'an edge of a partner',
      'unknown-issuer',
      ({ authorities, issue }) => issue([partnerDomain], authorities.theirs),
    ],
  ];

  it.each(impostors)('an edge refuses %s in its place: %s', async (_, reason, certify) => {
    const { heard, refused } = await registerAt('edge', await certify(network));
    const link = clientToEdge.name;
    expect(refused).toMatchObject([{ reason, link, remedy: expect.stringMatching(/./) }]);
    expect(heard).toEqual([]);
  });

  it.each(impostors)('a front end refuses %s in its place: %s', async (_, reason, certify) => {
    const { heard, refused } = await registerAt('front-end', await certify(network));
    const link = clientToFrontEnd.name;
    expect(refused).toMatchObject([{ reason, link, remedy: expect.stringMatching(/./) }]);
    expect(heard).toEqual([]);
  });
});

describe('who dials as a client', () => {
  let network: Perimeter;
  beforeAll(async () => {
    network = await startPerimeter();
  });
  afterAll(() => network?.[Symbol.asyncDispose]());

  it('is asked for no certificate by an edge, and is nobody whatever it has', async () => {
    const { authorities, issue, lines, ports, revoked } = network;
    const from = lines.length;
    for (const certificate of [
      undefined,
      await issue([domain], authorities.foreign),
      await issue([frontEndName]),
      revoked.ours,
    ])
      expect(await register(ports.clients, certificate)).toBe(401);
    const refused = lines
      .slice(from)
      .filter(({ event, server }) => event === 'refused' && server === edgeName);
    expect(refused).toEqual([]);
  });

  it('is nobody at a front end where it shows a certificate of a CA that nobody knows, which names no server', async () => {
    const { authorities, issue, lines, ports } = network;
    const from = lines.length;
    expect(await register(ports.sip, await issue([`alice.${domain}`], authorities.foreign))).toBe(401);
    const unknown = lines.slice(from).filter(({ reason }) => reason === 'unknown-issuer');
    expect(unknown).toMatchObject([{ event: 'certificate-ignored', server: frontEndName }]);
  });

  it.each<[string, string, Certify]>([
    [
      'the name of a server by a CA that nobody knows',
      'unknown-issuer',
      ({ authorities, issue }) => issue([`phone.maker.example`, frontEndName], authorities.foreign),
    ],
    ['a name that is not in the topology', 'not-in-topology', ({ issue }) => issue([`alice.${domain}`])],
    ['a certificate that was revoked', 'revoked', async ({ revoked }) => revoked.ours],
    ['the role of an authority', 'role-not-allowed-on-link', ({ issue }) => issue([authorityName])],
  ])(
    'is judged as a server by a front end where it shows a certificate, and refused with %s: %s',
    async (...row) => {
      const [, reason, certify] = row;
      const from = network.lines.length;
      await expect(register(network.ports.sip, await certify(network))).rejects.toThrow('closed');
      await refusal(network, { server: frontEndName, reason }, from);
    },
  );
});

describe('a topology that closes the link', () => {
  it.each([
    ['external clients', clientToEdge, edgeName, 'clients'],
    ['internal clients', clientToFrontEnd, frontEndName, 'sip'],
  ] as const)('of %s has each of their requests refused', async (_, { row }, server, port) => {
    await using network = await startPerimeter([{ row, closed: true }]);
    expect(await register(network.ports[port])).toBe(403);
    await refusal(network, { server, reason: 'relay-not-allowed', link: expect.any(String) });
  });
});

describe('a topology by which clients alone send requests', () => {
  const other = `fe2.${domain}`;

  it.each([
    ['an edge', 'edge', 'clients', edgeName, clientToEdge],
    ['a front end', 'front-end', 'sip', frontEndName, clientToFrontEnd],
  ] as const)(
    'has %s send none to a client: link-not-allowed',
    async (_, role, port, server, { name, row }) => {
      await using network = await startPerimeter([{ row, maySend: 'a' }], {
        servers: [{ fqdn: other, role: 'front-end' }],
      });
      const anchors = join(await mkdtemp(join(tmpdir(), 'entente-client-')), 'root.pem');
      await writeFile(anchors, network.authorities.ours.certificatePem);
      const config = demoClientConfig.parse({
        user: `alice@${domain}`,
        password,
        server: { address: '127.0.0.1', port: network.ports[port], role },
        anchors,
        addresses: { [authorityName]: '127.0.0.1' },
      });
      const lines: { readonly event?: string }[] = [];
      const logger = createTestLog(({ fields }) => void lines.push(fields)) as Logger;
      await using client = await createDemoClient(config, { anchors, logger });
      await client.run(JSON.stringify({ id: 1, do: 'register' }));
      expect(lines).toContainEqual({ event: 'registration', state: 'registered' });
      await using sender = new ServerPeer({
        fqdn: other,
        identity: await network.credentialOf(await network.issue([other])),
        topology: () => network.allowing,
        trust: network.trust,
      });
      const hop = {
        name: frontEndName,
        address: '127.0.0.1',
        port: network.ports.sip,
        link: links.frontEndToFrontEnd,
      };
      const bob = `sip:bob@${domain}`;
      const asserted = { from: bob, headers: { 'P-Asserted-Identity': `<${bob}>` } };
      const answer = await sender.ask(hop, 'MESSAGE', `sip:alice@${domain}`, asserted);
      expect(answer.status).toBe(403);
      expect(answer.get('Entente-Diagnostics')).toBe(`1000;reason="link-not-allowed";source="${server}"`);
      await refusal(network, { server, reason: 'link-not-allowed', link: name });
      await rm(join(anchors, '..'), { recursive: true, force: true });
    },
  );
});
