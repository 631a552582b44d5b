import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Logger, ServerProblem } from '@entente/host';
import { secretMode, syncFolder } from '@entente/pki/node';

/** What a file of registrations is opened with. */
export interface RegistrationsFileOptions {
  /** Where it is; `.new` is appended while it is written again. */
  readonly path: string;
  /** What stands in it, e.g. `pool`: a file of another kind is ignored. */
  readonly kind: string;
  /** Receives lines about what was read, and about what could not be read or written. */
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds since 1970, for the date in the file. */
  readonly clock: () => number;
  /** Runs something once, so many milliseconds later, and returns what cancels it. Default: by a timer. */
  readonly after?: (ms: number, run: () => void) => () => void;
}

const remedy =
  'Make space on the disk of the directory of this server, and let it write there. The next registration has the file written again; do not restart it before.';

const lateRemedy =
  'Bring the disk of the directory of this server back, or the server of files that it is on: see dmesg, and whether it is frozen (fsfreeze -u ends that). The registrations are written then; do not restart it before.';
const lateCause = 'its disk has not answered for 2 s';

/** A record that a file holds: the last one of its key counts. */
export type KeptRecord = readonly [key: string, value: unknown];

/** How much a file has. */
interface Size {
  lines: number;
  bytes: number;
}

const format = 'entente-registrations-1';
/** Readable by its owner alone: it says who is where. */
const mode = secretMode;
const flags =
  constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND | constants.O_NOFOLLOW;
/** Characters of a line: more than a user with every binding needs. */
const maxLine = 1_048_576;
/** Records that are written in one piece while requests go on. */
const slice = 256;
/** Lines that are appended at least before the file is written again. */
const minAppended = 4_096;
/** The same in bytes: a line may be long, and one user can have many written. */
const minAppendedBytes = 4_194_304;
/** Milliseconds from a try to write the file again that failed to the next one: a full disk has enough to do. */
const pause = 10_000;
/** Milliseconds that a registration waits for a disk that does not answer: it counts without it, as it does where the disk is full. */
const patience = 2_000;

/**
 * What a front end keeps of registrations over its restart: one line for each record, the last one of a key counts. A change is appended and
 * handed to the system before it is acknowledged, so it outlives the process. From time to time the file is written again under another
 * name, flushed and renamed; a line that was torn by a crash of the machine is ignored. After a write that failed it lacks records, or ends in
 * half a line, so the next change has it written again.
 */
export class RegistrationsFile implements AsyncDisposable {
  readonly #options: RegistrationsFileOptions;
  readonly #entries: () => Iterable<KeptRecord>;
  #handle: FileHandle | undefined;
  /** One write at a time, so that none overtakes another. */
  #writing: Promise<void> = Promise.resolve();
  /** What waits, by key: the last change of each is enough, however often one user makes one. */
  #pending = new Map<string, () => string>();
  /** Writes `#pending`; undefined where nothing waits. */
  #next: Promise<void> | undefined;
  /** Since the file was written again, in lines and bytes. */
  #appended: Size = { lines: 0, bytes: 0 };
  /** What the file had then. */
  #size: Size = { lines: 0, bytes: 0 };
  #rewriting: Promise<void> | undefined;
  /** Something is not in the file: nothing could be written yet, a write failed, or another process has replaced it. */
  #lacks = true;
  /** When it could not be written again, in milliseconds since 1970; undefined where the last try succeeded. */
  #failedAt: number | undefined;
  /** Lines that came since the new file was begun. */
  #meanwhile: Map<string, () => string> | undefined;
  /** Why the last write failed; undefined where it did not. */
  #failure: string | undefined;
  /** What is to be written next, for at most as long as a registration waits. */
  #awaited: Promise<void> | undefined;
  /** A write has begun a while ago and does not end. */
  #isLate = false;

  private constructor(options: RegistrationsFileOptions, entries: () => Iterable<KeptRecord>) {
    this.#options = options;
    this.#entries = entries;
  }

  /**
   * Reads what an earlier run has kept, and writes the file again.
   * @param options - where
   * @param restore - called with each record; returns whether it still counts
   * @param entries - everything that counts, each time the file is written again
   */
  static async open(
    options: RegistrationsFileOptions,
    restore: (key: string, value: unknown) => boolean,
    entries: () => Iterable<KeptRecord>,
  ): Promise<RegistrationsFile> {
    const file = new RegistrationsFile(options, entries);
    await file.#read(restore);
    await file.#rewrite();
    // The first change may try at once.
    file.#failedAt = undefined;
    return file;
  }

