import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { fewestPasswordCharacters } from '@entente/accounts';
import { OperatorFault } from '@entente/host';
import { escapeInvisible } from '@entente/trust';
import type { Command } from 'commander';

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

/**
 * Characters that a password must have, as NIST SP 800-63B, §5.1.1.2 of revision 3, asks at least; revision 4 asks for 15 where there is no second
 * factor. Anyone who gets hold of a digest can try short ones without asking a server.
 */
/**
 * Reads a password: from a file, from the terminal, or from the first line of standard input.
 * @param address - whose it is, for the question
 * @param options - as the command line gave them
 * @throws OperatorFault `ENTENTE_USAGE` where there is none, or one that is too short
 */
export async function readPassword(
  address: string,
  { generate, passwordFile }: PasswordOptions,
): Promise<ReadPassword> {
  if (generate === true) return { password: randomBytes(18).toString('base64url'), isGenerated: true };
  const password =
    passwordFile === undefined
      ? await askPassword(address)
      : ((await readFile(passwordFile, 'utf8')).split(/\r?\n/, 1)[0] ?? '');
  if ([...password].length >= fewestPasswordCharacters) return { password, isGenerated: false };
  if (password !== '') {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: `expected a password of at least ${fewestPasswordCharacters} characters, found ${[...password].length}`,
      place: passwordFile ?? 'standard input',
      remedy: 'type a longer one, e.g. a few words, or give --generate',
    });
  }
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: 'expected a password, found an empty line',
    place: passwordFile ?? 'standard input',
    remedy: 'type a password, or give --generate',
  });
}

/** The first line of standard input; on a terminal it is not shown. */
async function askPassword(address: string): Promise<string> {
  const { stdin, stderr } = process;
  const terminal = stdin.isTTY === true;
  if (terminal) stderr.write(`password of ${escapeInvisible(address)}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (terminal) stderr.write('\n');
  }
}
