import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { publicLimits } from '@entente/host';
import type { Member } from '@entente/member';
import { createTestAuthority, createTestLog, freePorts } from '@entente/testkit';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { loadCredential, openTrust } from '@entente/tls';
import { afterEach, expect, it } from 'vitest';
import { serveObjects } from '../src/publication/serve-objects.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** The HTTPS listener of an edge, with six places, whose authority does not answer. */
async function start() {
  const root = await createTestAuthority('Contoso Test Root');
  const [port = 0, objects = 0] = await freePorts(2);
  const external = { fqdn: 'access.contoso.example', address: '127.0.0.1', ports: { bundle: port, objects } };
  const topology = sampleTopology({
    servers: [sampleFrontEnd, { ...sampleEdge, interfaces: { external } }],
  });
  const trust = await openTrust({ anchors: { pem: root.certificatePem }, crls: { pem: await root.crl([]) } });
  ends.push(() => trust[Symbol.asyncDispose]());
  const { chainPem, keyPem } = await root.issue({ dnsNames: [external.fqdn] });
  const identity = await loadCredential({ certificate: chainPem, key: keyPem });
  const member = {
    fqdn: sampleEdge.fqdn,
    identity,
    topology,
    trust,
    roots: [],
    revocationLists: [],
    ask: async () => new Response(undefined, { status: 503 }),
  } as unknown as Member;
  const limits = { ...publicLimits, maxConnections: 6 };
  const served = await serveObjects({ member, identity, trust, logger: createTestLog(), limits });
  ends.push(() => served[Symbol.asyncDispose]());
  const closedBy = (socket: net.Socket) => {
    socket.on('error', () => {}).resume();
    ends.push(() => socket.destroy());
    return socket;
  };
  return {
    /** Connects, and asks for nothing. */
    async hold(localAddress: string, { secure }: { readonly secure: boolean }) {
      const options = { port, host: '127.0.0.1', localAddress };
      if (!secure) {
        const socket = closedBy(net.connect(options));
        await once(socket, 'connect');
        return socket;
      }
      const socket = tls.connect({ ...options, rejectUnauthorized: false } as tls.ConnectionOptions);
      await once(closedBy(socket), 'secureConnect');
      return socket;
    },
    /** Asks for the bundle; gives the first line of the answer, or nothing. */
    async ask(localAddress: string): Promise<string> {
      const options = { port, host: '127.0.0.1', localAddress, rejectUnauthorized: false };
      const socket = tls.connect(options as tls.ConnectionOptions).setEncoding('utf8');
      let received = '';
      socket.on('data', (text: string) => {
        received += text;
      });
      closedBy(socket).end(
        `GET /trust-bundle HTTP/1.1\r\nHost: ${external.fqdn}:${port}\r\nConnection: close\r\n\r\n`,
      );
      await once(socket, 'close');
      return received.split('\r\n', 1)[0] ?? '';
    },
  };
}

it.each([
  ['', { secure: true, many: 6 }],
  [' that never begin TLS', { secure: false, many: 16 }],
])('outsiders find the bundle while others hold idle connections%s', async (_how, { secure, many }) => {
  const { ask, hold } = await start();
  const held: net.Socket[] = [];
  for (let count = 0; count < many; count++) held.push(await hold(`127.0.0.${2 + (count % 2)}`, { secure }));
  for (const address of ['127.0.0.4', '127.0.0.5']) expect(await ask(address)).toBe('HTTP/1.1 404 Not Found');
  expect(held.filter(({ closed }) => !closed).length).toBeGreaterThanOrEqual(4);
});
