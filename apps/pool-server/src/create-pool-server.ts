import { dirname } from 'node:path';
import { type RunningFrontEnd, serveFrontEnd } from '@entente/front-end';
import {
  type Logger,
  loadConfig,
  loadPlugins,
  type Plugins,
  pathBeside,
  type RunningServer,
  RunningSettings,
} from '@entente/host';
import { joinDomain, type Member, type MemberOptions } from '@entente/member';
import { logTransactions } from '@entente/sip-relay';
import { type RequestPolicy, requestPolicyPort } from '@entente/sip-relay/request-policy';
import { type PoolServerConfig, poolServerConfig } from './config.ts';
import { loadCredentials } from './credentials.ts';
import { LoadedUsers } from './loaded-users.ts';

/** A running server of a pool. */
export interface PoolServer extends RunningServer {
  readonly member: Member;
  readonly frontEnd: RunningFrontEnd;
}

/**
 * Starts a server of a pool: joins the domain, then serves the role that the topology gives it.
 * @param config - see `config.ts`
 * @param parts - log, the configuration file that paths are relative to, and a clock other than the machine's
 * @throws faults with code, place and remedy
 */
export async function createPoolServer(
  config: PoolServerConfig,
  parts: { readonly configFile: string; readonly logger: Logger; readonly clock?: MemberOptions['clock'] },
): Promise<PoolServer> {
  const { clock, configFile, logger } = parts;
  const users = new LoadedUsers(config, configFile);
  const plugins = await loadPlugins({
    plugins: config.plugins,
    from: [dirname(configFile)],
    accepts: [requestPolicyPort],
    logger,
  });
  let member: Member | undefined;
  try {
    const joined = await joinDomain({
      fqdn: config.fqdn,
      directory: pathBeside(configFile, config.directory),
      ...(config.join === undefined ? {} : { token: config.join.token }),
      addresses: new Map(Object.entries(config.addresses)),
      ...(clock === undefined ? {} : { clock }),
      log: logger,
    });
    member = joined;
    const policies = policiesOf(plugins);
    const { limits, maxBytesInFlight } = config;
    const frontEnd = await serveFrontEnd({
      member: joined,
      credentials: users,
      logger,
      policies,
      limits,
      ...(maxBytesInFlight === undefined ? {} : { maxBytesInFlight }),
    });
    const settings = new RunningSettings({
      config,
      read: () => loadConfig(configFile, poolServerConfig),
      logger,
      whileDebug: logTransactions,
      also: ['users'],
    });
    const reload = () =>
      settings.reload((next) => {
        const others = loadCredentials(pathBeside(configFile, next.users));
        return () => users.replace(others);
      });
    return {
      member: joined,
      frontEnd,
      log: logger,
      metrics: frontEnd.metrics,
      get drainMs() {
        return settings.drainMs;
      },
      reload: async () => reload(),
      problems: () => joined.problems(),
      drain: (withinMs) => frontEnd.drain(withinMs),
      async [Symbol.asyncDispose]() {
        settings[Symbol.dispose]();
        await frontEnd[Symbol.asyncDispose]();
        await plugins[Symbol.asyncDispose]();
        await joined[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await member?.[Symbol.asyncDispose]();
    await plugins[Symbol.asyncDispose]();
    throw error;
  }
}

function policiesOf(plugins: Plugins) {
  return plugins
    .provided<RequestPolicy>(requestPolicyPort)
    .map(({ plugin, implementation }) => ({ plugin, policy: implementation }));
}
