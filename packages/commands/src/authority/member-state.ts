import {
  certificateNames,
  type NamedList,
  type ReportedMemberProblem,
  type Topology,
  type TrustState,
} from '@entente/topology';
import { type ListedCertificate, stateOf, timeText } from './certificates.ts';
import type { ReportedMember, ReportedMembers } from './reported-members.ts';

/** A member reports every minute: after three without a report something is wrong, milliseconds. */
export const silentAfterMs = 180_000;

/** A certificate that a server should have, and for its internal interface what the server last reported. */
export interface MemberState {
  readonly server: string;
  readonly role: string;
  readonly interface: string;
  /** End of the certificate that the server uses, or else of the newest valid one; milliseconds since 1970. */
  readonly certificateUntil: number | undefined;
  /** Whether there is none, because the issuing authority of the last one is revoked. */
  readonly isIssuerRevoked: boolean;
  /** The last certificate where it is on hold and there is no valid one. */
  readonly onHold: ListedCertificate | undefined;
  /** Whether an administrator ordered the newest valid certificate: then nothing renews it, and the server may report nothing. */
  readonly isOrdered: boolean;
  /** Absent for an external interface, and where the server has reported nothing. */
  readonly report: ReportedMember | undefined;
  /** Whether a report is still to come: it has a certificate, and the authority has not run for long enough to call it silent. */
  readonly isAwaited: boolean;
  /** What is wrong there, in the words of the server; none for an external interface. */
  readonly problems: readonly ReportedMemberProblem[];
  /** What is wrong by what the authority knows of it, one sentence each. */
  readonly attention: readonly string[];
}

/** What servers are judged by. */
export interface InForce {
  readonly topology: Topology;
  /** Absent before the first one. */
  readonly state: TrustState | undefined;
  /** All that were issued to servers, in the order in which they were issued. */
  readonly certificates: readonly ListedCertificate[];
  readonly members: ReportedMembers;
}

/**
 * Judges each server of the topology: by its certificates, and by what it last reported.
 * @param inForce - as the authority told it; times are by its clock
 */
export function memberStates(inForce: InForce): readonly MemberState[] {
  const { certificates, members, topology } = inForce;
  const newest = new Map<string, ListedCertificate>();
  const cutOff = new Set<string>();
  const held = new Map<string, ListedCertificate>();
  const later = new Map<string, ListedCertificate>();
  const valid = new Map<string, ListedCertificate[]>();
  for (const certificate of certificates) {
    const key = `${certificate.subject} ${certificate.commonName}`;
    const worth = stateOf(certificate, members.at);
    if (worth === 'issuer revoked') cutOff.add(key);
    if (worth === 'on hold' && endsAlive(certificate, members.at)) held.set(key, certificate);
    if (worth === 'not yet valid') later.set(key, certificate);
    if (worth !== 'valid') continue;
    // The last one that was issued: where a clock was ahead once, one before it may end later.
    newest.set(key, certificate);
    valid.set(key, [...(valid.get(key) ?? []), certificate]);
  }
  return [...topology.servers.values()].flatMap(({ fqdn, role }) =>
    certificateNames(topology, fqdn)
      .filter(({ issuer }) => issuer === 'enterprise')
      .map((names) => {
        const key = `${fqdn} ${names.commonName}`;
        const report = names.interface === 'internal' ? members.reports.get(fqdn) : undefined;
        const inUse = report === undefined ? undefined : Date.parse(report.standing.certificateEnd);
        const certificate = valid.get(key)?.findLast(({ notAfter }) => notAfter === inUse) ?? newest.get(key);
        const onHold = certificate === undefined ? held.get(key) : undefined;
        const isIssuerRevoked = certificate === undefined && onHold === undefined && cutOff.has(key);
        const until = certificate === undefined ? undefined : (inUse ?? certificate.notAfter);
        const isOrdered = certificate?.requester.startsWith('administrator:') === true;
        const owesReport =
          report === undefined &&
          certificate !== undefined &&
          names.interface === 'internal' &&
          mustReport(role, isOrdered);
        const which = names.interface === 'external' ? `${fqdn}, outside,` : fqdn;
        return {
          server: fqdn,
          role,
          interface: names.interface,
          certificateUntil: until,
          isIssuerRevoked,
          onHold,
          isOrdered,
          report,
          problems: report?.problems ?? [],
          isAwaited: owesReport && !isSilentSince(members.since, members),
          attention: [
            ...(isIssuerRevoked
              ? [
                  `${which} has no valid certificate: the issuing authority of the last one is revoked; it must join again`,
                ]
              : ofCertificate(which, certificate ?? onHold ?? later.get(key), until, members.at)),
            ...(report === undefined ? [] : ofReport(fqdn, report, inForce)),
            ...(owesReport && isSilentSince(members.since, members)
              ? [`${fqdn} has reported nothing since the authority started at ${timeText(members.since)}`]
              : []),
          ],
        };
      }),
  );
}

