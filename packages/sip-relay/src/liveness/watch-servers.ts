import type { Logger } from '@entente/host';
import type { NextHop } from '@entente/sip-endpoint';
import type { Role, Topology } from '@entente/topology';
import { LivingServers } from './server-liveness.ts';
import { silentServer } from './silent-server.ts';

/** What {@link watchServers} needs. */
export interface WatchServersOptions {
  /** Roles of servers that stand in pools, and of which one is asked where another is dead. */
  readonly roles: ReadonlySet<Role>;
  /** Of this server. */
  readonly fqdn: string;
  /** Gives the topology in force; the servers to watch are found again where it has changed. */
  readonly topology: () => Topology;
  /** Where another server is reached, if we may dial it. */
  readonly hopTo: (server: string) => NextHop | undefined;
  /** Asks a server whether it is there; gives up by itself. */
  readonly isThere: (hop: NextHop) => Promise<boolean>;
  /** Receives a line when a server stops answering, and when it answers again. */
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

const secondMs = 1_000;

/**
 * Watches which other servers answer: requests go to those first.
 * @param options - who we are, and how to reach others
 */
export function watchServers({
  fqdn,
  hopTo,
  isThere,
  logger,
  roles,
  topology,
}: WatchServersOptions): LivingServers {
  let known: { readonly topology: Topology; readonly servers: readonly string[] } | undefined;
  return new LivingServers({
    servers() {
      const current = topology();
      if (known?.topology === current) return known.servers;
      const servers = [...current.servers.values()]
        .filter(({ fqdn: server, role }) => roles.has(role) && server !== fqdn)
        .map((server) => server.fqdn)
        .filter((server) => hopTo(server) !== undefined);
      known = { topology: current, servers };
      return servers;
    },
    async ask(server) {
      const hop = hopTo(server);
      return hop !== undefined && (await isThere(hop));
    },
    onChange(server, isLiving) {
      if (isLiving) logger.info({ event: 'server-answers', server }, `${server} answers`);
      else {
        const { message, remedy } = silentServer(server, topology());
        logger.warn({ event: 'server-silent', server, remedy }, message);
      }
    },
  });
}

/**
 * Lets a watch ask each second, at once for the first time.
 * @param watch - disposed of with this
 */
export function everySecond(watch: LivingServers): AsyncDisposable {
  const timer = setInterval(() => watch.tick(), secondMs);
  timer.unref();
  watch.tick();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      watch[Symbol.dispose]();
    },
  };
}
