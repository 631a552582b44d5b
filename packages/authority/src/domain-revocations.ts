import {
  findIssued,
  type Issuance,
  type PkiRefusal,
  type PublishedRevocation,
  type RevocationDesk,
  type RevocationOutcome,
  type RevocationReason,
  type RevokedAtOnce,
  refuse,
  spkiHash,
} from '@entente/pki';
import type { Ledger, Revocation } from '@entente/pki/ledger';
import type { Log } from '@entente/tls';
import type { Topology } from '@entente/topology';
import { isSignedBy } from '@entente/trust';
import { type Certificate, certificateNamesOf } from '@entente/x509';
import type { DomainKeyStore } from './domain-keys/key-store.ts';
import { keyOwner } from './domain-keys/may-have-keys.ts';
import { faultFields } from './fault-fields.ts';
import type { Health } from './health/health.ts';
import type { RemovedAdministrator } from './topology-store.ts';
import { unlistedCertificates } from './unlisted-certificates.ts';

/** What the revocations of a domain follow. */
export interface DomainRevocationOptions {
  readonly desk: RevocationDesk;
  readonly ledger: Ledger;
  /** Whose certificates it revokes. */
  readonly issuers: Pick<Issuance, 'issuer' | 'issuers'>;
  /** The authority's own FQDN. */
  readonly fqdn: string;
  readonly domainKeys: DomainKeyStore;
  /** Signs new lists; returns the highest number. */
  readonly publish: () => Promise<number>;
  readonly topology: () => Topology | undefined;
  /** Learns whether the keys of pools could be changed. */
  readonly health: Pick<Health, 'follow'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Pick<Log, 'error'>;
}

/** Revokes certificates of a domain, and takes back what they had opened to their holders. */
export interface DomainRevocations extends RevocationDesk {
  /**
   * Revokes the certificates of servers that the topology does not list, and of administrators that it has removed, with one CRL; those on hold too.
   * @param removed - administrators whom a version has removed
   * @param before - called with what will be revoked, by subject, where there is any; nothing is revoked where it throws
   * @returns what was revoked, by subject
   */
  revokeUnlisted(
    removed: readonly RemovedAdministrator[],
    before: (serialsOf: ReadonlyMap<string, readonly string[]>) => Promise<unknown>,
  ): Promise<ReadonlyMap<string, readonly string[]>>;
  /**
   * Revokes a certificate that one of our keys has signed, also one that the ledger does not have.
   * @param certificate - any certificate
   */
  revokeCertificate(
    certificate: Certificate,
    reason: RevocationReason,
  ): Promise<RevocationOutcome<PublishedRevocation>>;
  /**
   * Gives pools another key whose key is with somebody who may not have it now; also after a crash half-way. Where that cannot be written it is
   * in the log and in the health of the authority, and what was ordered is done all the same: see {@link settleKeys}.
   */
  reconcileKeys(): Promise<void>;
  /** The same at the start, with what a run before has revoked for a compromise and may not have taken back. */
  resumeKeys(): Promise<void>;
  /** Tries again where keys could not be changed the last time; call it now and then. */
  settleKeys(): Promise<void>;
}

/** Reasons for which a key of the subject may be in the hands of others (RFC 5280 §5.3.1). */
const keyCompromises: ReadonlySet<RevocationReason> = new Set([
  'keyCompromise',
  'cACompromise',
  'aACompromise',
]);

/**
 * Creates the revocations of a domain.
 * @param options - desk, ledger, topology and keys
 */
