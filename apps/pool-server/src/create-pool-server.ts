import { type AcceptedPort, loadConfig, type RunningServer, RunningSettings } from '@entente/host';
import { exporterPort } from '@entente/host/exporter';
import type { Member } from '@entente/member';
import { locationsPort } from '@entente/sip-proxy/locations';
import { logTransactions, type MemberServerParts, openMemberServer } from '@entente/sip-relay';
import { requestPolicyPort } from '@entente/sip-relay/request-policy';
import { type OpenUsers, userSource } from '@entente/sip-relay/users';
import { type PoolServerConfig, poolServerConfig } from './config.ts';
import type { RunningRole } from './roles/role.ts';
import { refuseOtherPorts, servedRoleOf } from './roles/served-roles.ts';

/** The ports for which it uses plugins, in one role or another. */
export const acceptedPorts: readonly AcceptedPort[] = [exporterPort, locationsPort, requestPolicyPort];

/** A running server of a pool. */
export interface PoolServer extends RunningServer {
  /** What it is in the domain. */
  readonly member: Member;
  /** The service of the role that the topology gives it. */
  readonly role: RunningRole;
}

/**
 * Starts a server of a pool: joins the domain, then serves the role that the topology gives it.
 * @param config - see `config.ts`
 * @param parts - log, the configuration file that paths are relative to, and a clock other than the machine's
 * @throws faults with code, place and remedy
 */
export async function createPoolServer(
  config: PoolServerConfig,
  parts: MemberServerParts,
): Promise<PoolServer> {
  const { configFile } = parts;
  const users = userSource(config, configFile);
  const opened = await openMemberServer(config, parts, acceptedPorts);
  const { logger, member, plugins } = opened;
  let open: OpenUsers | undefined;
  const close = async () => {
    try {
      await open?.[Symbol.asyncDispose]();
    } finally {
      await opened[Symbol.asyncDispose]();
    }
  };
  try {
    const served = servedRoleOf(config, member.topology, configFile);
    refuseOtherPorts(served, plugins.offers);
    const role = await served.serve({
      config,
      configFile,
      logger,
      member,
      plugins,
      async openUsers() {
        open = await users.open(member);
        return open;
      },
    });
    const settings = new RunningSettings({
      config,
      read: () => loadConfig(configFile, poolServerConfig),
      logger,
      whileDebug: logTransactions,
      also: ['users'],
    });
    const reload = () => settings.reload((next) => users.prepare(next));
    const problems = () => [...member.problems(), ...plugins.problems(), ...(role.problems?.() ?? [])];
    return {
      member,
      role,
      log: logger,
      metrics: role.metrics,
      get drainMs() {
        return settings.drainMs;
      },
      reload: async () => reload(),
      problems,
      drain: (withinMs) => role.drain(withinMs),
      async [Symbol.asyncDispose]() {
        settings[Symbol.dispose]();
        await role[Symbol.asyncDispose]();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
