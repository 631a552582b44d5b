/** Where a server of ours or a partner's is reached. */
export interface Hop {
  /** The name asked for and proven: a server's FQDN, or a SIP domain. Connections are shared by this name alone. */
  readonly name: string;
  /** Address to dial. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Row of the allow matrix. */
  readonly row: number;
}