export function createDomainRevocations(options: DomainRevocationOptions): DomainRevocations {
  const { desk, domainKeys, fqdn, issuers, ledger, now, publish, topology } = options;

  /** By subject: when its key was compromised, and the keys of its pool were not changed yet. */
  const owed = new Map<string, number>();

  const owe = (subject: string, { at, reason }: Revocation): void => {
    if (keyCompromises.has(reason)) owed.set(subject, Math.max(at, owed.get(subject) ?? at));
  };

  const changeKeys = async (): Promise<void> => {
    // First: to what follows, these are servers that have left, whose keys go on opening.
    for (const [subject, at] of owed) {
      await domainKeys.compromised(subject, at);
      if (owed.get(subject) === at) owed.delete(subject);
    }
    const current = topology();
    if (current === undefined) return;
    const certified = new Set(await ledger.subjects('server', now()));
    const members = new Map<string, Set<string>>();
    for (const server of current.servers.values()) {
      const owner = keyOwner(server);
      const those = members.get(owner) ?? new Set();
      if (certified.has(server.fqdn)) those.add(server.fqdn);
      members.set(owner, those);
    }
    await domainKeys.reconcile(members);
  };

  let isUnsettled = false;
  let begun = 0;
  const settle = async (): Promise<void> => {
    begun += 1;
    const own = begun;
    try {
      await options.health.follow('domain-keys', changeKeys);
      // One that began later has seen more, and may still fail, or has.
      if (own === begun) isUnsettled = false;
    } catch (fault) {
      isUnsettled = true;
      throw fault;
    }
  };
  const notChanged = (fault: Error): void =>
    options.log.error(
      { event: 'domain-keys-not-changed', ...faultFields(fault) },
      `the keys of pools could not be changed, which is tried again every few seconds: ${fault.message}`,
    );
  const reconcileKeys = (): Promise<void> => settle().catch(notChanged);

  /** Takes back what certificates had opened that are revoked now: also those that were before, or are on no list yet. */
  const takeBack = async (serialsHex: readonly string[]): Promise<void> => {
    for (const serialHex of serialsHex) {
      const recorded = await findIssued(ledger, issuers, serialHex);
      if (recorded?.revocation !== undefined) owe(recorded.subject, recorded.revocation);
    }
    await reconcileKeys();
  };

  /** Before a certificate is revoked that the ledger does not have: it keeps no names of it, for a start after a crash. */
  const noteOwed = async (issuer: string, certificate: Certificate, at: number): Promise<void> => {
    const { notAfter, serialHex } = certificate;
    const before = (await ledger.revoked(issuer, notAfter)).find((one) => one.serialHex === serialHex);
    if (before !== undefined && keyCompromises.has(before.revocation.reason)) return;
    for (const name of certificateNamesOf(certificate).dnsNames) {
      // What was ordered is done all the same.
      await domainKeys.owe(name, at).catch((fault: Error) => notChanged(fault));
    }
  };

  /** Serial numbers of the certificates of a subject that are neither expired nor revoked. */
  const valid = async (subject: string, profile: 'server') =>
    (await ledger.issuedTo(subject, now())).filter(
      (one) => one.profile === profile && one.revocation === undefined,
    );

  /** One administrator must not end the domain: nobody could join, and no later list or topology would reach a member. */
  const lastAuthority = async (serialHex?: string): Promise<PkiRefusal | undefined> => {
    const others = [...(topology()?.servers.values() ?? [])].filter(
      (server) => server.role === 'authority' && server.fqdn !== fqdn,
    );
    if (others.length > 0) return undefined;
    const inUse = (await valid(fqdn, 'server')).at(-1);
    if (inUse === undefined || (serialHex !== undefined && inUse.serialHex !== serialHex)) return undefined;
    return refuse(
      'last-authority',
      `the certificate ${inUse.serialHex} is the one with which ${fqdn}, the only authority, serves its members`,
      `if its key may be known to others, stop the authority, delete its tls.key, start it again: it issues itself another certificate; then revoke ${inUse.serialHex}`,
    );
  };

  const revoke: RevocationDesk['revoke'] = async (serialHex, reason) => {
    const refusal = await lastAuthority(serialHex);
    if (refusal !== undefined) return { ok: false, refusal };
    try {
      return await desk.revoke(serialHex, reason);
    } finally {
      await takeBack([serialHex]);
    }
  };

  return {
    reconcileKeys,
    async resumeKeys() {
      // Of certificates that the ledger does not have it keeps no subject.
      for (const [subject, at] of domainKeys.owed) owe(subject, { at, reason: 'keyCompromise' });
      const { issuer: active, issuers: all = [active] } = issuers;
      for (const { id } of all) {
        for (const { revocation, serialHex } of await ledger.revoked(id, now())) {
          if (!keyCompromises.has(revocation.reason)) continue;
          const recorded = await ledger.find(id, serialHex);
          if (recorded !== undefined) owe(recorded.subject, revocation);
        }
      }
      await reconcileKeys();
    },
    async settleKeys() {
      if (isUnsettled) await settle();
    },
    revoke,
    async revokeCertificate(certificate, reason) {
      const { issuer: active, issuers: all = [active] } = issuers;
      const { notAfter, serialHex } = certificate;
      const issuer = all.find((one) => isSignedBy(certificate, one.certificate));
      if (issuer === undefined) return { ok: false, refusal: notOurs(serialHex) };
      if ((await ledger.find(issuer.id, serialHex)) !== undefined) return revoke(serialHex, reason);
      // First: the ledger blocks the key of a certificate that it has by itself, and does not know this one.
      if (reason === 'keyCompromise')
        await ledger.blockKey(spkiHash(certificate.publicKey.der), { at: now(), reason });
      const foreign = { issuer: issuer.id, serialHex, notAfter };
      const revocation = { at: now(), reason };
      if (keyCompromises.has(reason)) await noteOwed(issuer.id, certificate, revocation.at);
      const outcome = await ledger.revokeForeign(foreign, revocation);
      const revoked = (await ledger.revoked(issuer.id, notAfter)).find((one) => one.serialHex === serialHex);
      if (revoked !== undefined)
        for (const name of certificateNamesOf(certificate).dnsNames) owe(name, revoked.revocation);
      try {
        if (outcome !== 'revoked') return { ok: false, refusal: alreadyRevoked(serialHex) };
        return { ok: true, serials: [serialHex], crlNumber: await publish() };
      } finally {
        await reconcileKeys();
      }
    },
    async revokeSubject(subject, reason): Promise<RevocationOutcome> {
      const refusal = subject === fqdn ? await lastAuthority() : undefined;
      if (refusal !== undefined) return { ok: false, refusal };
      try {
        const outcome = await desk.revokeSubject(subject, reason);
        if (outcome.ok) owe(subject, { at: now(), reason });
        return outcome;
      } finally {
        await takeBack((await ledger.issuedTo(subject, now())).map(({ serialHex }) => serialHex));
      }
    },
    async revokeAll(serialsHex, reason): Promise<RevokedAtOnce> {
      const recorded = await Promise.all(
        serialsHex.map((serialHex) => findIssued(ledger, issuers, serialHex)),
      );
      try {
        const outcome = await desk.revokeAll(serialsHex, reason);
        for (const one of recorded) if (one !== undefined) owe(one.subject, { at: now(), reason });
        return outcome;
      } finally {
        await takeBack(serialsHex);
      }
    },
    async release(serialHex): Promise<RevocationOutcome<PublishedRevocation>> {
      const outcome = await desk.release(serialHex);
      if (outcome.ok) await reconcileKeys();
      return outcome;
    },
    async revokeUnlisted(removed, before) {
      const current = topology();
      if (current === undefined) return new Map();
      const serialsOf = await unlistedCertificates(removed, {
        ledger,
        issuers,
        topology: current,
        fqdn,
        now: now(),
      });
      const all = [...serialsOf.values()].flat();
      if (all.length > 0) {
        await before(serialsOf);
        await desk.revokeAll(all, 'cessationOfOperation');
      }
      return serialsOf;
    },
  };
}

function notOurs(serialHex: string): PkiRefusal {
  return refuse(
    'certificate-unknown',
    `the certificate ${serialHex} is not signed by an issuing authority of this network`,
    'give the certificate to the authority that its issuer names',
  );
}

function alreadyRevoked(serialHex: string): PkiRefusal {
  return refuse(
    'certificate-already-revoked',
    `the certificate ${serialHex} is already revoked`,
    'nothing needs to be done',
  );
}
