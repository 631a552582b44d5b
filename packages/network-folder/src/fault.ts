import { Fault, type FaultParts, inOneLine } from '@entente/options';

/** What kind of thing keeps a network from starting or delivering. */
export type NetworkFolderFaultCode =
  | 'ENTENTE_NETWORK_PLAN_INVALID'
  | 'ENTENTE_NETWORK_PORT_IN_USE'
  | 'ENTENTE_NETWORK_LEFT_OVER'
  | 'ENTENTE_NETWORK_PROGRAM_MISSING'
  | 'ENTENTE_NETWORK_PROGRAM_ENDED'
  | 'ENTENTE_NETWORK_COMMAND_FAILED'
  | 'ENTENTE_NETWORK_STOPPED'
  | 'ENTENTE_NETWORK_NOT_DELIVERED';

/** What keeps a network from starting or delivering, and that its owner can fix. */
export class NetworkFolderFault extends Fault<NetworkFolderFaultCode> {
  /** Always `NetworkFolderFault`. */
  override readonly name = 'NetworkFolderFault';
  /** Of a refusal by the authority, e.g. `account-exists`. */
  readonly reason: string | undefined;

  /**
   * @param code - stable literal
   * @param parts - sentence without final stop, place, remedy, and the reason of a refusal
   */
  constructor(code: NetworkFolderFaultCode, parts: FaultParts & { readonly reason?: string }) {
    super(code, parts);
    this.reason = parts.reason;
  }

  /** All of it in one line, for a terminal. */
  get line(): string {
    return inOneLine(this);
  }
}
