import { type RunningFrontEnd, serveFrontEnd } from '@entente/front-end';
import { type Logger, pathBeside } from '@entente/host';
import { joinDomain, type Member } from '@entente/member';
import type { PoolServerConfig } from './config.ts';
import { loadCredentials } from './credentials.ts';

/** A server of a pool that runs. */
export interface PoolServer extends AsyncDisposable {
  readonly member: Member;
  readonly frontEnd: RunningFrontEnd;
}

/**
 * Starts a server of a pool: joins the domain, then serves the role that the topology gives it.
 * @param config see `config.ts`
 * @param parts log, and the configuration file that paths are relative to
 * @throws faults with code, place and remedy
 */
export async function createPoolServer(
  config: PoolServerConfig,
  parts: { readonly configFile: string; readonly logger: Logger },
): Promise<PoolServer> {
  const { configFile, logger } = parts;
  const credentials = loadCredentials(pathBeside(configFile, config.users));
  const member = await joinDomain({
    fqdn: config.fqdn,
    directory: pathBeside(configFile, config.directory),
    ...(config.join === undefined ? {} : { token: config.join.token }),
    addresses: new Map(Object.entries(config.addresses)),
    log: logger,
  });
  try {
    const frontEnd = await serveFrontEnd({ member, credentials, logger });
    return {
      member,
      frontEnd,
      async [Symbol.asyncDispose]() {
        await frontEnd[Symbol.asyncDispose]();
        await member[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await member[Symbol.asyncDispose]();
    throw error;
  }
}
