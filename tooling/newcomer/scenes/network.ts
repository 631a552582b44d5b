import { once } from 'node:events';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { createTestAuthority } from '@entente/testkit';
import { libraries } from './network-libraries.ts';
import { programs } from './network-programs.ts';
import { NetworkReader } from './network-reader.ts';
import type { Scene } from './scene.ts';

/** Every README that needs a network, or starts a part of one. */
export const networkScene: Scene = {
  name: 'a network',
  homes: [
    ...['authority-server', 'pool-server', 'edge-server', 'chat-room-server', 'demo-client', 'cli'].map(
      (app) => `apps/${app}`,
    ),
    ...[
      'application',
      'authority',
      'chat-room',
      'director',
      'edge',
      'federation',
      'front-end',
      'mediation',
      'member',
    ].map((name) => `packages/${name}`),
    ...['sip-endpoint', 'web-services'].map((name) => `packages/${name}`),
  ],
  async play(reader) {
    const folder = reader.folderOf('apps/cli');
    const example = await startExample();
    const network = new NetworkReader(reader, folder, example.port);
    try {
      await programs(network, reader, folder);
      await libraries(network, reader, folder);
      if (network.faults.length > 0) throw new Error(network.faults.join('\n'));
    } finally {
      await network.stopAll();
      await example[Symbol.asyncDispose]();
    }
  },
};

/** A server that a public name leads to, with a certificate that no system trusts. */
async function startExample() {
  const authority = await createTestAuthority('Contoso Root');
  const { chainPem, keyPem } = await authority.issue({ dnsNames: ['example.com'] });
  const server = https.createServer({ cert: chainPem, key: keyPem });
  server.on('tlsClientError', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
