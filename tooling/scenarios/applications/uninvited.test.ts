import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { createRequest, type HeaderFields, type SipResponse } from '@entente/sip';
import { createTokenSource, SipEndpoint } from '@entente/sip-endpoint';
import { createTestAuthority } from '@entente/testkit';
import { type Credential, connect } from '@entente/tls';
import { links } from '@entente/topology';
import { afterEach, describe, expect, it } from 'vitest';
import { type ApplicationNetwork, startApplicationNetwork } from './testing/application-network.ts';

const frontEnd = 'fe1.contoso.example';
const application = 'chat1.contoso.example';
const echoAddress = 'sip:echo@chat1.contoso.example';
const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

async function start(options: Parameters<typeof startApplicationNetwork>[0] = {}) {
  const network = await startApplicationNetwork(options);
  opened.push(network);
  return network;
}

type Impostor = (network: ApplicationNetwork, as: string) => Promise<Credential>;

const ofStrangers: Impostor = async (network, as) =>
  network.identityOf(as, await createTestAuthority('Stranger'));
const withOtherName: Impostor = (network) => network.identityOf('stranger.contoso.example');
const revoked: Impostor = async (network) => network.revokedFrontEnd;
const gateway: Impostor = (network) => network.identityOf('gw1.contoso.example');

/** Servers that we dial, with the reason for which they are refused. */
const dialled: readonly (readonly [what: string, reason: string, who: Impostor])[] = [
  ['with a certificate of an unknown CA', 'unknown-issuer', ofStrangers],
  ['with another name', 'name-mismatch', withOtherName],
  ['with a certificate that is revoked', 'revoked', revoked],
  ['with the role of a gateway', 'name-mismatch', gateway],
];

/** Connects without verifying anything, until it is refused. */
async function knock(port: number, { current }: Credential): Promise<void> {
  const { certificatePem: cert, keyPem: key } = current;
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, cert, key });
  socket.on('error', () => {});
  await once(socket, 'close');
}

/** Answers every client at a port. */
async function answerAt(port: number, { current }: Credential): Promise<void> {
  const { certificatePem: cert, keyPem: key } = current;
  const impostor = tls.createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (socket) =>
    socket.on('error', () => {}),
  );
  impostor.listen(port, '127.0.0.1');
  await once(impostor, 'listening');
  opened.push({
    async [Symbol.asyncDispose]() {
      impostor.close();
    },
  });
}

/** A server of the topology that says what the test wants. */
async function serverOf(network: ApplicationNetwork, fqdn: string, port: number, as: string) {
  const identity = await network.identityOf(fqdn);
  const newToken = createTokenSource();
  const endpoint = new SipEndpoint({
    sentBy: { host: fqdn },
    newToken,
    user: { onRequest() {}, onAck() {} },
    async dial(hop) {
      const expect = { mode: 'host', name: hop.name } as const;
      const { trust } = network;
      const socket = await connect({
        host: hop.address,
        port: hop.port,
        trust,
        identity,
        expect,
        allow: [hop.name],
      });
      return { socket, link: hop.link };
    },
  });
  opened.push(endpoint);
  const link = links.frontEndToApplication;
  return {
    async message(from: string, to: string, headers: HeaderFields = {}): Promise<SipResponse> {
      const connection = await endpoint.reach({ name: as, address: '127.0.0.1', port, link });
      const request = createRequest({
        method: 'MESSAGE',
        uri: to,
        from: `<${from}>;tag=${newToken()}`,
        to: `<${to}>`,
        callId: newToken(),
        cseq: 1,
        headers,
        contentType: 'text/plain',
        body: 'x',
      });
      return endpoint.ask(request, connection);
    },
  };
}

const diagnosed = (reason: string, source: string) => `1000;reason="${reason}";source="${source}"`;

describe('an application refuses to dial a server', () => {
  it.each(dialled)('%s (%s)', async (_, reason, who) => {
    const network = await start();
    const running = await network.application({});
    await answerAt(network.frontEndPorts[1] as number, await who(network, 'fe2.contoso.example'));
    await expect(running.message(echoAddress, 'sip:bob@contoso.example', 'x')).rejects.toMatchObject({
      code: 'ENTENTE_APPLICATION_NO_FRONT_END',
    });
    await network.lines.waitFor((line) => line.by === application && line.reason === reason);
  });
});

describe('a front end refuses to be dialled as by an application', () => {
  it('by an application that is outbound-only (direction-not-allowed)', async () => {
    const network = await start({ flags: { outboundOnly: true } });
    await network.frontEnd(0);
    await knock(network.frontEndPorts[0] as number, await network.identityOf(application));
    await network.lines.waitFor((line) => line.by === frontEnd && line.reason === 'direction-not-allowed');
  });
});

describe('a front end refuses to dial an application', () => {
  it('with a certificate of an unknown CA, and says to the sender that the application is not reached', async () => {
    const network = await start();
    await answerAt(network.applicationPorts[0] as number, await ofStrangers(network, application));
    await network.frontEnd(0);
    const alice = await network.user('alice');
    expect((await alice.agent.message(echoAddress, 'x')).status).toBe(504);
    await network.lines.waitFor((line) => line.by === frontEnd && line.reason === 'unknown-issuer');
  });
});

