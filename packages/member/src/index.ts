export { MemberFault, type MemberFaultCode } from './files/fault.ts';
export type { MemberPart, MemberProblem } from './follow/member-problem.ts';
export { joinDomain } from './join/join-domain.ts';
export type { Member, MemberOptions } from './join/member.ts';
export type { PurposeKey, PurposeKeys } from './state/purpose-keys.ts';
