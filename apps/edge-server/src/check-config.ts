import { dirname } from 'node:path';
import { edgeInterfaces } from '@entente/edge';
import { checkPlugins, loadConfig, pathBeside, refuseManagementOutside } from '@entente/host';
import { checkMembership, checkToken, keptTopology } from '@entente/member';
import { loadCredential } from '@entente/tls';
import { edgeServerConfig } from './config.ts';
import { acceptedPorts } from './create-edge-server.ts';
import { createResolver } from './resolver.ts';

/**
 * Checks a configuration, its join token, its DNS servers, its plugins, and the certificate and key that it names; and, once it has joined, that
 * the topology that it has kept lists it as an edge, and that it is managed where no outsiders are served.
 * @param configFile - YAML
 * @throws OperatorFault, MemberFault and TlsFault as the start would
 */
export async function checkConfig(configFile: string): Promise<void> {
  const config = loadConfig(configFile, edgeServerConfig);
  const { directory, dns, external, fqdn, join, management, plugins } = config;
  if (join !== undefined) checkToken(join.token, fqdn);
  createResolver(dns, configFile);
  await checkPlugins({ plugins, from: [dirname(configFile)], accepts: acceptedPorts });
  if (external !== undefined) {
    await using _credential = await loadCredential({
      certificate: pathBeside(configFile, external.certificate),
      key: pathBeside(configFile, external.key),
    });
  }
  const place = pathBeside(configFile, directory);
  await checkMembership(place, join?.token, fqdn);
  const kept = await keptTopology(place);
  if (kept === undefined) return;
  const { external: outside } = edgeInterfaces(kept, fqdn);
  refuseManagementOutside(management, outside.address, configFile);
}
