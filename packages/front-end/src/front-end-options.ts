import type { FollowedAccounts } from '@entente/member';
import type { SipRequest } from '@entente/sip';
import type { RegistrationPolicy, RequestRefusal, Sealing } from '@entente/sip-proxy';
import type { Locations } from '@entente/sip-proxy/locations';
import type { AdmissionOptions, NamedPolicy, RequestOrigin } from '@entente/sip-relay';
import type { SignOutCause } from './account-changes.ts';
import type { ForwardingOptions } from './forwarding.ts';
import type { Vouchers } from './pool/registration-sources.ts';

/** What a front end decides with. */
export interface FrontEndOptions
  extends AdmissionOptions,
    Pick<ForwardingOptions, 'hopTo' | 'port' | 'sealing'> {
  /** Seals temporary GRUUs. */
  readonly gruus: Sealing;
  /** Where the users of our pool are, for all its servers; default in the memory of this process, for a pool of one. */
  readonly locations?: Locations;
  /**
   * Another server publishes what it knows of registrations; without it none may.
   * @returns why it is refused, or nothing once that is kept
   */
  readonly onCopies?: (
    request: SipRequest,
    from: string,
    serialHex: string | undefined,
  ) => Promise<RequestRefusal | undefined>;
  /** Who is believed about registrations, and as whom this server vouches for them; default everyone, and nobody. */
  readonly vouchers?: Pick<Vouchers, 'isAsker' | 'isBelieved' | 'of'>;
  /** Whether a server answers, as far as this one knows; default each does. */
  readonly isLiving?: (server: string) => boolean;
  /** A change of locations that no client waits for could not be kept. */
  readonly onNotKept?: (error: unknown) => void;
  /** Asked in this order about each request that nothing else refused. */
  readonly policies?: readonly NamedPolicy[];
  /** Who the users are, where the authority keeps that; default: every user with credentials, at home where the topology says. */
  readonly accounts?: Pick<FollowedAccounts, 'changeVerifiers' | 'isStale' | 'known'> | undefined;
  /** Whether the certificate of this server is over, so that no other takes anything from it; default it never is. */
  readonly isOver?: () => boolean;
  /** A user was signed out of connections to this server, because the account is not what it was. */
  readonly onSignedOut?: (user: string, cause: SignOutCause, connections: number) => void;
  /** A user is at home in another pool: these connections are of the devices of that user alone, who are to register again. */
  readonly onMoved?: (user: string, connections: readonly RequestOrigin[]) => void;
  /** A user has changed the password. */
  readonly onPassword?: (address: string) => void;
  /** Unpredictable text without spaces, for tags. */
  readonly newToken: () => string;
  /** Bounds of the registrar, asked for each REGISTER; default those of `@entente/sip-proxy`. */
  readonly registrationPolicy?: () => Partial<RegistrationPolicy>;
}
