import type { Clock, Credential, Log, Trust } from '@entente/tls';
import type { ReportedMemberProblem, Topology } from '@entente/topology';
import type { Authorise } from '@entente/trust';
import type { Certificate, CertificateList } from '@entente/x509';
import type { ReadDirectory } from '../accounts/directory-feed.ts';
import type { FollowedAccounts } from '../accounts/followed-accounts.ts';
import type { MemberProblem } from '../follow/member-problem.ts';
import type { OwnEnd } from '../state/authorisation.ts';
import type { PurposeKeys } from '../state/purpose-keys.ts';

/** What makes a server a member. */
export interface MemberOptions {
  /** Its own FQDN as the topology lists it. */
  readonly fqdn: string;
  /** Where it keeps its key, certificate, roots and topology. */
  readonly directory: string;
  /** Join token as pasted; needed the first time only. */
  readonly token?: string;
  /** Addresses of hosts of the domain that DNS does not know, by name. Certificates are checked against the name. */
  readonly addresses?: ReadonlyMap<string, string>;
  /** Where it writes what it does and what is wrong. */
  readonly log: Log;
  /** Milliseconds between refreshes from the authority when no event comes. Default one minute. */
  readonly pollMs?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/** A server that has joined its domain: its credential, its trust, and the topology in force. */
export interface Member extends AsyncDisposable {
  /** Its own FQDN as the topology lists it. */
  readonly fqdn: string;
  /** The credential of the internal interface. */
  readonly identity: Credential;
  /** The trust of the internal interface, which follows the topology and the revocation lists. */
  readonly trust: Trust;
  /** The topology in force; another object after each change. */
  readonly topology: Topology;
  /** The enterprise roots in force: those that the topology lists, or those of joining where it lists none. */
  readonly roots: readonly Certificate[];
  /**
   * The newest revocation list of each of our authorities, every one signed by it; another array after each change. Empty until
   * the authority has been reached once.
   */
  readonly revocationLists: readonly CertificateList[];
  /** When the authority last confirmed the topology, milliseconds since 1970; undefined where it never has. */
  readonly confirmedAt: number | undefined;
  /**
   * Whether the certificate of the internal interface is revoked or has expired, by what this server knows: every peer refuses it, and no
   * request that it accepts would get anywhere.
   */
  readonly isOver: boolean;
  /** What is wrong now, by what this server knows: topology, own certificate, revocation lists, clock, accounts, files. */
  problems(): readonly MemberProblem[];
  /**
   * Has our authority told, with each report of how this server stands, what is wrong with it, for administrators to see.
   * @param problems - all that its health has, also what the member does not know; asked at each report
   */
  reportProblems(problems: () => readonly ReportedMemberProblem[]): void;
  /**
   * Sends a GET request to our authority, over a connection that was judged.
   * @param path - e.g. `/trust-bundle`
   * @param signal - gives up
   * @returns whatever it answers
   */
  ask(path: string, signal?: AbortSignal): Promise<Response>;
  /**
   * The keys of our pool for one purpose: the same for every server of the pool, and after a restart.
   * @param purpose - what is sealed with them, e.g. `routes`
   * @throws MemberFault `ENTENTE_MEMBER_NO_KEYS` where they have never been fetched
   */
  keysFor(purpose: string): PurposeKeys;
  /**
   * The accounts of the domain, followed from the first call on: those of an earlier run, in force until the authority has told what is
   * newer. The authority tells what the role of this server needs: front ends and directors get verifiers, mediation and web services homes
   * and rights, and no other server gets anything.
   * @param directory - that this server reads itself, instead of the feed of the authority; the same for all calls. The member does not
   * close it
   * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED` where others may read the file of an earlier run
   */
  followAccounts(directory?: ReadDirectory): Promise<FollowedAccounts>;
  /**
   * The authorisation of one of our ends, always by the topology in force.
   * @param local - our end of the link
   */
  authorise(local: OwnEnd): Authorise;
  /**
   * Puts another authorisation that depends on the topology, such as that of partners, under the condition that the authority has
   * confirmed the topology lately enough.
   * @param allow - asked after that
   */
  whileConfirmed(allow: Authorise): Authorise;
  /** The latest time that an authority of ours has signed, milliseconds since the epoch: for other trusts of this server. */
  readonly latestSigned: number | undefined;
  /**
   * The credential of our external interface, from the enterprise CA: requested where there is none yet, and renewed.
   * @throws MemberFault `ENTENTE_MEMBER_REFUSED`, `ENTENTE_MEMBER_CLOSED` once the member was disposed of
   */
  externalIdentity(): Promise<Credential>;
  /**
   * @param listener - called after another topology has come into force, when the one in force is no longer believed because
   * the authority has not confirmed it, and when it is believed again
   * @returns stops it
   */
  onTopology(listener: (topology: Topology) => void): () => void;
}
