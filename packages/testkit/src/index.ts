export {
  type Account,
  type DeliveryEntry,
  type LinkEntry,
  linkOfRecord,
  linksOf,
  type RefusalEntry,
} from './network/account.ts';
export { type AddedApplication, addApplication } from './network/add-application.ts';
export {
  type AppName,
  type AppProcess,
  type LogRecord,
  startApp,
  startProgram,
} from './network/app-process.ts';
export type { CommandOutcome, DemoUser } from './network/demo-user.ts';
export { freePorts } from './network/free-ports.ts';
export type { FederationOptions, Network, NetworkOptions, ServerProgram } from './network/network.ts';
export { anchorOf, type Organisation, type TestUser } from './network/organisation.ts';
export { type PlannedRecord, plannedDns } from './network/planned-dns.ts';
export { type PublicAuthority, startPublicAuthority } from './network/public-authority.ts';
export { type Federation, startFederation, startNetwork } from './network/start-network.ts';
export { needs } from './process/needs.ts';
export { spawnTied, type TiedOptions, type TiedProgram } from './process/tied-program.ts';
export { type Delivery, deliveries } from './scenario/deliveries.ts';
export { disclosedNames } from './scenario/disclosed-names.ts';
export { type FederatedDelivery, federatedDeliveries } from './scenario/federated-deliveries.ts';
export {
  refusalAtEdge,
  type UninvitedEdgePeer,
  uninvitedEdgePeers,
} from './scenario/uninvited-edge-peers.ts';
export { nextRefusal, refusalOf, type UninvitedPeer, uninvitedPeers } from './scenario/uninvited-peers.ts';
export { StepClock } from './step-clock.ts';
export {
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
  type TestCertificateOptions,
  testAuthorityFrom,
} from './test-authority.ts';
export { createTestLog, type TestLog, type TestLogLine } from './test-log.ts';
