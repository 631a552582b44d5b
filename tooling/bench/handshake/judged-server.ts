import * as tls from 'node:tls';
import { loadCredential, openTrust, serve } from '@entente/tls';
import { authorise, buildTopology, links, topologyFormat } from '@entente/topology';
import { obey } from '../process/obey.ts';
import { cpuMicros } from '../process/processor-time.ts';
import type { HandshakeServerOrder, ServerUsage } from './order.ts';

/**
 * The same server under the verdict: path, revocation of every certificate, identity, and the topology.
 */
let answered = 0;
let port = 0;

obey(async (order: HandshakeServerOrder | 'usage'): Promise<ServerUsage> => {
  if (order !== 'usage') port = await listen(order);
  return { port, cpuMicros: cpuMicros(), answered, residentBytes: process.memoryUsage.rss() };
});

async function listen(order: HandshakeServerOrder): Promise<number> {
  const trust = await openTrust({
    anchors: { pem: order.anchorPem },
    crls: { pem: order.crlsPem.join('') },
    revocation: { mode: 'hard-fail' },
  });
  const identity = await loadCredential({ certificate: order.certificatePem, key: order.keyPem });
  const server = await serve(
    tls,
    {
      trust,
      identity,
      allow: authorise(topologyOf(order.clients), { fqdn: serverName, interface: 'internal' }),
      link: { name: links.frontEndToFrontEnd.name, interface: 'internal', local: serverName },
      host: '127.0.0.1',
      limits: { maxPendingPerAddress: 5_000, maxConnectionsPerAddress: 100_000 },
      onRefusal: ({ rejection }) => process.stderr.write(`refused: ${rejection.message}\n`),
    },
    (socket) => {
      answered += 1;
      socket.write('.');
      socket.resume();
    },
  );
  return server.port;
}

const serverName = 'fe0.contoso.example';

function topologyOf(clients: readonly string[]) {
  const servers = [serverName, ...clients].map((fqdn) => ({ fqdn, role: 'front-end' as const }));
  return buildTopology({
    format: topologyFormat,
    network: 'contoso.example',
    version: 1,
    issued: '2026-01-31T12:00:00Z',
    administrators: { required: 1, keys: [] },
    domains: [{ name: 'contoso.example' }],
    servers,
  });
}
