import { dirname } from 'node:path';
import { edgeInterfaces } from '@entente/edge';
import { checkPlugins, loadConfig, pathBeside, refuseManagementOutside } from '@entente/host';
import { checkMembership, checkToken, keptTopology } from '@entente/member';
import { loadCredential } from '@entente/tls';
import { type EdgeServerConfig, edgeServerConfig } from './config.ts';
import { acceptedPorts } from './create-edge-server.ts';
import { refuseUnnamedCertificate } from './outside-certificate.ts';
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
  refuseUnnamedCertificate(outside, external !== undefined, configFile);
  refuseManagementOutside(management, outside.address, configFile);
}

/**
 * Refuses to listen for management where outsiders are served, as the topology says that an edge has kept from its last run. What a later one
 * says is judged once the edge has it.
 * @param config - of the edge
 * @param configFile - the place for the fault
 * @throws OperatorFault `ENTENTE_MANAGEMENT_OUTSIDE`
 */
export async function refuseManagementOfKept(config: EdgeServerConfig, configFile: string): Promise<void> {
  const { directory, fqdn, management } = config;
  if (management === undefined) return;
  const kept = await keptTopology(pathBeside(configFile, directory));
  refuseManagementOutside(management, kept?.servers.get(fqdn)?.interfaces.external?.address, configFile);
}
