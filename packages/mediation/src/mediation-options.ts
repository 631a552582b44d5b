import type { FollowedAccounts } from '@entente/member';
import type { NextHop } from '@entente/sip-endpoint';
import type { Sealing } from '@entente/sip-proxy';
import type { Topology } from '@entente/topology';

/** What a mediation server decides with. */
export interface MediationOptions {
  /** Of this server. */
  readonly fqdn: string;
  /** On which we listen for front ends and edges, and for gateways. */
  readonly ports: { readonly inside: number; readonly gateways: number };
  /** Gives the topology in force, asked at each request. */
  readonly topology: () => Topology;
  /** Who has which number, and who may call others. */
  readonly accounts: Pick<FollowedAccounts, 'isStale' | 'known'>;
  /** Where another server of the topology is reached, if we may dial it. */
  readonly hopTo: (server: string) => NextHop | undefined;
  /** Whether a front end or an edge answers, as far as is known; default: each does. */
  readonly isLiving?: (server: string) => boolean;
  /** Whether a gateway takes calls, as far as is known; default: each does. */
  readonly isGatewayLiving?: (gateway: string) => boolean;
  /** Seals our entries in Route. */
  readonly sealing: Sealing;
  /** Milliseconds since 1970, never set back; default `monotonicNow` of `@entente/sip-endpoint`. */
  readonly clock?: () => number;
  /** Tags, 32 random bits or more. */
  readonly newToken: () => string;
}
