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
export class NetworkFolderFault extends Error {
  /** Stable literal, for programs and logs. */
  readonly code: NetworkFolderFaultCode;
  /** File, port, command or program that the sentence is about. */
  readonly place: string;
  /** What the owner should do now. */
  readonly remedy: string;
  /** Of a refusal by the authority, e.g. `account-exists`. */
  readonly reason: string | undefined;

  /**
   * @param code - stable literal
   * @param parts - sentence without final stop, place and remedy
   */
  constructor(
    code: NetworkFolderFaultCode,
    parts: {
      readonly sentence: string;
      readonly place: string;
      readonly remedy: string;
      readonly reason?: string;
    },
  ) {
    super(parts.sentence);
    this.name = 'NetworkFolderFault';
    this.code = code;
    this.place = parts.place;
    this.remedy = parts.remedy;
    this.reason = parts.reason;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }

  /** All of it in one line, for a terminal. */
  get line(): string {
    return `${this.place}: ${this.message}; ${this.remedy} (${this.code})`;
  }
}
