import type { Issuance } from '@entente/pki';
import type { Ledger, RecordedCertificate } from '@entente/pki/ledger';
import type { Topology } from '@entente/topology';
import { isNamed } from './administrators.ts';
import type { RemovedAdministrator } from './topology-store.ts';

/** What {@link unlistedCertificates} reads. */
export interface UnlistedOptions {
  readonly ledger: Pick<Ledger, 'find' | 'issuedTo' | 'revoked' | 'subjects'>;
  /** Whose certificates they are. */
  readonly issuers: Pick<Issuance, 'issuer' | 'issuers'>;
  /** In force. */
  readonly topology: Topology;
  /** The authority’s own name: it may serve before the topology lists it. */
  readonly fqdn: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Profile = 'server' | 'store' | 'administrator';

/**
 * Finds the certificates that a topology has taken away: of servers and stores that it does not list, and of administrators that it has removed.
 * One that is on hold is among them: somebody may end the hold, and the name may be that of another machine by then.
 * @param removed - administrators whom a version has removed
 * @param options - ledger, issuers, topology
 * @returns serial numbers by subject, lower-case hexadecimal
 */
export async function unlistedCertificates(
  removed: readonly RemovedAdministrator[],
  options: UnlistedOptions,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { fqdn, ledger, now, topology } = options;
  const onHold = await heldCertificates(options);
  const living = async (subject: string, profile: Profile) =>
    (await ledger.issuedTo(subject, now)).filter((one) => one.profile === profile && maySpeak(one));
  const subjects = async (profile: Profile) =>
    new Set([
      ...(await ledger.subjects(profile, now)),
      ...onHold.filter((one) => one.profile === profile).map(({ subject }) => subject),
    ]);
  const serialsOf = new Map<string, readonly string[]>();
  for (const subject of await subjects('server')) {
    if (topology.servers.has(subject) || subject === fqdn) continue;
    serialsOf.set(
      subject,
      (await living(subject, 'server')).map(({ serialHex }) => serialHex),
    );
  }
  for (const subject of await subjects('store')) {
    if (topology.stores.has(subject)) continue;
    const serials = (await living(subject, 'store')).map(({ serialHex }) => serialHex);
    // The name may have been that of a server too, at another time.
    serialsOf.set(subject, [...(serialsOf.get(subject) ?? []), ...serials]);
  }
  for (const { name, issuedUntil } of removed) {
    if (isNamed(topology, name)) continue;
    const serials = (await living(name, 'administrator'))
      .filter(({ issuedAt }) => issuedAt <= issuedUntil)
      .map(({ serialHex }) => serialHex);
    if (serials.length > 0) serialsOf.set(`administrator ${name}`, serials);
  }
  return serialsOf;
}

/** Whether a certificate counts, or counts again once its hold ends. */
function maySpeak({ revocation }: RecordedCertificate): boolean {
  return revocation === undefined || revocation.reason === 'certificateHold';
}

async function heldCertificates({
  issuers: { issuer: active, issuers: all = [active] },
  ledger,
  now,
}: UnlistedOptions): Promise<readonly RecordedCertificate[]> {
  const held: RecordedCertificate[] = [];
  for (const { id } of all) {
    for (const { revocation, serialHex } of await ledger.revoked(id, now)) {
      if (revocation.reason !== 'certificateHold') continue;
      const one = await ledger.find(id, serialHex);
      if (one !== undefined) held.push(one);
    }
  }
  return held;
}
