import { dirname } from 'node:path';
import { type RunningFrontEnd, serveFrontEnd } from '@entente/front-end';
import { type Logger, loadPlugins, type Plugins, pathBeside, type RunningServer } from '@entente/host';
import { joinDomain, type Member, type MemberOptions } from '@entente/member';
import { type RequestPolicy, requestPolicyPort } from '@entente/sip-relay/request-policy';
import type { PoolServerConfig } from './config.ts';
import { loadCredentials } from './credentials.ts';

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
  const credentials = loadCredentials(pathBeside(configFile, config.users));
  const plugins = await loadPlugins({
    plugins: config.plugins,
    from: [dirname(configFile)],
    accepts: [requestPolicyPort],
    logger,
  });
  let member: Member | undefined;
  try {
    member = await joinDomain({
      fqdn: config.fqdn,
      directory: pathBeside(configFile, config.directory),
      ...(config.join === undefined ? {} : { token: config.join.token }),
      addresses: new Map(Object.entries(config.addresses)),
      ...(clock === undefined ? {} : { clock }),
      log: logger,
    });
    const policies = policiesOf(plugins);
    const { limits, maxBytesInFlight } = config;
    const frontEnd = await serveFrontEnd({
      member,
      credentials,
      logger,
      policies,
      limits,
      ...(maxBytesInFlight === undefined ? {} : { maxBytesInFlight }),
    });
    return poolServer({ member, frontEnd, log: logger, drainMs: config.drainSeconds * 1_000 }, plugins);
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

function poolServer(
  parts: Pick<PoolServer, 'drainMs' | 'frontEnd' | 'log' | 'member'>,
  plugins: Plugins,
): PoolServer {
  const { frontEnd, member } = parts;
  return {
    ...parts,
    metrics: frontEnd.metrics,
    problems: () => member.problems(),
    drain: (withinMs) => frontEnd.drain(withinMs),
    async [Symbol.asyncDispose]() {
      await frontEnd[Symbol.asyncDispose]();
      await plugins[Symbol.asyncDispose]();
      await member[Symbol.asyncDispose]();
    },
  };
}
