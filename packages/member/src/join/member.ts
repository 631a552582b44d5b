import type { Credential, Log, OwnedTrust, Trust } from '@entente/tls';
import {
  authorise,
  type Confirmation,
  type LocalEnd,
  refuseUnconfirmed,
  type Topology,
} from '@entente/topology';
import type { Authorise, Rejection } from '@entente/trust';
import type { Certificate, CertificateList } from '@entente/x509';
import type { AuthorityClient } from '../authority/authority-client.ts';
import { fitsTopology } from '../credential/external-chain.ts';
import { RenewedCredential } from '../credential/renewed-credential.ts';
import type { LastKnown } from '../files/last-known.ts';
import type { MemberFiles } from '../files/member-files.ts';

/** What makes a server a member. */
export interface MemberOptions {
  /** Its own FQDN as the topology lists it. */
  readonly fqdn: string;
  /** Where it keeps its key, certificate, roots and topology. */
  readonly directory: string;
  /** Join token as pasted; needed the first time only. */
  readonly token?: string;
  /** Addresses of our hosts that DNS does not know, by name. The name in the certificate stays what it is. */
  readonly addresses?: ReadonlyMap<string, string>;
  readonly log: Log;
  /** Milliseconds between looks at the authority when no event comes. Default one minute. */
  readonly pollMs?: number;
}

/** A server that has joined: who it is, whom it believes, and the topology in force. */
export interface Member extends AsyncDisposable {
  readonly fqdn: string;
  readonly identity: Credential;
  readonly trust: Trust;
  /** The topology in force; another object after each change. */
  readonly topology: Topology;
  /** The enterprise roots in force. */
  readonly roots: readonly Certificate[];
  /**
   * The newest revocation list of each of our authorities, every one signed by it; another array after each change. Empty until
   * the authority has been reached once.
   */
  readonly revocationLists: readonly CertificateList[];
  /**
   * Asks our authority, over a connection that was judged (row 15).
   * @param path e.g. `/trust-bundle`
   * @param signal gives up
   * @returns whatever it answers
   */
  ask(path: string, signal?: AbortSignal): Promise<Response>;
  /**
   * The authorisation of one of our ends, always by the topology in force.
   * @param local our end of the link
   */
  authorise(local: Exclude<LocalEnd, { party: unknown }>): Authorise;
  /**
   * Puts another authorisation that stands on the topology, such as that of partners, under the condition that the authority has
   * confirmed the topology lately enough.
   * @param allow asked after that
   */
  whileConfirmed(allow: Authorise): Authorise;
  /** The latest time that an authority of ours has signed, milliseconds since the epoch: for trusts beside our own. */
  readonly latestSigned: number | undefined;
  /**
   * The identity of our external interface, from the enterprise CA: asked for where there is none yet, renewed by itself.
   * @throws {MemberFault} `ENTENTE_MEMBER_REFUSED`
   */
  externalIdentity(): Promise<Credential>;
  /**
   * @param listener called after another topology has come into force, and when the one in force is not believed any more
   * @returns stops it
   */
  onTopology(listener: (topology: Topology) => void): () => void;
}

/** What changes while a member runs. */
export interface Current {
  topology(): Topology | undefined;
  roots(): readonly Certificate[];
  lists(): readonly CertificateList[];
  readonly lastKnown: LastKnown;
}

export class JoinedMember implements Member {
  readonly fqdn: string;
  readonly identity: Credential;
  readonly trust: OwnedTrust;
  readonly #options: MemberOptions;
  readonly #files: MemberFiles;
  readonly #current: Current;
  readonly #listeners = new Set<(topology: Topology) => void>();
  #authority: AuthorityClient | undefined;
  readonly #internal: RenewedCredential;
  #external: Promise<RenewedCredential> | undefined;

  constructor(
    options: MemberOptions,
    files: MemberFiles,
    internal: RenewedCredential,
    trust: OwnedTrust,
    current: Current,
  ) {
    this.fqdn = options.fqdn;
    this.identity = internal.identity;
    this.#internal = internal;
    this.trust = trust;
    this.#options = options;
    this.#files = files;
    this.#current = current;
  }

  get topology(): Topology {
    return this.#current.topology() as Topology;
  }

  get roots(): readonly Certificate[] {
    return this.#current.roots();
  }

  get revocationLists(): readonly CertificateList[] {
    return this.#current.lists();
  }

  ask(path: string, signal?: AbortSignal): Promise<Response> {
    const { transport, url } = this.#authority as AuthorityClient;
    return transport(new Request(new URL(path, url), signal === undefined ? {} : { signal }));
  }

  authorise(local: Exclude<LocalEnd, { party: unknown }>): Authorise {
    let topology: Topology | undefined;
    let decide: Authorise | undefined;
    const confirmation = () => this.#confirmation();
    return (peer, link) => {
      const current = this.topology;
      if (decide === undefined || topology !== current) {
        topology = current;
        decide = authorise(current, local, confirmation) as Authorise;
      }
      return decide(peer, link);
    };
  }

  whileConfirmed(allow: Authorise): Authorise {
    return (peer, link) => {
      const rejection = refuseUnconfirmed(this.topology, this.#confirmation()) as Rejection | undefined;
      return rejection === undefined ? allow(peer, link) : { ok: false, rejection };
    };
  }

  get latestSigned(): number | undefined {
    return this.#current.lastKnown.latestSigned;
  }

  #confirmation(): Confirmation {
    return { confirmedAt: this.#current.lastKnown.confirmedAt, now: this.trust.clock.now() };
  }

  async externalIdentity(): Promise<Credential> {
    this.#external ??= RenewedCredential.open({
      subject: () => this.topology.servers.get(this.fqdn)?.interfaces.external?.fqdn ?? this.fqdn,
      side: 'external',
      files: this.#files,
      authority: () => this.#authority as AuthorityClient,
      now: () => this.trust.clock.now(),
      log: this.#options.log,
    }).then((opened) => {
      const fit = (): void => {
        const { certificatePem } = opened.identity.current;
        if (!fitsTopology(certificatePem, this.topology, this.fqdn)) void opened.renewNow();
      };
      fit();
      this.onTopology(fit);
      return opened;
    });
    const opening = this.#external;
    try {
      return (await opening).identity;
    } catch (error) {
      // The authority may be there the next time.
      if (this.#external === opening) this.#external = undefined;
      throw error;
    }
  }

  onTopology(listener: (topology: Topology) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Another topology is in force, or the one in force no longer holds: open connections are judged again. */
  topologyChanged(topology: Topology): void {
    this.trust.announce();
    for (const listener of [...this.#listeners]) listener(topology);
  }

  follow(authority: AuthorityClient): void {
    this.#authority = authority;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What is ours closes before the authority breaks off what it was asked, so nothing calls that a failure.
    const closing = [
      this.#current.lastKnown[Symbol.asyncDispose](),
      this.#internal[Symbol.asyncDispose](),
      this.#external?.then(
        (external) => external[Symbol.asyncDispose](),
        () => {},
      ),
    ];
    await this.#authority?.[Symbol.asyncDispose]();
    await Promise.all(closing);
    await this.trust[Symbol.asyncDispose]();
  }
}
