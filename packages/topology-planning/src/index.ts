export { drawMermaid } from './drawing/draw-mermaid.ts';
export { drawSvg } from './drawing/draw-svg.ts';
export { certificatePlan, type PlannedCertificate } from './plans/certificate-plan.ts';
export { type DnsRecord, type DnsView, dnsPlan, zoneFile } from './plans/dns-plan.ts';
export { type FirewallOpening, firewallPlan, type Segment } from './plans/firewall-plan.ts';
export { type LinkMatrixRow, type LinkMatrixSide, linkMatrix } from './plans/link-matrix.ts';
export {
  isProxyDirectory,
  type ProxyFiles,
  type ProxyProgram,
  proxyConfiguration,
} from './plans/proxy-configuration.ts';
export { type PlannedProxy, type ProxyPlan, proxyPlan } from './plans/proxy-plan.ts';
export { type ParseResult, parseTopology } from './reading/parse-topology.ts';
export { judgeLink, linksOf } from './rehearsal/judge-links.ts';
export type { NetworkState, PartnerRules, Viewer } from './rehearsal/network-state.ts';
export { type FailingLink, type Rehearsal, rehearse } from './rehearsal/rehearse.ts';
export type { LinkFailure, RehearsedLink } from './rehearsal/rehearsed-link.ts';
export {
  planRotation,
  type Rollover,
  type RotationAction,
  type RotationPlan,
  type RotationStep,
} from './rehearsal/rotation.ts';
