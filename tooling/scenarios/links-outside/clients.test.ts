import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@entente/host';
import { createRequest } from '@entente/sip';
import { createTestLog, type TestCertificate } from '@entente/testkit';
import { links } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDemoClient, demoClientConfig } from '../../../apps/demo-client/src/index.ts';
import { dialAt, finalStatus, startImpostor } from '../harness/impostor.ts';
import { logged } from '../harness/logged.ts';
import { Opened } from '../harness/opened.ts';
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

/** The client of alice. */
async function clientAt({ authorities }: Perimeter, port: number, role: 'edge' | 'front-end') {
  const opened = new Opened();
  return opened.orEnd(async () => {
    const anchors = join(await opened.folder(), 'root.pem');
    await writeFile(anchors, authorities.ours.certificatePem);
    const config = demoClientConfig.parse({
      user: `alice@${domain}`,
      password,
      server: { address: '127.0.0.1', port, role },
      anchors,
      addresses: { [authorityName]: '127.0.0.1' },
    });
    const lines: { readonly event?: string }[] = [];
    const logger = createTestLog(({ fields }) => void lines.push(fields)) as Logger;
    const client = opened.use(await createDemoClient(config, { anchors, logger }));
    return {
      lines,
      run: (command: string) => client.run(command),
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  });
}

/** Waits until a server has logged a refusal, and what to do about it. */
const refusal = ({ lines }: Perimeter, wanted: object, from = 0) =>
  logged(() => lines.slice(from), { event: 'refused', ...wanted });

describe('a client that dials', () => {
  let network: Perimeter;
  beforeAll(async () => {
    network = await startPerimeter();
  });
  afterAll(() => network?.[Symbol.asyncDispose]());

  /** The client of a user who registers where an impostor answers. @returns what it has logged, and what the impostor has heard */
  async function registerAt(role: 'edge' | 'front-end', certificate: TestCertificate) {
    await using impostor = await startImpostor(network.ports.partner, certificate);
    await using client = await clientAt(network, network.ports.partner, role);
    await client.run(JSON.stringify({ id: 1, do: 'register' }));
    return { refused: client.lines.filter(({ event }) => event === 'refused'), heard: impostor.heard };
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
    const refused = lines.slice(from).filter(({ by, event }) => event === 'refused' && by === edgeName);
    expect(refused).toEqual([]);
  });

  it('is nobody at a front end where it shows a certificate of a CA that nobody knows, which names no server', async () => {
    const { authorities, issue, lines, ports } = network;
    const from = lines.length;
    expect(await register(ports.sip, await issue([`alice.${domain}`], authorities.foreign))).toBe(401);
    const unknown = lines.slice(from).filter(({ reason }) => reason === 'unknown-issuer');
    expect(unknown).toMatchObject([{ event: 'certificate-ignored', by: frontEndName }]);
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
      await refusal(network, { by: frontEndName, reason }, from);
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
    await refusal(network, { by: server, reason: 'relay-not-allowed', link: expect.any(String) });
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
      await using client = await clientAt(network, network.ports[port], role);
      await client.run(JSON.stringify({ id: 1, do: 'register' }));
      expect(client.lines).toContainEqual({ event: 'registration', state: 'registered' });
      const sender = await network.peer(other);
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
      await refusal(network, { by: server, reason: 'link-not-allowed', link: name });
    },
  );
});
