import { Checks, Fault } from '@entente/options';

/** Stable literals of the faults that this package throws. */
export type MemberFaultCode =
  | 'ENTENTE_MEMBER_TOKEN'
  | 'ENTENTE_MEMBER_NO_TOKEN'
  | 'ENTENTE_MEMBER_ROOT'
  | 'ENTENTE_MEMBER_REFUSED'
  | 'ENTENTE_MEMBER_UNREACHABLE'
  | 'ENTENTE_MEMBER_ANSWER'
  | 'ENTENTE_MEMBER_TOPOLOGY'
  | 'ENTENTE_MEMBER_NO_KEYS'
  | 'ENTENTE_MEMBER_DAMAGED'
  | 'ENTENTE_MEMBER_DIRECTORY_IN_USE'
  | 'ENTENTE_MEMBER_OTHER_SERVER'
  | 'ENTENTE_MEMBER_BAD_ARGUMENT'
  | 'ENTENTE_MEMBER_CLOSED';

/** What to do where a file is damaged that a member cannot fetch again. */
export const joinAgain =
  'restore the directory from a copy, or move it aside and join again with a new token: entente join-token <server> --replace';

/** A fault that the operator of the server can fix. Match it by `code`. */
export class MemberFault extends Fault<MemberFaultCode> {
  /** Always `MemberFault`. */
  override readonly name = 'MemberFault';
}

/** Refuses arguments with `ENTENTE_MEMBER_BAD_ARGUMENT`. */
export const checks = new Checks({
  fault: (parts) => new MemberFault('ENTENTE_MEMBER_BAD_ARGUMENT', parts),
  hasSecrets: true,
});
