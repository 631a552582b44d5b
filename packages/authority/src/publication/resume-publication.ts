import type { AuditTrail } from '@entente/pki/audit';
import type { AuditEntry, AuditLog } from '../audit/audit-log.ts';
import type { CurrentTopology, RemovedAdministrator, TopologyStore } from '../topology-store.ts';
import type { PublishedMark } from './last-published.ts';

/** What a publication is resumed with. */
export interface ResumePublicationOptions {
  /** The organisation's network. */
  readonly domain: string;
  readonly topologies: Pick<TopologyStore, 'current' | 'removedAdministrators'>;
  readonly trail: Pick<AuditTrail, 'read'>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly mark: Pick<PublishedMark, 'read' | 'write'>;
}

/** A publication of which the rest can be done. */
export interface ResumedPublication {
  /**
   * Administrators whom the version in force does not name, with the time until which certificates were theirs. A version may have been
   * written long before it was published: what somebody got in between ends when it is published.
   */
  readonly removed: readonly RemovedAdministrator[];
  /** Call it once their certificates are revoked: the next start need not look again. */
  done(): Promise<void>;
}

/** Records that are looked through: those of the version in force are among the latest. */
const latestRecords = 100;

/**
 * Completes the publication of the version in force, for a start: the authority may have ended after it was stored, and before the trail had
 * that it was published. Who ordered it, and when, is in the trail before it is stored.
 * @param options - versions, audit trail and mark
 * @throws PkiFault of the trail, where it cannot be read
 */
export async function resumePublication(options: ResumePublicationOptions): Promise<ResumedPublication> {
  const { mark, topologies } = options;
  const { current, removedAdministrators } = topologies;
  const nothing = async (): Promise<void> => {};
  if (current === undefined) return { removed: removedAdministrators, done: nothing };
  const { hash } = current.topology;
  const marked = await mark.read();
  const isDone = marked?.hash === hash;
  const found = isDone ? { orderedAt: marked.at, isRecorded: true } : await complete(options, current);
  const { isRecorded, orderedAt } = found;
  return {
    removed: removedAdministrators.map((one) =>
      one.version === current.topology.document.version
        ? { ...one, issuedUntil: Math.max(one.issuedUntil, orderedAt) }
        : one,
    ),
    done: isDone || !isRecorded ? nothing : () => mark.write({ hash, at: orderedAt }),
  };
}

/** Looks through the trail, and records that the version was published where it has only that it was ordered. */
async function complete(
  { audit, domain, trail }: ResumePublicationOptions,
  { accepted, topology }: CurrentTopology,
): Promise<{ readonly orderedAt: number; readonly isRecorded: boolean }> {
  const { document, hash } = topology;
  const latest = async (action: 'topology-ordered' | 'topology-published') => {
    const { records } = await trail.read({ action, limit: latestRecords });
    return records.find(({ details }) => details.hash === hash);
  };
  const ordered = await latest('topology-ordered');
  if (ordered === undefined) return { orderedAt: 0, isRecorded: true };
  const { actor: orderedBy, at: orderedAt, details } = ordered;
  if ((await latest('topology-published')) !== undefined) return { orderedAt, isRecorded: true };
  const { leaveBehind } = details;
  const entry = publishedEntry(domain, { version: document.version, hash }, accepted);
  try {
    await audit.record({
      ...entry,
      actor: 'authority',
      details: { ...entry.details, orderedBy, ...(leaveBehind === undefined ? {} : { leaveBehind }) },
    });
    return { orderedAt, isRecorded: true };
  } catch {
    // A failure is in the health; a later start tries again.
    return { orderedAt, isRecorded: false };
  }
}

/**
 * The record of a version that is in force, without who did it.
 * @param domain - the organisation's network
 * @param version - number and hash
 * @param accepted - what it does, and who has signed it; undefined where that is not known
 */
export function publishedEntry(
  domain: string,
  version: { readonly version: number; readonly hash: string },
  accepted: { readonly effect: string; readonly signers: readonly string[] } | undefined,
): Omit<AuditEntry, 'actor'> {
  const known =
    accepted === undefined
      ? {}
      : { effect: accepted.effect, signers: accepted.signers.join(' ').slice(0, 500) };
  return {
    action: 'topology-published',
    subject: domain,
    outcome: 'done',
    details: { ...version, ...known },
  };
}