  /**
   * Appends a record. What cannot be written is logged: the registration counts all the same, but not after a restart.
   * @param key - address of record
   * @param value - JSON; undefined where nothing is known any more
   * @returns once the system has it, or has not answered for a while
   */
  keep(key: string, value: unknown): Promise<void> {
    const line = lineOf(key, value);
    this.#pending.set(key, line);
    this.#meanwhile?.set(key, line);
    // What comes while another write is under way is written in one go.
    if (this.#next === undefined) {
      this.#next = this.#inTurn(() => this.#flush()).then(() => (this.#lacks ? this.#rewriting : undefined));
      this.#awaited = this.#patiently(this.#next);
    }
    return this.#isLate || this.#awaited === undefined ? Promise.resolve() : this.#awaited;
  }

  /** That something is not in it, as long as nothing could be written since. */
  problems(): readonly ServerProblem[] {
    if (this.#isLate) {
      const message = `expected that ${this.#options.path} can be written, found: ${lateCause}; after a restart clients have to register again`;
      return [{ part: 'files', message, remedy: lateRemedy, stops: false }];
    }
    if (this.#failure === undefined) return [];
    const message = `expected that ${this.#options.path} can be written, found: ${this.#failure}; after a restart clients have to register again`;
    return [{ part: 'files', message, remedy, stops: false }];
  }

  /** Writes it again, whole, and closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#next;
    await this.#writing;
    await this.#rewriting;
    if (this.#appended.lines > 0) await this.#rewrite();
    await this.#handle?.close().catch(() => {});
    this.#handle = undefined;
    this.#lacks = false;
  }

  #patiently(written: Promise<void>): Promise<void> {
    const { after = afterByTimer } = this.#options;
    return new Promise((resolve) => {
      const cancel = after(patience, () => {
        this.#late();
        resolve();
      });
      const end = (): void => {
        cancel();
        this.#isLate = false;
        resolve();
      };
      void written.then(end, end);
    });
  }

  #late(): void {
    if (this.#isLate) return;
    this.#isLate = true;
    const { logger, path } = this.#options;
    logger.warn(
      { event: 'registrations-not-kept', place: path, remedy: lateRemedy },
      `the registrations are not written yet: ${lateCause}; they count without it, and after a restart clients have to register again`,
    );
  }

  #inTurn(write: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.then(write).catch((error: unknown) => this.#failed(error));
    return this.#writing;
  }

  async #flush(): Promise<void> {
    this.#next = undefined;
    const lines = this.#pending;
    this.#pending = new Map();
    // It is closed.
    if (this.#handle === undefined && !this.#lacks) return;
    const text = textOf(lines);
    this.#appended.lines += lines.size;
    this.#appended.bytes += Buffer.byteLength(text);
    if (this.#lacks || this.#hasGrown()) this.#beginRewrite();
    if (this.#handle === undefined) return;
    try {
      // The file may end in half a line.
      await this.#handle.appendFile(this.#lacks ? `\n${text}` : text);
      if (!this.#lacks && this.#failedAt === undefined) this.#failure = undefined;
      // A server that is started twice reads the file and writes it again: what is appended to the old one is lost. Without its beginning it is
      // another file to the next run.
      const { nlink, size } = await this.#handle.stat();
      if (nlink === 0 || size !== this.#size.bytes + this.#appended.bytes) this.#replaced();
    } catch (error) {
      this.#lacks = true;
      throw error;
    }
  }

  #hasGrown(): boolean {
    const { lines, bytes } = this.#appended;
    return (
      lines > Math.max(minAppended, 2 * this.#size.lines) ||
      bytes > Math.max(minAppendedBytes, 2 * this.#size.bytes)
    );
  }

  #replaced(): void {
    if (this.#lacks) return;
    this.#lacks = true;
    const { logger, path } = this.#options;
    logger.warn(
      {
        event: 'registrations-replaced',
        place: path,
        remedy:
          'check that no two servers have the same directory, that this one does not run twice, and that nothing else writes there',
      },
      'another process has replaced or changed the file of registrations; it is written again',
    );
    this.#beginRewrite();
  }

  /** Has the file written again while requests go on, unless that has failed a moment ago. */
  #beginRewrite(): void {
    const since = this.#failedAt === undefined ? pause : Math.abs(this.#options.clock() - this.#failedAt);
    if (since >= pause) this.#rewriting ??= this.#rewrite();
  }

