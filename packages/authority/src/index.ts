export type { AccountsElsewhere } from './accounts/external-directory.ts';
export type { AuthorityStores, OpenStore } from './authority-stores.ts';
export type { WrittenBackup } from './back-up.ts';
export { type AuthorityContext, allowAtAuthority, type Caller, callerOf } from './caller.ts';
export { createAuthority, type RunningAuthority } from './create-authority.ts';
export type { HealthPart, HealthProblem, ReportedProblem } from './health/health.ts';
export { mayIssueByTopology } from './may-issue.ts';
export type { AuthoritySettings } from './settings.ts';
export { type CurrentTopology, openTopologyStore, type TopologyStore } from './topology-store.ts';
