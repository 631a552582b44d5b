import { constants } from 'node:fs';
import { access, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createFolder,
  type FileContent,
  publicMode,
  readSecret,
  readSecretLines,
  removeDrafts,
  secretMode,
  writeWhole,
} from '@entente/pki/node';
import { joinAgain, MemberFault } from './fault.ts';
import { LateWrites, type LateWritesOptions } from './late-writes.ts';
import type { Unwritten } from './write-failure.ts';

const names = {
  key: 'tls.key',
  certificate: 'tls.crt',
  pending: 'tls.pending.pem',
  nextKey: 'tls.next.key',
  externalKey: 'tls-external.key',
  externalCertificate: 'tls-external.crt',
  externalPending: 'tls-external.pending.pem',
  externalNextKey: 'tls-external.next.key',
  roots: 'root_ca.crt',
  lists: 'revocation.crl',
  topology: 'topology.json',
  lastKnown: 'last-known.json',
  domainKeys: 'domain-keys.json',
  accounts: 'accounts.jsonl',
  accountsConfirmed: 'accounts-confirmed.json',
  membership: 'member.json',
} as const;

/** What a file of a member holds. */
export type FileName = keyof typeof names;

/** These hold private keys, keys of the pool, and what proves passwords. */
const secrets: ReadonlySet<FileName> = new Set([
  'key',
  'pending',
  'nextKey',
  'externalKey',
  'externalPending',
  'externalNextKey',
  'domainKeys',
  'accounts',
]);
/** What a member goes on without where it cannot be written, and writes again by itself. */
const keptForRestart: ReadonlySet<FileName> = new Set([
  'lists',
  'topology',
  'lastKnown',
  'domainKeys',
  'accounts',
  'accountsConfirmed',
]);
/** What a member that was started cannot be started with again where it is gone. */
const neededAtStart: readonly FileName[] = ['membership', 'certificate', 'key', 'roots', 'topology'];
/** What a member writes again from memory where somebody has deleted it: less would be known at the next start, or no key of the pool. */
const writtenAgain: ReadonlySet<FileName> = new Set(['lists', 'topology', 'lastKnown', 'domainKeys']);
/** Far longer than a key with its chain. */
const maxSecretBytes = 1_048_576;
/** Characters of a line of the accounts at most: as much as an answer of the authority may have. */
const maxLineLength = 67_108_864;

/** Which domain a member has joined. */
export interface Membership {
  /** Base URL of the authority. */
  readonly authority: string;
  /** Hash of the administrator set that its join token named. */
  readonly administratorsHash: string;
}

/** The directory in which a member keeps its certificates and what it knows of its domain. */
export class MemberFiles {
  readonly directory: string;
  readonly #unwritten = new Map<FileName, Unwritten>();
  readonly #late: LateWrites;
  #missing: readonly string[] = [];
  /** What those that are written again have. */
  readonly #content = new Map<FileName, string>();

  /**
   * @param directory - created with mode 0700 by `prepare` if it does not exist
   * @param watch - learns of writes that do not end
   */
  constructor(directory: string, watch?: LateWritesOptions) {
    this.directory = directory;
    this.#late = new LateWrites(watch);
  }

  /** Removes what a process has left that was killed while it wrote: keys too. Call it while this process holds the directory. */
  async removeDrafts(): Promise<void> {
    await removeDrafts(this.directory, Object.values(names));
  }

  path(name: FileName): string {
    return join(this.directory, names[name]);
  }