  async #rewrite(): Promise<void> {
    const { clock, kind, path } = this.#options;
    this.#meanwhile = new Map();
    let next: FileHandle | undefined;
    try {
      next = await open(`${path}.new`, flags, mode);
      // It may be left over from a crash, with another mode.
      await next.chmod(mode);
      const header = { format, kind, writtenAt: new Date(clock()).toISOString() };
      let text = `${JSON.stringify(header)}\n`;
      const size = { lines: 0, bytes: 0 };
      for (const entry of this.#entries()) {
        text += `${JSON.stringify(entry)}\n`;
        if (++size.lines % slice > 0) continue;
        size.bytes += Buffer.byteLength(text);
        await next.appendFile(text);
        text = '';
      }
      size.bytes += Buffer.byteLength(text);
      await next.appendFile(text);
      await next.sync();
      const whole = next;
      await this.#inTurn(() => this.#replace(whole, size));
    } catch (error) {
      this.#failed(error);
    }
    if (next === undefined || next !== this.#handle) await this.#giveUp(next);
    this.#meanwhile = undefined;
    this.#rewriting = undefined;
  }

  /** The file could not be written again. */
  async #giveUp(next: FileHandle | undefined): Promise<void> {
    const { clock, path } = this.#options;
    this.#failedAt = clock();
    if (next === undefined) return;
    await next.close().catch(() => {});
    // On a full disk it would take the room that changes need.
    await rm(`${path}.new`, { force: true }).catch(() => {});
  }

  async #replace(next: FileHandle, size: Size): Promise<void> {
    const { path } = this.#options;
    const lines = this.#meanwhile ?? new Map<string, () => string>();
    this.#meanwhile = undefined;
    const text = textOf(lines);
    await next.appendFile(text);
    await rename(`${path}.new`, path);
    const before = this.#handle;
    this.#handle = next;
    this.#appended = { lines: lines.size, bytes: Buffer.byteLength(text) };
    this.#size = size;
    this.#lacks = false;
    this.#failedAt = undefined;
    this.#failure = undefined;
    await before?.close();
    await syncFolder(dirname(path));
  }

  async #read(restore: (key: string, value: unknown) => boolean): Promise<void> {
    const { kind, logger, path } = this.#options;
    let handle: FileHandle;
    try {
      handle = await open(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#damaged(0, error);
      return;
    }
    const latest = new Map<string, unknown>();
    let header: Record<string, unknown> | undefined;
    let torn = 0;
    for await (const line of createInterface({ input: handle.createReadStream({ encoding: 'utf8' }) })) {
      const value = line.length > maxLine ? undefined : parse(line);
      if (header === undefined) {
        header = typeof value === 'object' && value !== null ? { ...value } : {};
        if (header.format !== format || header.kind !== kind) break;
      } else if (Array.isArray(value) && typeof value[0] === 'string') latest.set(value[0], value[1]);
      // What follows a write that failed begins on a line of its own.
      else if (line !== '') torn++;
    }
    if (header !== undefined && (header.format !== format || header.kind !== kind)) {
      this.#damaged(0, new Error(`expected format ${format} of ${kind}, found another one`));
      return;
    }
    if (torn > 0) this.#damaged(torn, new Error(`${torn} of its lines cannot be read`));
    let count = 0;
    for (const [key, value] of latest) if (restore(key, value)) count++;
    if (header === undefined) return;
    logger.info(
      { event: 'registrations-restored', count, writtenAt: header.writtenAt },
      `read the registrations of ${count} users that an earlier run kept`,
    );
  }

  #damaged(lines: number, error: unknown): void {
    const { logger, path } = this.#options;
    logger.warn(
      { event: 'registrations-damaged', place: path, lines },
      `the file of registrations is damaged: ${(error as Error).message}; ${lines === 0 ? 'it is' : 'they are'} ignored, and clients register again`,
    );
  }

  #failed(error: unknown): void {
    const isKnown = this.#failure !== undefined;
    this.#failure = (error as Error).message;
    if (isKnown) return;
    const { logger, path } = this.#options;
    logger.warn(
      { event: 'registrations-not-kept', place: path, remedy },
      `the registrations were not written: ${this.#failure}; after a restart clients have to register again`,
    );
  }
}

function afterByTimer(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
}

/** A line, which is made when it is written, and once. */
function lineOf(key: string, value: unknown): () => string {
  let line: string | undefined;
  return () => {
    line ??= `${JSON.stringify([key, value])}\n`;
    return line;
  };
}

function textOf(lines: ReadonlyMap<string, () => string>): string {
  let text = '';
  for (const line of lines.values()) text += line();
  return text;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
