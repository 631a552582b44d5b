import { dirname } from 'node:path';
import { checkPlugins, loadConfig, pathBeside } from '@entente/host';
import { checkMembership, checkToken } from '@entente/member';
import { chatRoomServerConfig } from './config.ts';
import { acceptedPorts } from './create-chat-room-server.ts';

/**
 * Checks a configuration, its join token and its plugins.
 * @param configFile - YAML
 * @throws OperatorFault and MemberFault as the start would
 */
export async function checkConfig(configFile: string): Promise<void> {
  const { directory, fqdn, join, plugins } = loadConfig(configFile, chatRoomServerConfig);
  if (join !== undefined) checkToken(join.token, fqdn);
  await checkPlugins({ plugins, from: [dirname(configFile)], accepts: acceptedPorts });
  await checkMembership(pathBeside(configFile, directory), join?.token, fqdn);
}
