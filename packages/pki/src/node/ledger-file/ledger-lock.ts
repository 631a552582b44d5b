import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PkiFault } from '../../ground/fault.ts';
import { secretMode, writeDraft } from '../write-file-atomically.ts';

/** Who holds a ledger, as it is written into its lock. */
interface Holder {
  readonly pid: number;
  /** When the process started, by the kernel; undefined where the system does not say. */
  readonly started: string | undefined;
}

/** The locks that this process holds: after a crash in a container the next process often has the same number. */
const held = new Set<string>();

/**
 * Locks a ledger for this process. The lock of a process that has ended counts for nothing, however it ended. Where processes cannot see
 * each other, on two machines or in two containers, two may pass: the second line of the ledger that another one has written is then
 * refused by its writer, see `openLedgerFile`.
 * @param path - of the lock
 * @param place - the ledger, for the fault
 * @returns ends the lock
 * @throws PkiFault `ENTENTE_PKI_LEDGER_LOCKED` where another process holds it, or this one twice
 */
export async function lockLedger(path: string, place: string): Promise<() => Promise<void>> {
  const full = resolve(path);
  if (held.has(full)) throw locked(place, 'this process has it open already');
  held.add(full);
  const draft = `${full}.${randomBytes(12).toString('hex')}`;
  try {
    const own: Holder = { pid: process.pid, started: await startOf(process.pid) };
    await writeDraft(draft, JSON.stringify(own), secretMode);
    if (!(await take(draft, full))) {
      await refuseLiving(full, place);
      // Moved away and not removed: where two processes find it at once, one of them moves what is not there any more.
      await moveEnded(full, `${draft}.ended`, place);
      if (!(await take(draft, full))) throw locked(place, 'another process was faster');
    }
  } catch (fault) {
    held.delete(full);
    throw fault;
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    await rm(full, { force: true });
    held.delete(full);
  };
}

/** Whether the lock was free. */
async function take(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** What was moved may be the lock of a process that was faster: it gets it back. */
async function moveEnded(path: string, to: string, place: string): Promise<void> {
  await rename(path, to).catch(ignoreMissing);
  try {
    await refuseLiving(to, place);
  } catch (fault) {
    await take(to, path);
    throw fault;
  } finally {
    await rm(to, { force: true });
  }
}

async function refuseLiving(path: string, place: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  const holder = text === undefined ? undefined : readHolder(text);
  if (holder === undefined || !isAlive(holder.pid)) return;
  const started = await startOf(holder.pid);
  // The number of this process may be that of one before it; a lock that it holds itself is that of another thread.
  if (holder.pid === process.pid && (started === undefined || holder.started !== started)) return;
  // Another process has the number by now.
  if (holder.started !== undefined && started !== undefined && holder.started !== started) return;
  throw locked(place, `process ${holder.pid} has it open`);
}

function readHolder(text: string): Holder | undefined {
  try {
    const { pid, started } = JSON.parse(text) as Partial<Holder>;
    return Number.isSafeInteger(pid) && (pid as number) > 0 ? { pid: pid as number, started } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Linux alone says it: the 22nd field, counted from the end of the name, which may contain anything. */
async function startOf(pid: number): Promise<string | undefined> {
  const status = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  return status?.slice(status.lastIndexOf(')') + 2).split(' ')[19];
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

function locked(place: string, found: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_LEDGER_LOCKED', {
    sentence: `the ledger is in use: ${found}`,
    place,
    remedy:
      'stop the other process, or let it issue and revoke: an authority is open in one process at a time',
  });
}
