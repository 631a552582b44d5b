import { readFile } from 'node:fs/promises';
import { type AccountsRead, readAccountsCsv, readUsersYaml } from '@entente/accounts/import';
import { OperatorFault } from '@entente/host';
import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { counted, give } from '../topology/answer.ts';
import { confirm, yesOption } from '../topology/confirm.ts';
import { inForceSoon } from '../users/account-command.ts';
import { readKeptAccounts } from '../users/kept-accounts.ts';
import { type RefusedAccount, sendAccounts } from '../users/send-accounts.ts';
import { userCommand } from '../users/user-command.ts';

interface UserImportOptions extends AdministratorOptions {
  readonly home?: string;
  readonly replace?: boolean;
  readonly yes?: boolean;
}

/** Refused lines that are shown; `--json` has the first thousand. */
const shownLines = 20;
const mostRefused = 1_000;

/**
 * Adds `entente user import`.
 * @param program - the command line
 */
export function register(program: Command): void {
  const command = userCommand(program)
    .command('import')
    .summary('add users from a file')
    .description(
      'Adds the users of a CSV file, whose first line names its columns: address; password, or ha1-sha-256, ha1-sha-512-256 and ha1-md5; home, state, number, rights. Or those of a users file of front ends (.yaml), or those that a front end has kept (accounts.jsonl in its folder), where the authority has lost them. Passwords stay here: the authority gets their digests. A line that is refused keeps no other one out; run again, it refuses those that are there, or with --replace changes those that differ. Exit status 1: a line was refused.',
    )
    .argument('<file>', 'users.csv, users.yaml, or accounts.jsonl of a front end')
    .option(
      '--home <fqdn>',
      'pool or front end of those whose line names none; default the pool of the domain',
    )
    .option(
      '--replace',
      'replace accounts that are there: who gets another password, or is disabled, is signed out',
    )
    .option(...yesOption);
  administratorCommand(command, 'entente user import users.csv').action(run);
}

async function run(file: string, options: UserImportOptions): Promise<void> {
  const { home, json, replace, yes } = options;
  const read = await readAccounts(file, home === undefined ? {} : { home });
  if (replace === true) {
    const users = counted(read.accounts.length, 'user');
    await confirm(
      {
        lines: [
          `${users} of ${file} replace those of the same address, with password, home, state, number and rights`,
        ],
        question: `replace the users of ${file}?`,
      },
      yes,
    );
  }
  await using connection = await connectAuthority(await accessOf(options));
  const total = read.accounts.length;
  const sent = await sendAccounts(
    connection,
    read.accounts,
    replace === true ? 'replace' : 'refuse',
    (done) => showProgress(done, total),
  );
  const { added, replaced, stopped, unchanged } = sent;
  const unread = read.refused.map(({ line, refusal: { message, reason, remedy } }) => ({
    line,
    reason,
    message,
    remedy,
  }));
  const refused = [...unread, ...sent.refused].sort((one, other) => one.line - other.line);
  const refusedCount = read.refusedCount + sent.refused.length;
  give(
    {
      json: {
        added,
        replaced,
        unchanged,
        refusedCount,
        refused: refused.slice(0, mostRefused),
        ...(stopped === undefined ? {} : { stopped }),
      },
      lines: [
        ...refusedLines(file, refused, refusedCount),
        `${added} added, ${replaced} replaced, ${unchanged} unchanged, ${refusedCount} refused`,
        ...(stopped === undefined
          ? []
          : [`the authority refused the rest: ${stopped.reason}: ${stopped.message}`]),
      ],
      next:
        stopped !== undefined
          ? [stopped.remedy, 'then run the same command again: it goes on with those that are missing']
          : added + replaced > 0
            ? [inForceSoon]
            : [],
      failed: refusedCount > 0 || stopped !== undefined,
    },
    json,
  );
}

async function readAccounts(file: string, defaults: { readonly home?: string }): Promise<AccountsRead> {
  const text = await readFile(file, 'utf8');
  if (/\.ya?ml$/i.test(file)) return readUsersYaml(text, defaults);
  if (/\.csv$/i.test(file)) return readAccountsCsv(text, defaults);
  if (/\.jsonl$/i.test(file)) return readKeptAccounts(text);
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: 'expected a file whose name ends in .csv, .yaml, .yml or .jsonl',
    place: file,
    remedy: 'name it by what is in it',
  });
}

function refusedLines(file: string, refused: readonly RefusedAccount[], count: number): readonly string[] {
  const shown = refused.slice(0, shownLines);
  return [
    ...shown.map(({ line, message, reason }) => `${file}:${line}: refused: ${reason}: ${message}`),
    ...(count > shown.length
      ? [`and ${counted(count - shown.length, 'line')} more; --json has the first ${mostRefused}`]
      : []),
  ];
}

/** On a terminal only: a program that reads the answer has no use for it. */
function showProgress(done: number, total: number): void {
  const { stderr } = process;
  if (stderr.isTTY === true) stderr.write(`\r${done} of ${total} users${done === total ? '\n' : ''}`);
}
