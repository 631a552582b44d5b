import type { Identity, OwnedTrust, Trust } from '@entente/tls';
import {
  authorise,
  type Confirmation,
  type LocalEnd,
  refuseUnconfirmed,
  type Topology,
} from '@entente/topology';
import type { AnchorSet, Authorise, Rejection, RevocationKnowledge } from '@entente/trust';
import type { LookUp } from '@entente/trust/node';
import type { Certificate, CertificateList } from '@entente/x509';
import { Authority } from './authority.ts';
import { CurrentStore } from './current-store.ts';
import { MemberFault } from './fault.ts';
import { join, readToken } from './join.ts';
import { LastKnown } from './last-known.ts';
import type { MemberLog } from './log.ts';
import { MemberFiles } from './member-files.ts';
import { enterpriseAnchors, memberTrust, readRoots } from './member-trust.ts';
import { fitsOutside } from './outside-chain.ts';
import { OwnLists } from './own-lists.ts';
import { fetchPinnedRoot } from './pinned-root.ts';
import { RenewedIdentity } from './renewed-identity.ts';
import { restoreTopology } from './topology-file.ts';

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
  readonly log: MemberLog;
  /** Milliseconds between looks at the authority when no event comes. Default one minute. */
  readonly pollMs?: number;
}

/** A server that has joined: who it is, whom it believes, and the topology in force. */
export interface Member extends AsyncDisposable {
  readonly fqdn: string;
  readonly identity: Identity;
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
  externalIdentity(): Promise<Identity>;
  /**
   * @param listener called after another topology has come into force, and when the one in force is not believed any more
   * @returns stops it
   */
  onTopology(listener: (topology: Topology) => void): () => void;
}

/**
 * Joins the domain, or comes back to it: enrols with the token the first time, then takes roots, revocation lists and the
 * topology from the authority and follows them.
 * @param options who, where, with which token
 * @throws {MemberFault} by code, and whatever the connection to the authority is refused for
 */
