import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '@entente/testkit';
import type { Reader } from '../readmes/reader.ts';
import { domain, type NetworkReader } from './network-reader.ts';

/**
 * The READMEs of libraries: each program is a server of the network, in the place of the one that ran before.
 *
 * @param network - whose authority runs
 * @param reader - of the READMEs
 * @param folder - of the network
 */
export async function libraries(network: NetworkReader, reader: Reader, folder: string): Promise<void> {
  await network.stop('fe1');
  const servers = [
    ['fe1', 'member', 'member.topology.document.version', /CN=fe1\.contoso\.example function/],
    ['fe1', 'front-end', 'serveFrontEnd', /"port":5061/],
    ['dir1', 'director', 'serveDirector', /"port":5061/],
    ['med1', 'mediation', 'serveMediation', /"event":"listening"/],
    ['edge1', 'edge', 'serveEdge', /listening/],
    ['web1', 'web-services', 'serveWebServices', /"port":10451/],
    ['chat1', 'chat-room', 'serveChatRooms', /serving/],
  ] as const;
  for (const [host, name, contains, prints] of servers)
    await network.attempt(() => network.server(host, `packages/${name}`, contains, prints));
  await network.attempt(async () => {
    const federation = 'packages/federation';
    await cp(join(folder, 'topology.signed.json'), join(reader.folderOf(federation), 'topology.signed.json'));
    await reader.run(reader.find(federation, 'partnerRoute'), { prints: /fabrikam\.example/ });
  });
  await network.stop('ca');
  await network.attempt(async () => {
    const authority = 'packages/authority';
    const urls = `--https-url https://ca.${domain}:8443 --objects-url http://ca.${domain}:8080`;
    await network.shell(`entente ca init --domain ${domain} --fqdn ca.${domain} --topology topology.yaml --administrator alice \\
      --directory ${join(reader.folderOf(authority), 'ca')} ${urls}`);
    const [port = 0] = await freePorts(1);
    const block = reader.find(authority, 'createAuthority');
    const play = { places: { 8443: `${port}` }, prints: new RegExp(`^${port}$`, 'm') };
    await using _authority = await reader.start(block, play);
  });
}
