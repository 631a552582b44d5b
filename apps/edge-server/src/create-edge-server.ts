import { join } from 'node:path';
import { edgeInterfaces, type RunningEdge, serveEdge } from '@entente/edge';
import {
  type AcceptedPort,
  loadConfig,
  pathBeside,
  type RunningServer,
  RunningSettings,
  refuseManagementOutside,
} from '@entente/host';
import { exporterPort } from '@entente/host/exporter';
import type { Member } from '@entente/member';
import {
  logTransactions,
  type MemberServerParts,
  openMemberServer,
  policiesOfPlugins,
} from '@entente/sip-relay';
import { requestPolicyPort } from '@entente/sip-relay/request-policy';
import { loadCredential } from '@entente/tls';
import { type EdgeServerConfig, edgeServerConfig } from './config.ts';
import { refuseUnnamedCertificate, unnamedCertificate } from './outside-certificate.ts';
import { createResolver } from './resolver.ts';

/** The ports for which it uses plugins. */
export const acceptedPorts: readonly AcceptedPort[] = [exporterPort, requestPolicyPort];

/** A running edge. */
export interface EdgeServer extends RunningServer {
  /** What it is in the domain. */
  readonly member: Member;
  /** The service. */
  readonly edge: RunningEdge;
}

/**
 * Starts an edge: joins the domain over its internal side, then serves both.
 * @param config - see `config.ts`
 * @param parts - log, the configuration file that paths are relative to, and a clock other than the machine's
 * @throws faults with code, place and remedy
 */
export async function createEdgeServer(
  config: EdgeServerConfig,
  parts: MemberServerParts,
): Promise<EdgeServer> {
  const { configFile } = parts;
  const resolver = createResolver(config.dns, configFile);
  const opened = await openMemberServer(config, parts, acceptedPorts);
  const { logger, member, plugins } = opened;
  try {
    // The authority has no external certificate for another role, and its refusal would not name the role.
    const { external: outside } = edgeInterfaces(member.topology, config.fqdn);
    refuseManagementOutside(config.management, outside.address, configFile);
    const cacheDirectory = join(pathBeside(configFile, config.directory), 'federation');
    const { external, maxBytesInFlight, partnerListsEverySeconds: every } = config;
    refuseUnnamedCertificate(outside, external !== undefined, configFile);
    const externalIdentity =
      external === undefined
        ? await member.externalIdentity()
        : await loadCredential({
            certificate: pathBeside(configFile, external.certificate),
            key: pathBeside(configFile, external.key),
            watch: true,
          });
    const edge = await serveEdge({
      member,
      externalIdentity,
      logger,
      policies: policiesOfPlugins(plugins),
      resolver,
      addresses: new Map(Object.entries(config.addresses)),
      cacheDirectory,
      limits: config.limits,
      ...(maxBytesInFlight === undefined ? {} : { maxBytesInFlight }),
      ...(every === undefined ? {} : { refreshEveryMs: every * 1_000 }),
    });
    const settings = new RunningSettings({
      config,
      read: () => loadConfig(configFile, edgeServerConfig),
      logger,
      whileDebug: logTransactions,
    });
    const problems = () => [
      ...member.problems(),
      ...(external === undefined
        ? unnamedCertificate(member.topology.servers.get(config.fqdn)?.interfaces.external, configFile)
        : edge.problems()),
      ...plugins.problems(),
    ];
    return {
      member,
      edge,
      log: logger,
      get drainMs() {
        return settings.drainMs;
      },
      reload: async () => settings.reload(),
      metrics: edge.metrics,
      problems,
      drain: (withinMs) => edge.drain(withinMs),
      async [Symbol.asyncDispose]() {
        settings[Symbol.dispose]();
        await edge[Symbol.asyncDispose]();
        await opened[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}
