import { dirname } from 'node:path';
import { checkPlugins, loadConfig } from '@entente/host';
import { checkToken } from '@entente/member';
import { chatRoomServerConfig } from './config.ts';
import { acceptedPorts } from './create-chat-room-server.ts';

/**
 * Checks a configuration, its join token and its plugins.
 * @param configFile - YAML
 * @throws OperatorFault and MemberFault as the start would
 */
export async function checkConfig(configFile: string): Promise<void> {
  const { fqdn, join, plugins } = loadConfig(configFile, chatRoomServerConfig);
  if (join !== undefined) checkToken(join.token, fqdn);
  await checkPlugins({ plugins, from: [dirname(configFile)], accepts: acceptedPorts });
}
