export { buildTopology } from './build-topology.ts';
export { canonicalJson } from './document/canonical-json.ts';
export {
  type AdministratorKey,
  type AdministratorSet,
  type Anchors,
  type DomainEntry,
  type InterfaceEntry,
  type LinkNarrowing,
  type PoolEntry,
  type ServerEntry,
  type ServerFlags,
  type SignatureAlgorithm,
  type SiteEntry,
  type StoreEntry,
  type TopologyDocument,
  topologyFormat,
} from './document/document.ts';
export type {
  AllowedDomain,
  AllowedServer,
  AnchorReference,
  BlockedPartner,
  BundleSource,
  Partner,
  Provider,
} from './document/partner.ts';
export {
  defaultPolicies,
  type EffectivePolicies,
  effectivePolicies,
  type Policies,
  type RevocationRule,
} from './document/policies.ts';
export { administratorSetHash, topologyHash } from './document/topology-hash.ts';
export type { TopologyFault, TopologyFaultCode } from './fault.ts';
export { allowMatrix } from './matrix/allow-matrix.ts';
export {
  authorise,
  type LinkDirection,
  type LocalEnd,
  type PeerNames,
  type TopologyAuthorised,
} from './matrix/authorise.ts';
export { mayRequest, type RequestAllowed, type RequestEnd } from './matrix/may-request.ts';
export { type DialTarget, peersOf } from './matrix/peers-of.ts';
export type { Direction, Party, Protection, Row, RowSide } from './matrix/row.ts';
export { type CertificateNames, certificateNames } from './names/certificate-names.ts';
export type { TopologyReason, TopologyRejection } from './rejection.ts';
export {
  defaultPorts,
  type InterfaceName,
  type Role,
  roles,
  type Service,
  services,
  sipRoles,
  type Zone,
  zoneOfRole,
} from './roles.ts';
export type { Narrowing, Pool, Server, ServerInterface, Topology } from './topology.ts';
