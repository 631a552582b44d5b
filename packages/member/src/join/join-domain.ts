import type { Topology } from '@entente/topology';
import type { AnchorSet, RevocationKnowledge } from '@entente/trust';
import type { LookUp } from '@entente/trust/node';
import { AuthorityClient } from '../authority/authority-client.ts';
import { RenewedCredential } from '../credential/renewed-credential.ts';
import { MemberFault } from '../files/fault.ts';
import { LastKnown } from '../files/last-known.ts';
import { MemberFiles } from '../files/member-files.ts';
import { restoreTopology } from '../files/topology-file.ts';
import { RevocationLists } from '../follow/revocation-lists.ts';
import { CurrentStore } from '../state/current-store.ts';
import { enterpriseAnchors, memberTrust, readRoots } from '../state/member-trust.ts';
import { join, readToken } from './enrol-server.ts';
import { JoinedMember, type Member, type MemberOptions } from './member.ts';
import { fetchPinnedRoot } from './pinned-root.ts';

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
      await join(files, token, trust, root.der, addresses);
      options.log.info({ event: 'joined', authority: authorityUrl }, `joined the domain of ${authorityHost}`);
    }
    const installed = readRoots((await files.read('roots')) ?? '', files.path('roots'));
    anchors.set(enterpriseAnchors(installed));
    const membership = known ?? (await files.membership());
    if (membership === undefined) throw damaged(files);
    let authority: AuthorityClient | undefined;
    const internal = await RenewedCredential.open({
      subject: () => options.fqdn,
      side: 'internal',
      files,
      authority: () => authority as AuthorityClient,
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
    const lists = new RevocationLists({
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
    authority = new AuthorityClient({
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

function refuseAfterMs(topology: Topology | undefined): number {
  // Before there is a topology there is nobody to refuse.
  return (topology?.policies.trustState.refuseAfterSeconds ?? Number.POSITIVE_INFINITY) * 1000;
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
