import { readFile } from 'node:fs/promises';
import { serveApplication } from '@entente/application';
import { serveChatRooms } from '@entente/chat-room';
import { createLogger } from '@entente/host';
import type { Member } from '@entente/member';
import { loadCredential, openTrust } from '@entente/tls';
import { authorise, buildTopology } from '@entente/topology';
import type { Authorise } from '@entente/trust';

/**
 * A chat server that runs until it is killed, as a member of a network that the parent has made. Argument: a JSON file with the topology, the
 * server's certificate and the rooms. It ends with its standard input.
 */
const { bounds, crlPem, chainPem, document, file, fqdn, keyPem, rootPem, rooms } = JSON.parse(
  await readFile(process.argv[2] as string, 'utf8'),
);
process.stdin.resume().on('end', () => process.exit());
const topology = buildTopology(document);
const trust = await openTrust({ anchors: { pem: rootPem }, crls: { pem: crlPem } });
const member = {
  fqdn,
  identity: await loadCredential({ certificate: chainPem, key: keyPem }),
  trust,
  topology,
  revocationLists: [],
  confirmedAt: Date.now(),
  problems: () => [],
  authorise: (local: Parameters<Member['authorise']>[0]) => authorise(topology, local) as Authorise,
} as unknown as Member;
const logger = createLogger({ app: 'chat-room-server', source: fqdn });
await serveChatRooms({
  rooms,
  file,
  bounds,
  logger,
  start: (handlers) => serveApplication({ ...handlers, member, logger }),
});
logger.info({ event: 'started' }, 'started');
