import { createInterface } from 'node:readline/promises';
import { OperatorFault } from '@entente/host';
import { maxRootDocumentLength, type RootRefusal } from '@entente/pki';
import { readNamed } from '../read-named-file.ts';
import { give, printLines } from '../topology/answer.ts';

/** Configuration of the authority, where no other is given. */
export const defaultConfig = 'ca/authority.yaml';

/**
 * Prints a refusal; exit status 1.
 * @param refusal - as the root or the authority gave it
 */
export function giveRootRefusal(refusal: RootRefusal, json: boolean | undefined): void {
  const { message, reason, remedy } = refusal;
  give({ json: { refusal }, lines: [`refused: ${reason}: ${message}`], next: [remedy], failed: true }, json);
}

/** The refusal of a file that is something else. */
export function malformedFile(file: string): RootRefusal {
  return {
    reason: 'root-document-malformed',
    message: `${file} is not a request or an answer`,
    remedy: 'carry the file again, unchanged',
  };
}

/**
 * Reads a request or an answer.
 * @returns its text; empty where it is too long
 */
export async function readRootDocument(file: string): Promise<string> {
  const content = await readNamed(file);
  return content.length > maxRootDocumentLength ? '' : content.toString('utf8');
}

/**
 * Asks whether the root signs what is shown.
 * @throws OperatorFault `ENTENTE_NOT_CONFIRMED` where nobody can be asked
 */
export async function agreesToSign(shown: readonly string[]): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new OperatorFault('ENTENTE_NOT_CONFIRMED', {
      sentence: 'the root signs nothing that nobody has agreed to, and there is no terminal to ask at',
      place: 'standard input',
      remedy: 'give --yes',
    });
  }
  printLines(['The root would sign:', '', ...shown, '']);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question('Sign this? Type yes: ')).trim() === 'yes';
  } finally {
    terminal.close();
  }
}
