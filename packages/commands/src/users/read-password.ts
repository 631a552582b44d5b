import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { fewestPasswordCharacters } from '@entente/accounts';
import { OperatorFault } from '@entente/host';
import { escapeInvisible } from '@entente/trust';
import type { Command } from 'commander';
import { readNamed } from '../read-named-file.ts';

/** How a command gets a password: never from its arguments, which others on the machine can read. */
export interface PasswordOptions {
  readonly generate?: boolean;
  readonly passwordFile?: string;
  readonly md5Only?: boolean;
}

/** A password, and whether it was made up here and is to be shown. */
export interface ReadPassword {
  readonly password: string;
  readonly isGenerated: boolean;
}

/**
 * Adds the options that say where a password comes from, and for which algorithm it counts.
 * @param command - the verb
 */
export function passwordOptions(command: Command): Command {
  return command
    .option('--generate', 'generate a password and print it once')
    .option('--password-file <file>', 'read the password from the first line of a file')
    .option('--md5-only', 'store an MD5 digest, for a client that supports nothing better; weak');
}

/**
 * The algorithm of the digest that is stored.
 * @param options - as the command line gave them
 */
export function algorithmOf({ md5Only }: PasswordOptions): 'MD5' | 'SHA-256' {
  return md5Only === true ? 'MD5' : 'SHA-256';
}

/** Where a password is typed, and where the question is shown. */
export interface PasswordStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stderr: Writable;
}

/**
 * Reads a password: from a file, from the terminal, where it is typed twice, or from the first line of standard input.
 *
 * It has at least as many characters as NIST SP 800-63B, §5.1.1.2 of revision 3, asks for; revision 4 asks for 15 where there is no second
 * factor. Anyone who gets hold of a digest can try short ones without asking a server.
 * @param address - whose it is, for the question
 * @param options - as the command line gave them
 * @param streams - default: those of the process
 * @throws OperatorFault `ENTENTE_USAGE` where there is none, one that is too short, or one that is typed otherwise the second time
 */
export async function readPassword(
  address: string,
  { generate, passwordFile }: PasswordOptions,
  streams: PasswordStreams = process,
): Promise<ReadPassword> {
  if (generate === true) return { password: randomBytes(18).toString('base64url'), isGenerated: true };
  if (passwordFile === undefined)
    return { password: await askPassword(address, streams), isGenerated: false };
  const [password = ''] = (await readNamed(passwordFile, 'utf8')).split(/\r?\n/, 1);
  refuseShort(password, passwordFile);
  return { password, isGenerated: false };
}

function refuseShort(password: string, place: string): void {
  if ([...password].length >= fewestPasswordCharacters) return;
  if (password !== '') {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: `expected a password of at least ${fewestPasswordCharacters} characters, found ${[...password].length}`,
      place,
      remedy: 'type a longer one, e.g. a few words, or give --generate',
    });
  }
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: 'expected a password, found an empty line',
    place,
    remedy: 'type a password, or give --generate',
  });
}

/** The first line of standard input. On a terminal it is not shown, so that a slip of the keyboard shows only when it is typed again. */
async function askPassword(address: string, { stderr, stdin }: PasswordStreams): Promise<string> {
  const terminal = stdin.isTTY === true;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal });
  const typed = lines[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string> => {
    if (terminal) stderr.write(question);
    const { done, value } = await typed.next();
    if (terminal) stderr.write('\n');
    return done === true ? '' : value;
  };
  try {
    const password = await ask(`password of ${escapeInvisible(address)}: `);
    refuseShort(password, 'standard input');
    if (!terminal || (await ask('the same again: ')) === password) return password;
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'the two passwords differ',
      place: 'standard input',
      remedy: 'run the command again and type the same password twice, or give --generate',
    });
  } finally {
    lines.close();
  }
}
