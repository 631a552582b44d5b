import { type Credential, type Log, systemClock } from '@entente/tls';
import { mayAskAuthority, type Topology } from '@entente/topology';
import { type Certificate, certificateNamesOf } from '@entente/x509';
import { AuthorityClient } from '../authority/authority-client.ts';
import { AuthorityWays } from '../authority/authority-connections.ts';
import { CredentialFiles } from '../credential/credential-files.ts';
import { RenewedCredential } from '../credential/renewed-credential.ts';
import { holdDirectory } from '../files/directory-lock.ts';
import { DomainKeysFile } from '../files/domain-keys-file.ts';
import { joinAgain, MemberFault } from '../files/fault.ts';
import { type LastKnown, LastKnownFile, readLastKnown } from '../files/last-known-file.ts';
import { MemberFiles, type Membership } from '../files/member-files.ts';
import { TopologyFile } from '../files/topology-file.ts';
import { DomainFollower } from '../follow/domain-follower.ts';
import { ListAlarm } from '../follow/list-alarm.ts';
import { OwnCertificateWatch } from '../follow/own-certificate-watch.ts';
import { RevocationLists, restoreLists } from '../follow/revocation-lists.ts';
import { PushService } from '../push/push-service.ts';
import { PushedRequests } from '../push/pushed-requests.ts';
import { DomainState } from '../state/domain-state.ts';
import { type ListFetching, openDomainTrust, openRootTrust } from '../state/domain-trust.ts';
import { readRoots, rootsUnder } from '../state/enterprise-anchors.ts';
import { believedSigned } from '../state/signed-times.ts';
import { checkMemberOptions } from './check-member-options.ts';
import { checkMembership } from './check-membership.ts';
import { enrolServer } from './enrol-server.ts';
import { fetchFirstTopology } from './first-topology.ts';
import { readToken } from './join-token.ts';
import { JoinedMember } from './joined-member.ts';
import type { Member, MemberOptions } from './member.ts';

/**
 * Joins the domain, or comes back to it: enrols with the token the first time, then takes revocation lists and the topology from
 * the authority and follows them.
 * @param options - which server, where its files are, and its join token
 * @throws MemberFault by code, e.g. `ENTENTE_MEMBER_DIRECTORY_IN_USE`, or `ENTENTE_MEMBER_BAD_ARGUMENT` before anything is done; TrustError where the authority does not pass the verdict
 */
