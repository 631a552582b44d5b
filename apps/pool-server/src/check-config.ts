import { dirname } from 'node:path';
import { checkPlugins, loadConfig, pathBeside } from '@entente/host';
import { requestPolicyPort } from '@entente/sip-relay/request-policy';
import { poolServerConfig } from './config.ts';
import { loadCredentials } from './credentials.ts';

/**
 * Checks a configuration, its users and its plugins.
 * @param configFile - YAML
 * @throws OperatorFault as the start would
 */
export async function checkConfig(configFile: string): Promise<void> {
  const { plugins, users } = loadConfig(configFile, poolServerConfig);
  loadCredentials(pathBeside(configFile, users));
  await checkPlugins({ plugins, from: [dirname(configFile)], accepts: [requestPolicyPort] });
}
