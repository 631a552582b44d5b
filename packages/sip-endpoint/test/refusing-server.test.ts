import tls from 'node:tls';
import { dialServer, type NextHop, SipEndpoint } from '@entente/sip-endpoint';
import { createTestAuthority } from '@entente/testkit';
import { loadCredential, openTrust, serve } from '@entente/tls';
import { expect, it } from 'vitest';

const [local, refusing] = ['fe1.contoso.example', 'fe2.contoso.example'] as const;

it('a server that closes connections after its verdict is left alone for a while, however often it is asked for, until trust or topology change', async () => {
  const root = await createTestAuthority('Contoso Test Root');
  await using trust = await openTrust({
    anchors: { pem: root.certificatePem },
    crls: { pem: await root.crl([]) },
  });
  const credentialOf = async (name: string) => {
    const own = await root.issue({ dnsNames: [name] });
    return loadCredential({ certificate: own.chainPem, key: own.keyPem });
  };
  let refusals = 0;
  const server = await serve(
    tls,
    {
      trust,
      identity: await credentialOf(refusing),
      host: '127.0.0.1',
      clientCertificate: 'required',
      allow: ['fe3.contoso.example'],
      onRefusal: () => void refusals++,
    },
    () => {},
  );
  const identity = await credentialOf(local);
  await using endpoint = new SipEndpoint({
    sentBy: { host: local },
    user: { onRequest() {}, onAck() {} },
    newToken: () => 'token',
    clock: () => 1_000_000,
    dial: (hop) => dialServer(hop, { trust, identity, allow: [refusing], local, onRefusal() {} }),
  });
  const hop: NextHop = {
    name: refusing,
    address: '127.0.0.1',
    port: server.port,
    link: { row: 0, name: 'a test' },
  };
  const ask = async () => {
    endpoint.retry(hop);
    const connection = await endpoint.reach(hop);
    connection.ping();
  };
  // The verdict of the server may come before or after its client has the connection.
  const askUntilDown = () =>
    expect
      .poll(() => ask().catch((error: unknown) => error))
      .toMatchObject({
        code: 'ENTENTE_SIP_HOP_DOWN',
        cause: { rejection: { reason: 'peer-refused' } },
      });
  await askUntilDown();
  const before = refusals;
  for (let i = 0; i < 10; i++) await expect(ask()).rejects.toMatchObject({ code: 'ENTENTE_SIP_HOP_DOWN' });
  expect(refusals).toBe(before);
  endpoint.retry();
  await askUntilDown();
  expect(refusals).toBeGreaterThan(before);
  await server.close();
});
