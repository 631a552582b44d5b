import type { Ledger } from '@entente/pki/ledger';
import {
  authorityFolder,
  type RestoredMark,
  readRestoredMark,
  restoredFile,
  writeRestoredMark,
} from '@entente/pki/node';
import type { Log } from '@entente/tls';
import type { AuditLog } from '../audit/audit-log.ts';
import type { DomainKeyStore } from '../domain-keys/key-store.ts';
import { raiseBundleSequence } from '../trust-bundle-sequence.ts';
import { raiseStateSequence } from '../trust-state/state-sequence.ts';
import { isOver } from './restore-end.ts';

/** What the first start after a restore works with. */
export interface AfterRestoreOptions {
  /** Folder of the authority. */
  readonly directory: string;
  readonly ledger: Pick<Ledger, 'nextCrlNumber'>;
  /**
   * Ids of the issuing authorities of the folder, see `issuerId`; also of one whose certificate waits at the root: where it was brought after
   * the backup, there are lists of it.
   */
  readonly issuers: readonly string[];
  readonly domainKeys: Pick<DomainKeyStore, 'renewAll'>;
  /** Which of its join tokens were used since the backup, the ledger cannot know. */
  readonly tokens: { forgetTokens(): Promise<void> };
  readonly audit: Pick<AuditLog, 'record'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /**
   * Whether the mark stays although its time is over, because `RestoreEnd` removes it: one look at the clock, at a start, may be at one that
   * is ahead. Default: it is removed here.
   */
  readonly endsLater?: boolean;
}

/**
 * Makes the numbers of a restored authority jump ahead of what any member has seen, once, before anything is signed.
 *
 * Numbers are taken from the time, so nobody must be asked: lists, trust states and the trust bundle go on from the milliseconds since 1970,
 * because no authority signs one in each millisecond, not even one that was restored a moment ago and is restored again. Where the clock is
 * behind, the time of the backup counts, and an administrator can give a higher number to `entente ca restore`.
 * @param options - folder, ledger and keys
 * @returns the mark of the restore, as long as something may turn up that was issued since the backup
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`, of the ledger and of the audit trail
 */
export async function afterRestore(options: AfterRestoreOptions): Promise<RestoredMark | undefined> {
  const { audit, directory, domainKeys, issuers, ledger, log, now, tokens } = options;
  const folder = authorityFolder(directory);
  const mark = await readRestoredMark(folder);
  if (mark === undefined) return undefined;
  const { above = 0, jumpedAt, restoredAt, takenAt } = mark;
  if (jumpedAt !== undefined) {
    if (options.endsLater === true || !isOver(mark, now())) return mark;
    await folder.remove(restoredFile);
    return undefined;
  }
  const time = Math.max(now(), takenAt, restoredAt);
  const number = Math.max(time, above);
  for (const id of issuers) await ledger.nextCrlNumber(id, number);
  await raiseStateSequence(directory, number);
  await raiseBundleSequence(directory, number);
  await domainKeys.renewAll();
  await tokens.forgetTokens();
  const taken = new Date(takenAt).toISOString();
  await audit.record({
    action: 'authority-restored',
    actor: 'authority',
    outcome: 'done',
    details: { takenAt: taken, restoredAt: new Date(restoredAt).toISOString(), above: number },
  });
  // Last: after a crash before this, all of it is done again.
  const jumped = { ...mark, jumpedAt: time };
  await writeRestoredMark(folder, jumped);
  const remedy =
    'publish the newest topology again with entente topology publish, and repeat each entente cert revoke since then that entente ca restore did not find in a list';
  log.warn(
    { event: 'restored', takenAt: taken, remedy },
    `the authority was restored from a backup of ${taken}; its numbers have jumped, and what it has issued since is adopted when it is presented`,
  );
  return jumped;
}
