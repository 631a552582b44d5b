import type { Credential, Log, Trust } from '@entente/tls';
import type { ReportedMemberProblem, Topology } from '@entente/topology';
import type { Authorise } from '@entente/trust';
import type { Certificate, CertificateList } from '@entente/x509';
import { AccountsConfirmation } from '../accounts/accounts-confirmation.ts';
import { AccountsFile } from '../accounts/accounts-file.ts';
import { AccountsFollower } from '../accounts/accounts-follower.ts';
import { authorityFeed } from '../accounts/authority-feed.ts';
import { directoryFeed, type ReadDirectory } from '../accounts/directory-feed.ts';
import type { FollowedAccounts } from '../accounts/followed-accounts.ts';
import type { AuthorityClient } from '../authority/authority-client.ts';
import { CredentialFiles, type Side } from '../credential/credential-files.ts';
import { fitsTopology, leadsToStayingRoot } from '../credential/interface-chain.ts';
import { RenewedCredential } from '../credential/renewed-credential.ts';
import { MemberFault } from '../files/fault.ts';
import type { MemberFiles } from '../files/member-files.ts';
import type { DomainFollower } from '../follow/domain-follower.ts';
import {
  type MemberProblem,
  memberProblems,
  missingProblems,
  unwrittenProblems,
} from '../follow/member-problem.ts';
import type { OwnCertificateWatch } from '../follow/own-certificate-watch.ts';
import type { RenewalStanding } from '../follow/renewal-problem.ts';
import { authoriseBy, type OwnEnd, whileConfirmed } from '../state/authorisation.ts';
import type { DomainState } from '../state/domain-state.ts';
import { type PurposeKeys, purposeKeys } from '../state/purpose-keys.ts';
import type { Member } from './member.ts';

/** What a joined member consists of; it is disposed of with the member. */
export interface MemberParts {
  readonly fqdn: string;
  readonly state: DomainState;
  readonly trust: Trust;
  readonly authority: AuthorityClient;
  /** The credential of the internal interface. */
  readonly internal: RenewedCredential;
  /** Keeps the state up to date. */
  readonly follower: AsyncDisposable &
    Pick<DomainFollower, 'onAccounts' | 'onReached' | 'problems' | 'refusal'>;
  /** Knows whether the certificate of the internal interface is over. */
  readonly own: Pick<OwnCertificateWatch, 'problem'>;
  /** Takes pushes of the authority, where the topology says so. */
  readonly pushes: AsyncDisposable;
  readonly files: MemberFiles;
  readonly lastKnownFile: AsyncDisposable;
  /** Holds the directory; given back last. */
  readonly lock: AsyncDisposable;
  /** Over how long the renewals of a domain are spread when all of its servers renew, milliseconds. */
  readonly spreadMs: number;
  readonly log: Log;
}

/** A member with all of its parts. */
export class JoinedMember implements Member {
  readonly fqdn: string;
  readonly identity: Credential;
  readonly trust: Trust;
  readonly #parts: MemberParts;
  #external: Promise<RenewedCredential> | undefined;
  #openedExternal: RenewedCredential | undefined;
  #closed = false;
  #accounts: { readonly follower: AccountsFollower; readonly started: Promise<void> } | undefined;

  constructor(parts: MemberParts) {
    this.fqdn = parts.fqdn;
    this.identity = parts.internal.credential;
    this.trust = parts.trust;
    this.#parts = parts;
    // The authority gives the keys of a pool to those alone whose certificate names the pool.
    parts.state.onChange(({ what }) => {
      if (what === 'topology') this.#fit(parts.internal, 'internal');
    });
    this.#fit(parts.internal, 'internal');
    parts.follower.onReached(() => {
      parts.internal.authorityReached();
      this.#openedExternal?.authorityReached();
    });
  }

  get topology(): Topology {
    return this.#parts.state.topology;
  }

  get roots(): readonly Certificate[] {
    return this.#parts.state.roots;
  }

  get revocationLists(): readonly CertificateList[] {
    return this.#parts.state.lists;
  }

  get latestSigned(): number | undefined {
    return this.#parts.state.latestSigned;
  }

  get confirmedAt(): number | undefined {
    return this.#parts.state.confirmation.confirmedAt;
  }

  get isOver(): boolean {
    return this.#parts.own.problem !== undefined;
  }

  problems(): readonly MemberProblem[] {
    const { files, follower, internal, own, state } = this.#parts;
    const external = this.#openedExternal;
    const renewals = [
      standingOf('internal', internal),
      ...(external === undefined ? [] : [standingOf('external', external)]),
    ];
    const standing = memberProblems(state, own.problem, follower.refusal, renewals);
    const accounts = this.#accounts?.follower.problems() ?? [];
    return [
      ...standing,
      ...accounts,
      ...unwrittenProblems(files.unwritten),
      ...missingProblems(files.missing),
    ];
  }

