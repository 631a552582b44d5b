import { readFile } from 'node:fs/promises';
import { serveApplication } from '@entente/application';
import { serveChatRooms } from '@entente/chat-room';
import { createLogger } from '@entente/host';
import { openTrust } from '@entente/tls';
import { buildTopology } from '@entente/topology';
import { credentialOf, memberHere } from '../../harness/member-here.ts';

/**
 * A chat server that runs until it is killed, as a member of a network that the parent has made. `--config` names a JSON file with the topology, the
 * server's certificate and the rooms. It ends with its standard input.
 */
const { bounds, crlPem, chainPem, document, file, fqdn, keyPem, rootPem, rooms } = JSON.parse(
  await readFile(process.argv[3] as string, 'utf8'),
);
process.stdin.resume().on('end', () => process.exit());
const topology = buildTopology(document);
const trust = await openTrust({ anchors: { pem: rootPem }, crls: { pem: crlPem } });
const identity = await credentialOf({ chainPem, keyPem });
const member = memberHere({ fqdn, identity, trust, topology });
const logger = createLogger({ app: 'chat-room-server', source: fqdn });
await serveChatRooms({
  rooms,
  file,
  bounds,
  logger,
  start: (handlers) => serveApplication({ ...handlers, member, logger }),
});
logger.info({ event: 'started' }, 'started');