  /**
   * Those of what is kept for a restart whose last write has failed, and any whose write does not end: a later run would begin with what they
   * had before.
   */
  get unwritten(): readonly Unwritten[] {
    const late = this.#late.now;
    const failed = [...this.#unwritten.values()].filter(({ path }) => !late.some((one) => one.path === path));
    return [...failed, ...late];
  }

  /** Paths of files without which this server cannot be started again, and which were gone when {@link lookForMissing} looked. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  /**
   * Looks whether everything is there that the next start needs: somebody may have deleted the directory, or put another one in its place.
   * Where the directory is still that of this member, what it can write again is written again.
   * @returns paths of those
   */
  async lookForMissing(): Promise<readonly string[]> {
    const again = (await this.#isGone('membership')) ? [] : await this.#writeAgain();
    const missing: string[] = [];
    for (const name of neededAtStart) if (await this.#isGone(name)) missing.push(this.path(name));
    this.#missing = missing;
    return again;
  }

  async #writeAgain(): Promise<readonly string[]> {
    const again: string[] = [];
    for (const [name, content] of this.#content) {
      if (!(await this.#isGone(name))) continue;
      // Why it cannot be written is in `unwritten`.
      const isWritten = await this.write(name, content).then(
        () => true,
        () => false,
      );
      if (isWritten) again.push(this.path(name));
    }
    return again;
  }

  async #isGone(name: FileName): Promise<boolean> {
    return access(this.path(name)).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ENOENT' || error.code === 'ENOTDIR',
    );
  }

  /** Creates the directory. */
  async prepare(): Promise<void> {
    await createFolder(this.directory);
  }

  /**
   * @returns the text, or `undefined` where there is no such file
   * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED` where it holds a secret and others may read it; `ENTENTE_PKI_FILE_TOO_LONG`
   */
  async read(name: FileName): Promise<string | undefined> {
    try {
      const text = secrets.has(name)
        ? await readSecret(this.path(name), maxSecretBytes)
        : await readFile(this.path(name), 'utf8');
      if (text !== undefined) this.#keepContent(name, text);
      return text;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /**
   * Reads a file of secrets of any length.
   * @returns each line with its end; the last one has none where it was cut short. Nothing where there is no such file
   * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED` where others may read it; `ENTENTE_PKI_FILE_TOO_LONG` where a line is
   */
  lines(name: FileName): AsyncIterable<string> {
    return readSecretLines(this.path(name), maxLineLength);
  }

  /** Writes a file whole: flushed under another name, then renamed. */
  async write(name: FileName, content: FileContent): Promise<void> {
    const mode = secrets.has(name) ? secretMode : publicMode;
    await this.#noted(name, () => writeWhole(this.path(name), content, mode));
    this.#keepContent(name, content);
  }

  #keepContent(name: FileName, content: FileContent): void {
    if (writtenAgain.has(name) && typeof content === 'string') this.#content.set(name, content);
  }

  /**
   * Adds to the end of a file that exists, and flushes it.
   * @param bytes - that it has, as far as the caller knows
   * @returns false where it has another length, and nothing is added: somebody has emptied or replaced it
   */
  async append(name: FileName, text: string, bytes?: number): Promise<boolean> {
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW;
    let isAdded = true;
    await this.#noted(name, async () => {
      const file = await open(this.path(name), flags);
      try {
        isAdded = bytes === undefined || (await file.stat()).size === bytes;
        if (!isAdded) return;
        await file.appendFile(text);
        await file.datasync();
      } finally {
        await file.close();
      }
    });
    return isAdded;
  }

  async #noted(name: FileName, write: () => Promise<void>): Promise<void> {
    try {
      await this.#late.follow(this.path(name), write);
      this.#unwritten.delete(name);
    } catch (error) {
      const { message: cause } = error as Error;
      if (keptForRestart.has(name)) this.#unwritten.set(name, { path: this.path(name), cause });
      throw error;
    }
  }

  /** Removes a file, if it exists. */
  async remove(name: FileName): Promise<void> {
    this.#content.delete(name);
    await this.#late.follow(this.path(name), () => rm(this.path(name), { force: true }));
  }

  /** What was written when this server joined, or `undefined` if it has not. */
  async membership(): Promise<Membership | undefined> {
    const text = await this.read('membership');
    if (text === undefined) return undefined;
    try {
      const { authority, administratorsHash } = JSON.parse(text) as Record<string, unknown>;
      if (typeof authority === 'string' && typeof administratorsHash === 'string')
        return { authority, administratorsHash };
    } catch {
      // Falls through to the fault below.
    }
    throw new MemberFault('ENTENTE_MEMBER_DAMAGED', {
      sentence: 'the record of this membership cannot be read',
      place: this.path('membership'),
      remedy: joinAgain,
    });
  }

  /** Writes the record that this server has joined. */
  async writeMembership({ administratorsHash, authority }: Membership): Promise<void> {
    await this.write('membership', `${JSON.stringify({ authority, administratorsHash })}\n`);
  }
}
