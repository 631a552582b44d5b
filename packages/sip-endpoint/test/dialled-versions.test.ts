import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { dialServer, type NextHop } from '@entente/sip-endpoint';
import { createTestAuthority } from '@entente/testkit';
import { loadCredential, openTrust } from '@entente/tls';
import { afterEach, describe, expect, it } from 'vitest';

const [local, dialled] = ['med1.contoso.example', 'gw1.contoso.example'] as const;
const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

/** Dials a program that has no later version than TLS 1.2. */
async function dialOld(hop: Pick<NextHop, 'isForeign'>) {
  const root = await createTestAuthority('Contoso Test Root');
  const trust = await openTrust({ anchors: { pem: root.certificatePem }, crls: { pem: await root.crl([]) } });
  opened.push(trust);
  const theirs = await root.issue({ dnsNames: [dialled] });
  const server = tls.createServer(
    { cert: theirs.chainPem, key: theirs.keyPem, maxVersion: 'TLSv1.2' },
    (socket) => void socket.on('error', () => {}).resume(),
  );
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  opened.push({ [Symbol.asyncDispose]: async () => void server.close() });
  const { port } = server.address() as AddressInfo;
  const ours = await root.issue({ dnsNames: [local] });
  const identity = await loadCredential({ certificate: ours.chainPem, key: ours.keyPem });
  const link = { row: 0, name: 'a test' };
  return dialServer(
    { name: dialled, address: '127.0.0.1', port, link, ...hop },
    { trust, identity, allow: [dialled], local },
  );
}

describe('a program without TLS 1.3', () => {
  it('is spoken to where it is a gateway', async () => {
    const { socket } = await dialOld({ isForeign: true });
    expect((socket as tls.TLSSocket).getProtocol()).toBe('TLSv1.2');
    socket.destroy();
  });

  it('is no server of ours', async () => {
    await expect(dialOld({})).rejects.toMatchObject({ code: 'ENTENTE_HANDSHAKE_FAILED' });
  });
});
