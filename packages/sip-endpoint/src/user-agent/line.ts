import type { Clock } from '@entente/tls';
import type { UserSession } from './user-agent-session.ts';

/** What the calls of a user agent need of it. */
export interface Line {
  /** Time in milliseconds since 1970, and timers. */
  readonly clock: Clock;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /**
   * The session on the connection that is up, or on the one that takes its place.
   * @throws NotConnectedError where there is none
   */
  readonly next: () => Promise<UserSession>;
  /** Our Contact towards an address. */
  readonly contactFor: (uri: string) => string;
  /** Hears what the application has thrown. */
  readonly onFault: (error: unknown) => void;
}