export async function joinDomain(options: MemberOptions): Promise<Member> {
  const files = new MemberFiles(options.directory);
  await files.prepare();
  const lastKnown = await LastKnown.open(files, options.log);
  const crls = new CurrentStore<RevocationKnowledge>({ crls: [] });
  crls.onChange((lists) => void lastKnown.signed(lists));
  const anchors = new CurrentStore<AnchorSet>({ anchors: [] });
  let topology: Topology | undefined;
  const addresses = options.addresses ?? new Map<string, string>();
  const lookUp: LookUp | undefined =
    addresses.size === 0
      ? undefined
      : async (host) => [addresses.get(host)].filter((address) => address !== undefined);

  const known = await files.membership();
  const token = known === undefined ? readToken(requireToken(options), options.fqdn) : undefined;
  const authorityUrl = known?.authority ?? (token?.authority as string);
  const authorityHost = new URL(authorityUrl).hostname;
  const trust = await memberTrust({
    anchors,
    crls,
    crlHosts: [authorityHost, ...addresses.keys()],
    ...(lookUp === undefined ? {} : { lookUp }),
    cacheDirectory: `${options.directory}/revocation`,
    latestSigned: () => lastKnown.latestSigned,
    version: () => topology?.hash ?? 'none',
  });
  let opened: AsyncDisposable = trust;
  try {
    if (token !== undefined) {
      const root = await fetchPinnedRoot(authorityUrl, addresses.get(authorityHost), token.rootSpkiHash);
      anchors.set(enterpriseAnchors([root]));
      await join(files, token, trust, root.der, addresses.get(authorityHost));
      options.log.info({ event: 'joined', authority: authorityUrl }, `joined the domain of ${authorityHost}`);
    }
    const installed = readRoots((await files.read('roots')) ?? '', files.path('roots'));
    anchors.set(enterpriseAnchors(installed));
    const membership = known ?? (await files.membership());
    if (membership === undefined) throw damaged(files);
    let authority: Authority | undefined;
    const internal = await RenewedIdentity.open({
      subject: () => options.fqdn,
      side: 'internal',
      files,
      authority: () => authority as Authority,
      now: () => trust.clock.now(),
      log: options.log,
    });
    const { identity } = internal;
    const roots = () => anchors.current.anchors.map(({ certificate }) => certificate);
    const member = new JoinedMember(options, files, internal, trust, {
      topology: () => topology,
      roots,
      lists: () => crls.current.crls,
      lastKnown,
    });
    opened = member;
    const lists = new OwnLists({
      chainPem: () => identity.current.certificatePem,
      roots,
      addresses,
      files,
      store: crls,
      log: options.log,
    });
    await lists.restore();
    const takeUp = (next: Topology | undefined): void => {
      topology = next;
      anchors.set(enterpriseAnchors(roots(), next));
    };
    takeUp(await restoreTopology(files));
    authority = new Authority({
      fqdn: options.fqdn,
      url: authorityUrl,
      addresses,
      administratorsHash: membership.administratorsHash,
      identity,
      trust,
      files,
      lists,
      log: options.log,
      pollMs: options.pollMs ?? 60_000,
      current: () => topology,
      takeUp: (next) => {
        takeUp(next);
        member.topologyChanged(next);
      },
      confirmed: () => lastKnown.confirmed(trust.clock.now()),
    });
    lastKnown.watch({
      clock: trust.clock,
      refuseAfterMs: () => refuseAfterMs(topology),
      lapsed: () => {
        if (topology !== undefined) member.topologyChanged(topology);
      },
    });
    member.follow(authority);
    await authority.start();
    if (topology === undefined) {
      throw new MemberFault('ENTENTE_MEMBER_UNREACHABLE', {
        sentence: 'no topology could be had, neither from the authority nor from an earlier run',
        place: authorityUrl,
        remedy: 'publish a topology, and see that this server reaches the authority',
      });
    }
    return member;
  } catch (error) {
    // With the member goes what already follows the authority, which would keep the process alive.
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

/** What changes while a member runs. */
interface Current {
  topology(): Topology | undefined;
  roots(): readonly Certificate[];
  lists(): readonly CertificateList[];
  readonly lastKnown: LastKnown;
}

function refuseAfterMs(topology: Topology | undefined): number {
  // Before there is a topology there is nobody to refuse.
  return (topology?.policies.trustState.refuseAfterSeconds ?? Number.POSITIVE_INFINITY) * 1000;
}

class JoinedMember implements Member {
  readonly fqdn: string;
  readonly identity: Identity;
  readonly trust: OwnedTrust;
  readonly #options: MemberOptions;
  readonly #files: MemberFiles;
  readonly #current: Current;
  readonly #listeners = new Set<(topology: Topology) => void>();
  #authority: Authority | undefined;
  readonly #sides: RenewedIdentity[];
  #external: Promise<RenewedIdentity> | undefined;

  constructor(
    options: MemberOptions,
    files: MemberFiles,
    internal: RenewedIdentity,
    trust: OwnedTrust,
    current: Current,
  ) {
    this.fqdn = options.fqdn;
    this.identity = internal.identity;
    this.#sides = [internal];
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
    const { transport, url } = this.#authority as Authority;
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

  async externalIdentity(): Promise<Identity> {
    this.#external ??= RenewedIdentity.open({
      subject: () => this.topology.servers.get(this.fqdn)?.interfaces.external?.fqdn ?? this.fqdn,
      side: 'external',
      files: this.#files,
      authority: () => this.#authority as Authority,
      now: () => this.trust.clock.now(),
      log: this.#options.log,
    }).then((opened) => {
      this.#sides.push(opened);
      const fit = (): void => {
        const { certificatePem } = opened.identity.current;
        if (!fitsOutside(certificatePem, this.topology, this.fqdn)) void opened.renewNow();
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

  follow(authority: Authority): void {
    this.#authority = authority;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#current.lastKnown[Symbol.dispose]();
    await this.#authority?.[Symbol.asyncDispose]();
    for (const side of this.#sides.splice(0)) await side[Symbol.asyncDispose]();
    await this.trust[Symbol.asyncDispose]();
  }
}

function requireToken(options: MemberOptions): string {
  if (options.token !== undefined) return options.token;
  throw new MemberFault('ENTENTE_MEMBER_NO_TOKEN', {
    sentence: `${options.fqdn} has not joined yet and has no join token`,
    place: options.directory,
    remedy: 'ask an administrator for a join token for this server and give it as "join.token"',
  });
}

function damaged(files: MemberFiles): MemberFault {
  return new MemberFault('ENTENTE_MEMBER_DAMAGED', {
    sentence: 'the record of this membership has vanished',
    place: files.path('membership'),
    remedy: 'restore the directory from a copy, or empty it and join again with a new token',
  });
}
