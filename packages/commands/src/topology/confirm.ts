import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { OperatorFault } from '@entente/host';
import { escapeInvisible } from '@entente/trust';

/** What a person confirms. */
export interface Confirmation {
  /** What will happen, line by line. */
  readonly lines: readonly string[];
  /** E.g. `revoke 2 certificates of fe1.contoso.example?` */
  readonly question: string;
}

/** Where a person is asked. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  /** Not standard output: that is for the answer of the command. */
  readonly output: Writable;
}

/** The option that stands for an answer, for `command.option(…)`. */
export const yesOption = ['--yes', 'do not ask for confirmation'] as const;

/**
 * Asks before something is done that takes away or cannot be undone.
 * @param confirmation - what will happen
 * @param yes - whether `--yes` was given: nobody is asked
 * @param terminal - default: standard input and standard error
 * @throws OperatorFault `ENTENTE_NOT_CONFIRMED` where the answer is not yes, or where there is no terminal; what would happen is shown
 */
export async function confirm(
  { lines, question }: Confirmation,
  yes: boolean | undefined,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  if (yes === true) return;
  if (input.isTTY !== true) {
    // The operator sees what --yes would confirm.
    output.write(lines.map((line) => `${escapeInvisible(line)}\n`).join(''));
    throw new OperatorFault('ENTENTE_NOT_CONFIRMED', {
      sentence: `there is no terminal to ask on: ${question}`,
      place: 'standard input',
      remedy: 'give --yes to do it without being asked',
    });
  }
  output.write(`${[...lines, question].map(escapeInvisible).join('\n')} [yes/no] `);
  if (/^y(es)?$/i.test((await firstLine(input)).trim())) return;
  throw new OperatorFault('ENTENTE_NOT_CONFIRMED', {
    sentence: 'not confirmed, so nothing was done',
    place: 'standard input',
    remedy: 'run it again and answer yes, or give --yes',
  });
}

async function firstLine(input: Readable): Promise<string> {
  const lines = createInterface({ input });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}
