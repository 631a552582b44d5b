import { Fault } from '@entente/options';
import { isTrustError } from '@entente/tls';
import { BrokenPeerError } from './broken-peer.ts';
import type { ConnectionLink } from './connection-user.ts';

/** Where a server of ours or a partner's is reached. */
export interface NextHop {
  /** The name asked for and proven: a server's FQDN, or a SIP domain. Connections are shared by this name alone. */
  readonly name: string;
  /** Address to dial; empty where `EndpointOptions.locate` finds it. */
  readonly address: string;
  /** 1 to 65535; 0 where `EndpointOptions.locate` finds it. */
  readonly port: number;
  /** The host that DNS named for it, where `EndpointOptions.locate` found it. */
  readonly host?: string;
  /** The link on which it may be dialled. */
  readonly link: ConnectionLink;
  /** It runs a program that knows no topology, a gateway for instance: that it closes a connection says nothing of the next one. Default: false. */
  readonly isForeign?: boolean;
}

/**
 * A hop that could not be reached a moment ago is not dialled yet, or has no place to dial; `cause` is what the dialling failed of. Match
 * it by `code`.
 */
export class HopDownError extends Fault<'ENTENTE_SIP_HOP_DOWN'> {
  /** Always `HopDownError`. */
  override readonly name = 'HopDownError';

  /**
   * @param hop - the one asked for
   * @param forMs - milliseconds until it may be dialled again; 0 where there is nothing to dial
   * @param cause - what the last dialling failed of
   */
  constructor(hop: NextHop, forMs: number, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const held = forMs > 0 ? `is not dialled again for ${Math.ceil(forMs)} ms` : 'cannot be dialled';
    const knowsRemedy = isTrustError(cause) || cause instanceof BrokenPeerError;
    super('ENTENTE_SIP_HOP_DOWN', {
      sentence: `${hop.name} ${held}: ${why}`,
      place: hop.name,
      remedy: knowsRemedy ? cause.remedy : whatToCheck(hop),
      cause,
    });
  }
}

function whatToCheck({ address, name, port }: NextHop): string {
  return address === ''
    ? `check what DNS answers for ${name}, then try again`
    : `check that ${address}:${port} is reachable, then try again`;
}
