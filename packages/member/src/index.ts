export { MemberFault, type MemberFaultCode } from './fault.ts';
export type { MemberLog } from './log.ts';
export { joinDomain, type Member, type MemberOptions } from './member.ts';