  reportProblems(problems: () => readonly ReportedMemberProblem[]): void {
    this.#parts.follower.problems.source = problems;
  }

  ask(path: string, signal?: AbortSignal): Promise<Response> {
    return this.#parts.authority.get(path, signal);
  }

  async followAccounts(directory?: ReadDirectory): Promise<FollowedAccounts> {
    this.#accounts ??= this.#startAccounts(directory);
    const { follower, started } = this.#accounts;
    await started;
    return follower;
  }

  keysFor(purpose: string): PurposeKeys {
    return purposeKeys(this.#parts.state, purpose);
  }

  authorise(local: OwnEnd): Authorise {
    return authoriseBy(this.#parts.state, local);
  }

  whileConfirmed(allow: Authorise): Authorise {
    return whileConfirmed(this.#parts.state, allow);
  }

  onTopology(listener: (topology: Topology) => void): () => void {
    const { state } = this.#parts;
    return state.onChange(({ what }) => {
      if (what === 'topology' || what === 'standing') listener(state.topology);
    });
  }

  async externalIdentity(): Promise<Credential> {
    // Nobody would dispose of what it opens.
    if (this.#closed) throw closed(this.fqdn);
    this.#external ??= this.#openExternal();
    const opening = this.#external;
    try {
      return (await opening).credential;
    } catch (error) {
      // The authority may answer the next time.
      if (this.#external === opening) this.#external = undefined;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { authority, follower, internal, lastKnownFile, lock, pushes, state, trust } = this.#parts;
    state[Symbol.dispose]();
    this.#closed = true;
    // Closed before the authority's client aborts its requests, so that none of them is logged as a failure.
    const closing = [
      follower[Symbol.asyncDispose](),
      pushes[Symbol.asyncDispose](),
      internal[Symbol.asyncDispose](),
      this.#accounts?.follower[Symbol.asyncDispose](),
      this.#external?.then(
        (external) => external[Symbol.asyncDispose](),
        () => {},
      ),
    ];
    await authority[Symbol.asyncDispose]();
    await Promise.all(closing);
    await lastKnownFile[Symbol.asyncDispose]();
    await trust[Symbol.asyncDispose]();
    await lock[Symbol.asyncDispose]();
  }

  /** Renews a certificate that is not what the topology says: at once for its names, soon for a root that leaves. */
  #fit(renewed: RenewedCredential, side: Side): void {
    const { fqdn, spreadMs } = this.#parts;
    const { certificatePem } = renewed.credential.current;
    if (!fitsTopology(certificatePem, this.topology, fqdn, side)) void renewed.renewNow();
    else if (!leadsToStayingRoot(certificatePem, this.topology, fqdn, side)) renewed.renewWithin(spreadMs);
  }

  #startAccounts(directory: ReadDirectory | undefined) {
    const { authority, files, follower: domain, log, trust } = this.#parts;
    const { clock } = trust;
    const source =
      directory === undefined
        ? authorityFeed({ authority, onNews: (listener) => domain.onAccounts(listener) })
        : directoryFeed(directory);
    // As long as a topology that nothing confirms.
    const refuseAfterMs = () => this.topology.policies.trustState.refuseAfterSeconds * 1_000;
    const follower = new AccountsFollower({
      source,
      authority,
      confirmation:
        directory === undefined
          ? undefined
          : new AccountsConfirmation({ place: source.place, refuseAfterMs, clock, log }),
      file: new AccountsFile(files, log),
      clock,
      log,
    });
    return { follower, started: follower.start() };
  }

  async #openExternal(): Promise<RenewedCredential> {
    const { authority, files, fqdn, internal, log, trust } = this.#parts;
    const opened = await RenewedCredential.open({
      subject: () => this.topology.servers.get(fqdn)?.interfaces.external?.fqdn ?? fqdn,
      files: new CredentialFiles(files, 'external'),
      authority,
      asking: internal,
      clock: trust.clock,
      log,
    });
    // Where the member came to its end meanwhile, what was opened is disposed of before it asks for anything.
    this.#openedExternal = opened;
    const fit = (): void => this.#fit(opened, 'external');
    fit();
    this.onTopology(fit);
    return opened;
  }
}

function standingOf(side: Side, { credential, failure }: RenewedCredential): RenewalStanding {
  return { side, leaf: credential.current.leaf, failure };
}

function closed(fqdn: string): MemberFault {
  return new MemberFault('ENTENTE_MEMBER_CLOSED', {
    sentence: 'expected a member that is open, found one that was disposed of',
    place: fqdn,
    remedy: 'join again with joinDomain',
  });
}
