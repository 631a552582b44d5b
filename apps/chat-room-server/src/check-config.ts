import { loadConfig } from '@entente/host';
import { checkToken } from '@entente/member';
import { chatRoomServerConfig } from './config.ts';

/**
 * Checks a configuration and its join token.
 * @param configFile - YAML
 * @throws OperatorFault and MemberFault as the start would
 */
export async function checkConfig(configFile: string): Promise<void> {
  const { fqdn, join } = loadConfig(configFile, chatRoomServerConfig);
  if (join !== undefined) checkToken(join.token, fqdn);
}
