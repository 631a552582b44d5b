import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MemberFault } from './fault.ts';
import { idOfSign, showLife, showsLife, signName, signPattern } from './sign-of-life.ts';

/** In the directory of a member: which process uses it. */
const lockFile = 'process.json';
/** Others may begin, and end, at the same moment. */
const attempts = 5;

/** A note of a process that has not got as far as taking the directory, or of one that it has set aside. */
const draftName = /^process\.json\.[0-9a-f]{12}$/;
/** Milliseconds after which a draft is of no process that is taking the directory. */
const abandonedMs = 600_000;

/** A process, recognised after its number is given to another one, and the directory that it uses, recognised where that was copied. */
interface Holder {
  readonly pid: number;
  /** When it began, as the system counts; empty where it does not say. */
  readonly begun: string;
  readonly directory: string;
  /** Of its sign of life; a process of an earlier release has none. */
  readonly id?: string | undefined;
}

/**
 * Takes a directory for this process alone: two servers on one would take each other's key, certificate and state away. What a process has left
 * that ended without a word does not count. One in another container counts that uses the same directory; one on another machine cannot be seen.
 * @param directory - exists
 * @returns gives it back
 * @throws MemberFault `ENTENTE_MEMBER_DIRECTORY_IN_USE`
 */
export async function holdDirectory(directory: string): Promise<AsyncDisposable> {
  const path = join(directory, lockFile);
  const { dev, ino } = await stat(directory);
  const own: Holder = { pid: process.pid, begun: await beginOf(process.pid), directory: `${dev}/${ino}` };
  const id = randomBytes(6).toString('hex');
  const draft = `${path}.${id}`;
  // With the name of its draft no two notes are the same, whatever process numbers mean elsewhere.
  const note = `${JSON.stringify({ ...own, id })}\n`;
  await writeFile(draft, note, { mode: 0o600 }).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { force: true });
    // A full disk names no file.
    throw Object.assign(error, { path });
  });
  // Before others can read its name.
  const life = await showLife(directory, id);
  let isTaken = false;
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (await isLinked(draft, path)) {
        if (await isUsedWithoutNote(directory, id)) {
          await removeOwn(path, note);
          break;
        }
        await removeAbandoned(directory, id);
        isTaken = true;
        return {
          async [Symbol.asyncDispose]() {
            // Without a note, a sign of life is that of a process whose note somebody has deleted. Where nothing can be removed any more, both stay,
            // and count no more than those of a process that was killed.
            try {
              await life?.[Symbol.asyncDispose]();
              await removeOwn(path, note);
            } catch {}
          },
        };
      }
      const text = await textOf(path);
      const holder = text === undefined ? undefined : holderIn(text);
      if (holder !== undefined && (await uses(holder, own, directory))) throw inUse(directory, holder.pid);
      if (text === undefined) continue;
      await setAside(path, text);
      if (holder?.id !== undefined) await rm(join(directory, signName(holder.id)), { force: true });
    }
  } finally {
    if (!isTaken) await life?.[Symbol.asyncDispose]();
    await rm(draft, { force: true });
  }
  throw inUse(directory, undefined);
}

/**
 * Refuses a directory in which `holdDirectory` could write nothing; itself, it writes nothing. One that is not there is created at the start, and one that
 * this user may not look into is that of another user, who starts the server.
 * @throws the error of the system, of the file that would be written first
 */
export async function refuseUnwritable(directory: string): Promise<void> {
  try {
    await access(directory, constants.X_OK);
  } catch {
    return;
  }
  await access(directory, constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    throw Object.assign(error, { path: join(directory, `${lockFile}.new`) });
  });
}

/**
 * Whether a process runs that has the directory, though its note is gone: somebody has deleted it, or put an older copy of the files back. One that is
 * taking the directory at this moment has its draft there for as long as it shows that it lives.
 */
async function isUsedWithoutNote(directory: string, ownId: string): Promise<boolean> {
  for (const name of await readdir(directory)) {
    const id = signPattern.test(name) ? idOfSign(name) : ownId;
    if (id === ownId || (await textOf(join(directory, `${lockFile}.${id}`))) !== undefined) continue;
    if (await showsLife(directory, id)) return true;
  }
  return false;
}

/** Removes the drafts of processes that were killed; another one may be about to be refused, and removes its own. */
async function removeAbandoned(directory: string, ownId: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if ((!draftName.test(name) && !signPattern.test(name)) || name.includes(ownId)) continue;
    const draft = join(directory, name);
    const found = await stat(draft).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > abandonedMs) await rm(draft, { force: true });
  }
}

/** Creates it, where nobody has. */
async function isLinked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Gives the directory back; in another container a process may have taken it that could not see that this one runs. */
async function removeOwn(path: string, note: string): Promise<void> {
  if ((await textOf(path)) === note) await rm(path, { force: true });
}

/** Takes away what a process has left; what another one has written meanwhile is put back. */
async function setAside(path: string, left: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await textOf(aside)) !== left) await isLinked(aside, path);
  await rm(aside, { force: true });
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function holderIn(text: string): Holder | undefined {
  try {
    const { begun, directory, id, pid } = JSON.parse(text) as Record<string, unknown>;
    const isNumber = Number.isSafeInteger(pid) && (pid as number) > 0;
    if (isNumber && typeof begun === 'string' && typeof directory === 'string')
      return { pid: pid as number, begun, directory, id: isId(id) ? id : undefined };
  } catch {
    // Falls through: a crash has cut it short.
  }
  return undefined;
}

/** It becomes a part of the name of a file. */
function isId(id: unknown): id is string {
  return typeof id === 'string' && /^[0-9a-f]{12}$/.test(id);
}

/** The number of a process means nothing in another container, where its sign of life is seen all the same. */
async function uses(holder: Holder, own: Holder, directory: string): Promise<boolean> {
  if (holder.id !== undefined && (await showsLife(directory, holder.id))) return true;
  return holder.directory === own.directory && (await isRunning(holder));
}

async function isRunning({ begun, pid }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const [state = '', ...fields] = await fieldsOf(pid);
  // Has ended, and the process that started it has not asked how: in a container perhaps never.
  if (state === 'Z' || state === 'X') return false;
  return (fields[beginField] ?? '') === begun;
}

async function beginOf(pid: number): Promise<string> {
  const [, ...fields] = await fieldsOf(pid);
  return fields[beginField] ?? '';
}

/** Field 22 of `/proc/<pid>/stat`, counted from the one behind the state. */
const beginField = 18;

/** From field 3 of `/proc/<pid>/stat` on, the state; the name before it may have spaces and brackets. Nothing where the system has no such file. */
async function fieldsOf(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text === '' ? [] : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function inUse(directory: string, pid: number | undefined): MemberFault {
  return new MemberFault('ENTENTE_MEMBER_DIRECTORY_IN_USE', {
    sentence: `expected a directory that no other server uses, found one that ${pid === undefined ? 'another process uses' : `process ${pid} uses`}`,
    place: directory,
    remedy: 'stop the other server, or give this one a "directory" of its own',
  });
}
