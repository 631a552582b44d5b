import { partnerAnchors, pinnedAddresses } from '@entente/federation';
import type { Logger } from '@entente/host';
import type { Member } from '@entente/member';
import type { ServiceLocator } from '@entente/sip-endpoint/resolve';
import { openTrust, type Trust } from '@entente/tls';
import type { Topology } from '@entente/topology';
import { type AnchorSet, profiles, type TrustPolicy } from '@entente/trust';
import type { Store } from '@entente/trust/node';
import { logListFailure } from './log-list-failure.ts';

/** What the trust of the external interface stands on. */
export interface FederationTrustOptions {
  readonly member: Member;
  /**
   * Addresses of hosts that neither DNS knows nor the topology pins. Revocation lists may be fetched from these, and from pinned
   * ones, even where they are private.
   */
  readonly addresses: ReadonlyMap<string, string>;
  readonly cacheDirectory: string;
  /** DNS for partners. */
  readonly locator: Pick<ServiceLocator, 'addressesOf'>;
  /** Milliseconds after which a partner's lists are fetched again. Default five minutes. */
  readonly refreshEveryMs?: number;
  readonly logger: Logger;
}

const { entente } = profiles;
/**
 * The profile of a network, with less room for what a partner presents: as long as a connection is open its chain stays in memory, and each of its
 * revocation lists has every leaf judged again. 512 names are those of 127 domains.
 */
export const federationPolicy: TrustPolicy = {
  ...entente,
  budget: { ...entente.budget, maxBytes: 32 * 1_024, maxLeafBytes: 16 * 1_024, maxLeafNames: 512 },
};

/** What a partner revokes takes effect here no later. */
const defaultRefreshMs = 300_000;

/**
 * The trust of an edge's external interface: the anchors of partners, each limited to the partner's names, and nothing of
 * our own. It follows the topology; connections whose partner is gone are closed.
 */
export async function openFederationTrust(options: FederationTrustOptions): Promise<Trust> {
  const { addresses, cacheDirectory, locator, logger, member } = options;
  const listeners = new Set<(current: AnchorSet) => void>();
  const read = (topology: Topology): AnchorSet => {
    const { anchors, unusable } = partnerAnchors(topology);
    for (const { name, why } of unusable) logger.error({ event: 'anchor-unusable', anchor: name }, why);
    return { anchors };
  };
  let current = read(member.topology);
  let stopFollowing = () => {};
  const store: Store<AnchorSet> = {
    get current() {
      return current;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      stopFollowing();
      listeners.clear();
    },
  };
  stopFollowing = member.onTopology((topology) => {
    current = read(topology);
    for (const listener of [...listeners]) listener(current);
  });
  const addressOf = (host: string) => pinnedAddresses(member.topology).get(host) ?? addresses.get(host);
  return openTrust({
    anchors: store,
    policy: federationPolicy,
    latestSigned: () => member.latestSigned,
    clock: member.trust.clock,
    fetch: {
      hosts: () => listHosts(member.topology),
      privateHosts: () => [...addresses.keys(), ...pinnedAddresses(member.topology).keys()],
      cacheDirectory,
      refreshEveryMs: options.refreshEveryMs ?? defaultRefreshMs,
      lookUp: async (host) => {
        const known = addressOf(host);
        return known === undefined ? locator.addressesOf(host) : [known];
      },
      onFailure: logListFailure(logger),
    },
  });
}

/** Hosts below the domains of partners: their lists are theirs to publish. */
function listHosts({ document }: Topology): readonly string[] {
  const domains = (document.partners ?? []).flatMap((partner) =>
    partner.kind === 'blocked' ? [] : partner.domains,
  );
  return domains.flatMap((domain) => [domain, `*.${domain}`]);
}
