import type { ConnectionLink } from './connection.ts';

/** Where a server of ours or a partner's is reached. */
export interface NextHop {
  /** The name asked for and proven: a server's FQDN, or a SIP domain. Connections are shared by this name alone. */
  readonly name: string;
  /** Address to dial. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
  /** The link on which it may be dialled. */
  readonly link: ConnectionLink;
}

/** A hop that could not be reached a moment ago is not dialled yet; `cause` is what the dialling failed of. Match it by `code`. */
export class HopDownError extends Error {
  readonly code = 'ENTENTE_SIP_HOP_DOWN';
  /** Name of the hop. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param hop - the one asked for
   * @param forMs - milliseconds until it may be dialled again
   * @param cause - what the last dialling failed of
   */
  constructor(hop: NextHop, forMs: number, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`${hop.name} is not dialled again for ${Math.ceil(forMs)} ms: ${why}`, { cause });
    this.name = 'HopDownError';
    this.place = hop.name;
    this.remedy = `check that ${hop.address}:${hop.port} is reachable, then try again`;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}