function ofCertificate(
  which: string,
  certificate: ListedCertificate | undefined,
  until: number | undefined,
  now: number,
): readonly string[] {
  if (certificate?.revocation !== undefined)
    return [
      `${which} has no valid certificate: the last one, ${certificate.serial}, is on hold since ${timeText(certificate.revocation.at)}`,
    ];
  if (certificate !== undefined && certificate.notBefore > now)
    return [
      `${which} has no valid certificate: the last one counts from ${timeText(certificate.notBefore)} on; a clock was ahead when it was issued`,
    ];
  if (certificate === undefined || until === undefined)
    return [`${which} has no valid certificate: it has not joined, was revoked, or has expired`];
  const lifetime = certificate.notAfter - certificate.notBefore;
  if ((until - now) * 3 >= lifetime) return [];
  return [`the certificate of ${which} expires at ${timeText(until)}: it should have been renewed`];
}

/** Whether a certificate counts again once its hold ends. */
function endsAlive({ issuerRevoked, notAfter }: ListedCertificate, now: number): boolean {
  return issuerRevoked !== true && notAfter > now;
}

function ofReport(
  server: string,
  { lastSeen, standing }: ReportedMember,
  { members, state }: InForce,
): readonly string[] {
  const found: string[] = [];
  if (isSilentSince(lastSeen, members))
    found.push(`${server} has reported nothing since ${timeText(lastSeen)}`);
  if (state === undefined) return found;
  if (standing.topology < state.topology.version)
    found.push(
      `${server} acts on version ${standing.topology} of the topology: version ${state.topology.version} is in force`,
    );
  if (standing.topology > state.topology.version)
    found.push(
      `${server} acts on version ${standing.topology} of the topology, which is newer than version ${state.topology.version} of the authority: publish it again with entente topology publish`,
    );
  // One that has a newer state than ours has heard of it since we asked.
  const ahead =
    standing.state > state.sequence
      ? undefined
      : state.lists.find((list) => numberOf(standing.lists, list) > list.number);
  if (ahead !== undefined)
    found.push(
      `${server} has revocation list ${numberOf(standing.lists, ahead)} of ${ahead.issuer}, shard ${ahead.shard}, and the authority knows list ${ahead.number}: it went back, and may have lost revocations; stop it, and restore the newest backup with entente ca restore --replace --lists and the file revocation.crl of ${server}`,
    );
  if (standing.refused !== undefined)
    found.push(
      `${server} refuses the trust state of the authority (${standing.refused}), and goes on with what it has: ${refusalRemedy(server, standing.refused)}`,
    );
  const older = state.lists.find((list) => numberOf(standing.lists, list) < list.number);
  if (older !== undefined) {
    const number = numberOf(standing.lists, older);
    const has = number < 0 ? 'no revocation list' : `revocation list ${number}`;
    found.push(
      `${server} has ${has} of ${older.issuer}, shard ${older.shard}: list ${older.number} is in force`,
    );
  }
  return found;
}

/** What to do about a refusal that says enough by its reason; a later release may know further ones. */
function refusalRemedy(server: string, reason: string): string {
  if (reason === 'not-yet-signed' || reason === 'stale')
    return `compare the clocks of ${server} and of the authority (date -u, chronyc tracking), set the one that is wrong, and let both follow a time server`;
  if (reason === 'lower-version')
    return 'publish the newest topology again with entente topology publish, or find out which machine answers in the place of the authority';
  if (reason === 'wrong-network')
    return `check which host ${server} reaches by the name of the authority: DNS, and addresses in its configuration`;
  return 'see its health or its log for the reason and the remedy';
}

/** An authority reports nothing to itself, and a gateway of another maker to nobody. */
function mustReport(role: string, isOrdered: boolean): boolean {
  return role !== 'authority' && !isOrdered;
}

function isSilentSince(time: number, { at }: ReportedMembers): boolean {
  return at - time > silentAfterMs;
}

function numberOf(
  lists: readonly Pick<NamedList, 'issuer' | 'shard' | 'number'>[],
  { issuer, shard }: NamedList,
): number {
  return lists.find((list) => list.issuer === issuer && list.shard === shard)?.number ?? -1;
}
