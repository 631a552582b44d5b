import { once } from 'node:events';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { type NextHop, SipEndpoint } from '@entente/sip-endpoint';
import { createTestAuthority } from '@entente/testkit';
import { connect, openTrust } from '@entente/tls';
import { describe, expect, it } from 'vitest';

const domain = 'fabrikam.example';
const link = { row: 0, name: 'a test' };
/** A record of data that no key opens. */
const broken = Buffer.from([23, 3, 3, 0, 40, ...new Uint8Array(40)]);

/** An endpoint, and the server of a partner that sends something on each connection once something has come. */
async function start(garbage: (socket: tls.TLSSocket, below: Socket) => void) {
  const root = await createTestAuthority('Contoso Test Root');
  const own = await root.issue({ dnsNames: [domain], uris: [`sip:${domain}`] });
  const trust = await openTrust({
    anchors: { pem: root.certificatePem },
    crls: { pem: await root.crl([]) },
  });
  const server = tls.createServer({ cert: own.chainPem, key: own.keyPem });
  let below: Socket | undefined;
  let handshakes = 0;
  server.on('connection', (socket: Socket) => {
    below = socket;
  });
  server.on('secureConnection', (socket) => {
    handshakes++;
    socket.on('error', () => {});
    socket.once('data', () => garbage(socket, below as Socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  let now = 1_000_000;
  let closed = 0;
  const endpoint = new SipEndpoint({
    sentBy: { host: 'edge.contoso.example' },
    user: { onRequest() {}, onAck() {}, onClosed: () => void closed++ },
    newToken: () => 'token',
    clock: () => now,
    dial: async (hop) => {
      const expected = { mode: 'sip-domain', domain } as const;
      const socket = await connect({ host: hop.address, port, trust, expect: expected, allow: [domain] });
      return { socket, link };
    },
  });
  const hop: NextHop = { name: domain, host: `edge.${domain}`, address: '127.0.0.1', port, link };
  return {
    handshakes: () => handshakes,
    closed: () => closed,
    reach: () => endpoint.reach(hop),
    pass: (ms: number) => {
      now += ms;
    },
    async [Symbol.asyncDispose]() {
      await endpoint[Symbol.asyncDispose]();
      server.close();
      await trust[Symbol.asyncDispose]();
    },
  };
}

describe('a server that was dialled', () => {
  const leavesAlone = async (garbage: (socket: tls.TLSSocket, below: Socket) => void) => {
    await using partner = await start(garbage);
    for (const time of [1, 2]) {
      (await partner.reach()).ping();
      await expect.poll(() => partner.closed()).toBe(time);
      for (let count = 0; count < 10; count++)
        await expect(partner.reach()).rejects.toMatchObject({ code: 'ENTENTE_SIP_HOP_DOWN' });
      expect(partner.handshakes()).toBe(time);
      partner.pass(500);
    }
  };

  it('and sends octets that are not SIP is left alone for a moment, however often it is asked for', () =>
    leavesAlone((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')));

  it('and sends records that are not TLS is left alone for a moment, however often it is asked for', () =>
    leavesAlone((_, below) => below.write(broken)));

  it('and closes its connection, as it may for one request, is dialled for the next one', async () => {
    await using partner = await start((socket) => void socket.end('\r\n'));
    for (const time of [1, 2]) {
      (await partner.reach()).ping();
      await expect.poll(() => partner.closed()).toBe(time);
      expect(partner.handshakes()).toBe(time);
    }
  });
});
