import { dirname } from 'node:path';
import { applicationInterface } from '@entente/application';
import { checkPlugins, loadConfig, pathBeside } from '@entente/host';
import { checkMembership, checkToken, keptTopology } from '@entente/member';
import { chatRoomServerConfig } from './config.ts';
import { acceptedPorts } from './create-chat-room-server.ts';

/**
 * Checks a configuration, its join token and its plugins; and, once it has joined, its role by the topology that it has kept.
 * @param configFile - YAML
 * @throws OperatorFault and MemberFault as the start would
 */
export async function checkConfig(configFile: string): Promise<void> {
  const { directory, fqdn, join, plugins } = loadConfig(configFile, chatRoomServerConfig);
  if (join !== undefined) checkToken(join.token, fqdn);
  await checkPlugins({ plugins, from: [dirname(configFile)], accepts: acceptedPorts });
  const place = pathBeside(configFile, directory);
  await checkMembership(place, join?.token, fqdn);
  const kept = await keptTopology(place);
  if (kept !== undefined) applicationInterface(kept, fqdn);
}