export async function joinDomain(options: MemberOptions): Promise<Member> {
  checkMemberOptions(options);
  const { clock = systemClock, log } = options;
  const files = new MemberFiles(options.directory, { clock, log });
  // Before a folder is created, which would look like that of a server.
  if (options.token === undefined) await checkMembership(options.directory, undefined, options.fqdn);
  await files.prepare();
  const lock = await holdDirectory(options.directory);
  try {
    await files.removeDrafts();
    return await joinHeld(options, files, lock);
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

/** @param lock - belongs to the member, once there is one */
async function joinHeld(options: MemberOptions, files: MemberFiles, lock: AsyncDisposable): Promise<Member> {
  const { addresses = new Map<string, string>(), clock = systemClock, fqdn, log, pollMs = 60_000 } = options;
  const known = await readLastKnown(files, log);
  const membership = (await files.membership()) ?? (await enrol(files, options, believedSigned(known)));
  const { administratorsHash, authority: url } = membership;
  const fetching = fetchingOf(options, url);
  const roots = readRoots((await files.read('roots')) ?? '', files.path('roots'));
  const credentialFiles = new CredentialFiles(files, 'internal');
  const credential = await credentialFiles.load();
  if (credential === undefined) throw withoutCertificate(credentialFiles.place);
  const { dnsNames } = certificateNamesOf(credential.current.leaf);
  if (!dnsNames.includes(fqdn)) {
    await credential[Symbol.asyncDispose]();
    throw ofOtherServer(credentialFiles.place, fqdn, dnsNames);
  }

  const opened: (AsyncDisposable | Disposable)[] = [credential];
  try {
    const topologyFile = new TopologyFile(files);
    const restored = await topologyFile.restore();
    const beginning =
      restored === undefined
        ? await fetchBeginning({
            addresses,
            administratorsHash,
            credential,
            fetching,
            known,
            log,
            roots,
            url,
          })
        : { topology: restored, lastKnown: known, text: undefined };
    const { topology } = beginning;
    if (beginning.text !== undefined) await topologyFile.keep(topology, beginning.text);
    const keysFile = new DomainKeysFile(files, log);
    const chainPem = () => credential.current.certificatePem;
    const restoring = { chainPem: chainPem(), roots: rootsUnder(topology, roots), files, log };
    const state = new DomainState({
      topology,
      roots,
      lists: await restoreLists({ ...restoring, now: clock.now() }),
      keys: await keysFile.restore(),
      lastKnown: beginning.lastKnown,
      clock,
      onFault: (fault) =>
        log.error({ event: 'fault', err: fault }, 'a listener to changes of the domain has failed'),
    });
    opened.push(state);
    const listAlarm = new ListAlarm({ log });
    const onCrl: ListFetching['onCrl'] = (list, url) => listAlarm.see(list, url);
    const trust = await openDomainTrust(state, { ...fetching, onCrl });
    opened.push(trust);
    const pushed = new PushedRequests({ openMs: () => pushesEndMs(state.topology), clock });
    const mayDial = () => mayAskAuthority(state.topology, fqdn);
    const ways = new AuthorityWays({ pushed, mayDial });
    const authority = new AuthorityClient({ url, addresses, trust, credential, ways });
    opened.push(authority);
    const lastKnownFile = new LastKnownFile(files, log, known);
    credential.onChange(() => pushed.replaced());
    const internal = new RenewedCredential(credential, {
      subject: () => fqdn,
      files: credentialFiles,
      authority,
      clock,
      log,
    });
    const own = new OwnCertificateWatch({ fqdn, chainPem, addresses, state, listAlarm, clock, log });
    const follower = new DomainFollower({
      fqdn,
      state,
      authority,
      lists: new RevocationLists({ chainPem, authority, files, state, now: () => clock.now(), log }),
      certificateEnd: () => credential.current.leaf.notAfter,
      listAlarm,
      own,
      topologyFile,
      keysFile,
      lastKnownFile,
      files,
      clock,
      log,
      pollMs,
    });
    const pushes = new PushService({
      fqdn,
      state,
      trust,
      identity: credential,
      requests: pushed,
      refresh: () => follower.refresh(),
      log,
    });
    const parts = {
      ...{ fqdn, state, trust, authority, internal, follower, own, pushes, files, lastKnownFile, lock, log },
      // As long as it may take until all of them know the topology.
      spreadMs: pollMs,
    };
    const member = new JoinedMember(parts);
    opened.splice(0, opened.length, member);
    // Before anything is fetched: the authority may be reached in no other way.
    await pushes.open();
    await follower.start();
    return member;
  } catch (error) {
    // A member that follows the authority would keep the process alive.
    for (const item of opened.reverse()) {
      if (Symbol.asyncDispose in item) await item[Symbol.asyncDispose]();
      else item[Symbol.dispose]();
    }
    throw error;
  }
}

async function enrol(
  files: MemberFiles,
  options: MemberOptions,
  latestSigned: number | undefined,
): Promise<Membership> {
  const { addresses = new Map<string, string>(), directory, fqdn, log } = options;
  const token = readToken(options.token, fqdn, directory);
  const fetching = fetchingOf(options, token.authority);
  const membership = await enrolServer({ token, files, addresses, latestSigned, fetching });
  const { hostname } = new URL(membership.authority);
  log.info({ event: 'joined', authority: membership.authority }, `joined the domain of ${hostname}`);
  return membership;
}

/** What a member without a topology asks its authority with. */
interface BeginningOptions {
  readonly addresses: ReadonlyMap<string, string>;
  readonly administratorsHash: string;
  readonly credential: Credential;
  readonly fetching: ListFetching;
  readonly known: LastKnown;
  readonly log: Log;
  readonly roots: readonly Certificate[];
  readonly url: string;
}

/** The first topology, from an authority that is judged by the roots alone. */
async function fetchBeginning(options: BeginningOptions) {
  const { addresses, administratorsHash, credential, fetching, known, log, roots, url } = options;
  await using trust = await openRootTrust(roots, believedSigned(known), fetching);
  await using authority = new AuthorityClient({ url, addresses, trust, credential });
  const now = () => trust.clock.now();
  const { text, topology } = await fetchFirstTopology({ authority, administratorsHash, now, log });
  // An earlier run has confirmed another topology; the first trust state confirms this one.
  const { confirmedAt: _, ...lastKnown } = known;
  return { topology, text, lastKnown };
}

/** Lists are fetched from hosts of the domain, at the addresses that the configuration gives. */
function fetchingOf({ addresses, clock, directory }: MemberOptions, authority: string): ListFetching {
  return {
    ...(clock === undefined ? {} : { clock }),
    hosts: [new URL(authority).hostname, ...(addresses?.keys() ?? [])],
    cacheDirectory: `${directory}/revocation`,
    ...(addresses === undefined || addresses.size === 0
      ? {}
      : { lookUp: async (host) => [addresses.get(host)].filter((address) => address !== undefined) }),
  };
}

/** Milliseconds after a push for which another is expected: the authority pushes with each trust state, and tries again within a minute. */
function pushesEndMs({ policies }: Topology): number {
  return policies.trustState.intervalSeconds * 3_000 + 60_000;
}

function withoutCertificate(place: string): MemberFault {
  return new MemberFault('ENTENTE_MEMBER_DAMAGED', {
    sentence: 'this server has joined, but its certificate is missing',
    place,
    remedy: joinAgain,
  });
}

function ofOtherServer(place: string, fqdn: string, names: readonly string[]): MemberFault {
  return new MemberFault('ENTENTE_MEMBER_OTHER_SERVER', {
    sentence: `expected the certificate of ${fqdn}, found one for ${names.join(', ')}: this is the directory of another server`,
    place,
    remedy:
      'correct "fqdn" or "directory"; a server that has another name joins with a new token and an empty directory',
  });
}