describe('a topology that closes the link', () => {
  it('has the application dial no front end, and say why', async () => {
    const { row } = links.frontEndToApplication;
    const network = await start({ links: [{ row, closed: true }] });
    let dialled = 0;
    const listener = net.createServer((socket) => {
      dialled++;
      socket.destroy();
    });
    listener.listen(network.frontEndPorts[0], '127.0.0.1');
    await once(listener, 'listening');
    opened.push({ [Symbol.asyncDispose]: async () => void listener.close() });
    const running = await network.application({});
    await expect(running.message(echoAddress, 'sip:bob@contoso.example', 'x')).rejects.toMatchObject({
      code: 'ENTENTE_APPLICATION_NO_FRONT_END',
      message: expect.stringContaining(`closed row ${row}`),
    });
    expect(dialled).toBe(0);
  });
});

describe('requests on the link', () => {
  it('of an application are refused where only front ends may send', async () => {
    const network = await start({ links: [{ row: links.frontEndToApplication.row, maySend: 'a' }] });
    await network.frontEnd(0);
    const peer = await serverOf(network, application, network.frontEndPorts[0] as number, frontEnd);
    const response = await peer.message(echoAddress, 'sip:bob@contoso.example');
    expect(response.status).toBe(403);
    expect(response.get('Entente-Diagnostics')).toBe(diagnosed('relay-not-allowed', frontEnd));
    // The front end has opened a connection by then, over which the application could send.
    const running = await network.application({});
    await expect(running.message(echoAddress, 'sip:bob@contoso.example', 'x')).rejects.toMatchObject({
      code: 'ENTENTE_APPLICATION_NO_FRONT_END',
    });
  });

  it('of a front end are refused where only applications may send', async () => {
    const network = await start({ links: [{ row: links.frontEndToApplication.row, maySend: 'b' }] });
    await network.application({ onMessage: () => ({ status: 200 }) });
    const peer = await serverOf(network, frontEnd, network.applicationPorts[0] as number, application);
    const response = await peer.message('sip:bob@contoso.example', echoAddress);
    expect(response.status).toBe(403);
    expect(response.get('Entente-Diagnostics')).toBe(diagnosed('relay-not-allowed', application));
  });

  it('are refused by an application for an address that is not its own', async () => {
    const network = await start({
      applications: 2,
      users: { 'help@contoso.example': 'chat2.contoso.example' },
    });
    await network.application({ onMessage: () => ({ status: 200 }) });
    const peer = await serverOf(network, frontEnd, network.applicationPorts[0] as number, application);
    for (const to of [
      'sip:bob@contoso.example',
      'sip:help@contoso.example',
      'sip:echo@chat2.contoso.example',
    ]) {
      const response = await peer.message('sip:bob@contoso.example', to);
      expect([to, response.status]).toEqual([to, 404]);
      expect(response.get('Entente-Diagnostics')).toBe(diagnosed('unknown-user', application));
    }
    expect((await peer.message('sip:bob@contoso.example', echoAddress)).status).toBe(200);
  });
});

describe('an application that asserts what it is not', () => {
  const alice = 'sip:alice@contoso.example';
  const fields = { 'P-Asserted-Identity': `<${alice}>` };
  it.each([
    ['a user in From', alice, {}],
    ['a user in P-Asserted-Identity', echoAddress, fields],
    ['a user in P-Preferred-Identity', echoAddress, { 'P-Preferred-Identity': `<${alice}>` }],
    ['a user behind an anonymous From', 'sip:anonymous@anonymous.invalid', fields],
    ['an address of another application', 'sip:help@contoso.example', {}],
    ['a domain of a partner', 'sip:carl@fabrikam.example', {}],
    ['a caller from the telephone network', 'tel:+15550100', {}],
  ] as const)('is refused by the front end: %s (not-own-address)', async (_, from, headers) => {
    const network = await start({
      applications: 2,
      users: { 'help@contoso.example': 'chat2.contoso.example' },
    });
    await network.frontEnd(0);
    const bob = await network.user('bob');
    const peer = await serverOf(network, application, network.frontEndPorts[0] as number, frontEnd);
    const response = await peer.message(from, bob.address, headers);
    expect(response.status).toBe(403);
    expect(response.get('Entente-Diagnostics')).toBe(diagnosed('not-own-address', frontEnd));
    await network.lines.waitFor((line) => line.by === frontEnd && line.reason === 'not-own-address');
    expect(bob.received).toEqual([]);
  });

  it('arrives without what it says of users in other fields', async () => {
    const network = await start();
    await network.frontEnd(0);
    const bob = await network.user('bob');
    const peer = await serverOf(network, application, network.frontEndPorts[0] as number, frontEnd);
    const headers = {
      'Remote-Party-ID': `<${alice}>`,
      Diversion: `<${alice}>`,
      'History-Info': `<${alice}>;index=1`,
      'P-Associated-URI': `<${alice}>`,
    };
    expect((await peer.message(echoAddress, bob.address, headers)).status).toBe(200);
    expect(bob.received[0]?.request.wire).not.toContain('alice');
  });
});
