import type { Arrival, AssertedIdentity, CredentialField } from '@entente/sip-proxy';
import type { RequestOrigin } from '../proxy-policy.ts';

/** An identity that the sender may use. */
export type AcceptedIdentity = Extract<AssertedIdentity, { ok: true }>;

/** Who sends a request, found out once. */
export interface Sender {
  /** Where the request came from, as routing asks. */
  readonly arrival: Arrival;
  /** Whom this server vouches for; `asserted` is undefined where it vouches for none. */
  readonly identity: AcceptedIdentity;
  /** Whether a server of our trust domain sent it, and no outsider is behind that server. */
  readonly isInsider: boolean;
  /** Whether it is a trusted application that speaks as its own addresses, and for no user. */
  readonly isForItself?: boolean;
  /** The connection it came over. */
  readonly origin: RequestOrigin;
  /** Name of the client connection it came over; empty where it came from a server. */
  readonly flow: string;
  /** The header field whose credentials, for a realm of ours, have proven who it is; undefined where none had to. */
  readonly provenBy: CredentialField | undefined;
  /**
   * Of a REGISTER: version of the account by which the user has authenticated, at this server or at the one that vouches for the user; undefined
   * where it is not told. What has changed since is not in force for it.
   */
  readonly accountVersion?: string | undefined;
  /** Of a REGISTER: when the challenge of this server was made that it answers, milliseconds since 1970; undefined where another one asked. */
  readonly challengedAt?: number | undefined;
}
