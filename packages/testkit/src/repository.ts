/** What only the tests and tools of this repository use; it is not published. */
export {
  type Account,
  type DeliveryEntry,
  type LinkEntry,
  linkOfRecord,
  linksOf,
  type RefusalEntry,
} from './network/account.ts';
export { type AddedApplication, addApplication } from './network/add-application.ts';
export { startApp, startProgram } from './network/app-process.ts';
export { agentOf, networkTrust, type ServerAddress, session } from './network/calling-agent.ts';
export type { FederationOptions } from './network/network.ts';
export { anchorOf } from './network/organisation.ts';
export { type PlannedRecord, plannedDns } from './network/planned-dns.ts';
export { type PublicAuthority, startPublicAuthority } from './network/public-authority.ts';
export type { AppName } from './network/runnable.ts';
export { type Federation, startFederation } from './network/start-network.ts';
export { needs } from './process/skip-unless-installed.ts';
export { spawnTied, type TiedOptions, type TiedProgram } from './process/tied-program.ts';
export { until } from './process/wait-until.ts';
export { type Delivery, deliveries } from './scenario/deliveries.ts';
export { disclosedNames } from './scenario/disclosed-names.ts';
export { type FederatedDelivery, federatedDeliveries } from './scenario/federated-deliveries.ts';
export {
  refusalAtEdge,
  type UninvitedEdgePeer,
  uninvitedEdgePeers,
} from './scenario/uninvited-edge-peers.ts';
export { nextRefusal, refusalOf, type UninvitedPeer, uninvitedPeers } from './scenario/uninvited-peers.ts';
export { testAuthorityFrom } from './test-authority.ts';
