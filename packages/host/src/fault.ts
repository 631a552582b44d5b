import { lstatSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { describe, Fault } from '@entente/options';

/**
 * A fault that an operator can fix: what happened in one sentence, where, and what to do.
 * Matched across packages by its shape (`code`, `remedy`), never by `instanceof`.
 */
export class OperatorFault extends Fault<string> {
  /** Always `OperatorFault`. */
  override readonly name = 'OperatorFault';
}

/** What {@link describeFault} knows about an error. */
export interface FaultDescription {
  /**
   * Code of the error: a literal of this project such as `ENTENTE_LISTEN_FAILED`, or one of Node such as
   * `EADDRINUSE`.
   */
  readonly code: string;
  /** What happened, in one sentence. */
  readonly sentence: string;
  /** File, address or field that the sentence is about. */
  readonly place: string;
  /** What the operator should do now. */
  readonly remedy: string;
}

/**
 * Says what an operator can do about an error, if an operator can fix it.
 * @param error - anything that was thrown
 * @param context - place to name when the error does not carry one, e.g. the configuration file
 * @returns the description, or `undefined` for a defect of the program
 */
export function describeFault(error: unknown, context = 'the process'): FaultDescription | undefined {
  const described = describe(error, context);
  if (described !== undefined) return described;
  if (typeof error !== 'object' || error === null) return undefined;
  const fault = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (typeof fault.code !== 'string' || typeof fault.message !== 'string') return undefined;
  switch (fault.code) {
    case 'EADDRINUSE':
      return {
        code: fault.code,
        sentence: 'the port is already in use by another process',
        place: endpoint(fault, context),
        remedy: `stop that process, or give this one another port in ${context}`,
      };
    case 'EADDRNOTAVAIL':
      return {
        code: fault.code,
        sentence: 'this machine does not have the address to listen on',
        place: endpoint(fault, context),
        remedy: `give an address of this machine in ${context}`,
      };
    case 'EACCES':
    case 'EPERM':
      if (fault.path !== undefined && isToBeCreated(fault.path)) {
        const folder = dirname(fault.path);
        return {
          code: fault.code,
          sentence: `${userName()} may not create files in this folder`,
          place: folder,
          remedy: 'give the folder to this user, or run the program as the user to whom it belongs',
        };
      }
      return {
        code: fault.code,
        sentence: fault.path
          ? 'the file may not be read or written by this user'
          : 'the port may not be opened by this user',
        place: fault.path ?? endpoint(fault, context),
        remedy: fault.path
          ? 'run the program as the user to whom the file belongs, or change its owner or mode'
          : 'use a port above 1023, or grant the right to bind',
      };
    case 'ENOENT':
      return {
        code: fault.code,
        sentence: 'the file does not exist',
        place: fault.path ?? context,
        remedy: `create it, or correct the path in ${context}`,
      };
    case 'EISDIR':
      return {
        code: fault.code,
        sentence: 'expected a file, found a folder',
        place: fault.path ?? context,
        remedy: 'name the file in it',
      };
    case 'EEXIST': {
      const isFolder = fault.syscall === 'mkdir';
      return {
        code: fault.code,
        sentence: isFolder
          ? 'expected a folder, found a file'
          : 'expected nothing at this path, found something',
        place: fault.path ?? context,
        remedy: isFolder
          ? 'name another folder, or move the file away'
          : 'name another path, or move it away',
      };
    }
    default:
      return ofStorage(fault.code, fault.path ?? context);
  }
}

/** What a disk or the kernel refuses: sentence and remedy. */
const storage: ReadonlyMap<string, readonly [string, string]> = new Map([
  [
    'ENOSPC',
    [
      'the disk is full',
      'make space on the disk, or remove files where df -i says that no more may be, then try again',
    ],
  ],
  [
    'EDQUOT',
    ['the user has used up their quota of the disk', 'make space, or raise the quota, then try again'],
  ],
  [
    'EROFS',
    ['the file system may only be read', 'mount it so that it may be written to, or name a file elsewhere'],
  ],
  [
    'EIO',
    [
      'the disk has failed to read or write',
      'look at the log of the kernel, and replace the disk where it is broken',
    ],
  ],
  ['ELOOP', ['the path leads through symbolic links without an end', 'correct the link, or the path']],
  ['ENAMETOOLONG', ['the path, or a name in it, is too long for the file system', 'shorten it']],
  ['ENOTDIR', ['expected a folder, found a file in the path', 'correct the path']],
  [
    'EMFILE',
    [
      'the process has too many open files',
      'raise the limit, with LimitNOFILE= of the unit or with ulimit -n',
    ],
  ],
]);

/**
 * What to do where a disk or the kernel has refused something.
 * @param code - of the error, e.g. `ENOSPC`
 * @returns undefined for any other error
 */
export function storageRemedy(code: unknown): string | undefined {
  return typeof code === 'string' ? storage.get(code)?.[1] : undefined;
}

/** Whether nothing is at a path, in a folder that is there: what failed was to create it. */
function isToBeCreated(path: string): boolean {
  try {
    return (
      statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() === true &&
      lstatSync(path, { throwIfNoEntry: false }) === undefined
    );
  } catch {
    return false;
  }
}

/** The user of this process, for a sentence. */
function userName(): string {
  try {
    return `the user ${userInfo().username}`;
  } catch {
    return `the user ${process.getuid?.() ?? 'of this process'}`;
  }
}

function ofStorage(code: string, place: string): FaultDescription | undefined {
  const [sentence, remedy] = storage.get(code) ?? [];
  return sentence === undefined || remedy === undefined ? undefined : { code, sentence, place, remedy };
}

function endpoint(fault: { address?: string; port?: number }, context: string): string {
  return fault.address === undefined ? context : `${fault.address}:${fault.port ?? '?'}`;
}
