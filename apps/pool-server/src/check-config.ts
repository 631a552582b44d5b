import { isIP } from 'node:net';
import { dirname } from 'node:path';
import { readRedisPassword } from '@entente/front-end';
import { checkPlugins, loadConfig, pathBeside } from '@entente/host';
import { checkMembership, checkToken, keptTopology } from '@entente/member';
import { loadCredentials } from '@entente/sip-relay/users';
import { checkPlace } from '@entente/store-redis';
import { readPostgresServer } from '@entente/store-sql/postgres';
import { poolServerConfig } from './config.ts';
import { acceptedPorts } from './create-pool-server.ts';
import { servedRoleOf } from './roles/served-roles.ts';

/**
 * Checks a configuration, its join token, its users, its plugins, and the files with the passwords and the CA of its stores; and, once it has joined,
 * its role and the settings of that role by the topology that it has kept.
 * @param configFile - YAML
 * @throws OperatorFault, MemberFault, AccountsFault, PkiFault and RedisFault as the start would
 */
export async function checkConfig(configFile: string): Promise<void> {
  const config = loadConfig(configFile, poolServerConfig);
  const { accounts, join, plugins, users } = config;
  if (join !== undefined) checkToken(join.token, config.fqdn);
  if (accounts !== undefined)
    await readPostgresServer(accounts.postgresql, (path) => pathBeside(configFile, path), 'topology');
  if (users !== undefined) loadCredentials(pathBeside(configFile, users));
  await checkPlugins({ plugins, from: [dirname(configFile)], accepts: acceptedPorts });
  const redis = config.locations?.redis;
  // A name may be a store of the topology, which is not asked for here.
  if (redis !== undefined && (isIP(redis.host) > 0 || redis.host === 'localhost')) checkPlace(redis);
  await readRedisPassword(config, configFile);
  const directory = pathBeside(configFile, config.directory);
  await checkMembership(directory, join?.token, config.fqdn);
  const kept = await keptTopology(directory);
  if (kept !== undefined) servedRoleOf(config, kept, configFile);
}
