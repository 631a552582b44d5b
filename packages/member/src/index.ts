export { MemberFault, type MemberFaultCode } from './fault.ts';
export { joinDomain } from './join-domain.ts';
export type { MemberLog } from './log.ts';
export type { Member, MemberOptions } from './member.ts';
