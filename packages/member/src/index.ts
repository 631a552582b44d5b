export type { ReadDirectory } from './accounts/directory-feed.ts';
export type { FollowedAccounts } from './accounts/followed-accounts.ts';
export { MemberFault, type MemberFaultCode } from './files/fault.ts';
export type { MemberPart, MemberProblem } from './follow/member-problem.ts';
export { expectStore, type StoreExpectation } from './join/expect-store.ts';
export { joinDomain } from './join/join-domain.ts';
export { checkToken } from './join/join-token.ts';
export type { Member, MemberOptions } from './join/member.ts';
export type { PurposeKey, PurposeKeys } from './state/purpose-keys.ts';
