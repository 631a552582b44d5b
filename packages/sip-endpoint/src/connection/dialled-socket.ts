import type { TLSSocket } from 'node:tls';
import type { TrustError } from '@entente/tls';
import type { ConnectionLink } from './connection-user.ts';

/** A connection of an endpoint, for what decides about its age. */
export interface Replaceable {
  /**
   * Dials again, and uses the new connection from then on.
   * @returns whether there is another one now
   */
  replace(): Promise<boolean>;
  /** Closes it, whatever is under way. */
  close(): void;
}

/** A socket that was dialled. */
export interface DialledSocket {
  /** As `connect` of `@entente/tls` gave it: it has a verdict. */
  readonly socket: TLSSocket;
  /** The link of the allow matrix that the verdict is for. */
  readonly link: ConnectionLink;
  /** Decides when another connection takes the place of this one; see `whenAged`. */
  readonly onAged?: (connection: Replaceable) => void;
  /** Calls the listener, at once or later, where the peer closes the connection after its verdict, before it has sent a byte. */
  readonly onRefused?: (listener: (error: TrustError) => void) => void;
}
