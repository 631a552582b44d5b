import { createReadStream } from 'node:fs';
import type { Account } from '@entente/accounts';
import {
  type AccountsRead,
  maxAccountsText,
  readAccountsCsvPieces,
  readUsersYaml,
} from '@entente/accounts/import';
import { OperatorFault } from '@entente/host';
import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { giveRefusal } from '../authority/send-command.ts';
import { type VersionInForce, versionInForce } from '../authority/version-in-force.ts';
import { Progress } from '../progress.ts';
import { counted, give } from '../topology/answer.ts';
import { confirm, yesOption } from '../topology/confirm.ts';
import { inForceSoon } from '../users/account-command.ts';
import { fileInOtherCase, fileLinesInOtherCase } from '../users/address-case.ts';
import { homeOfUser, withoutHomeOfFile } from '../users/home-of-user.ts';
import { readKeptAccounts } from '../users/kept-accounts.ts';
import { type RefusedAccount, sendAccounts } from '../users/send-accounts.ts';
import { userCommand } from '../users/user-command.ts';

interface UserImportOptions extends AdministratorOptions {
  readonly home?: string;
  readonly replace?: boolean;
  readonly yes?: boolean;
}

/** Refused lines, and users, that are shown; `--json` has the first thousand. */
const shownLines = 20;
const mostListed = 1_000;

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
  const access = await accessOf(options);
  await using connection = await connectAuthority(access);
  // Before anything is sent: what fails later would look as if nothing had been imported.
  const inForce = await versionInForce(connection, access);
  const addresses = read.accounts.map(({ account }) => account.address);
  const similar = await fileInOtherCase(connection, addresses);
  if (!similar.ok) {
    giveRefusal(similar.refusal, json);
    return;
  }
  const total = read.accounts.length;
  const sent = await (async () => {
    using progress = new Progress(json);
    const existing = replace === true ? 'replace' : 'refuse';
    return await sendAccounts(connection, read.accounts, existing, (done) =>
      progress.show(`${done} of ${total} users`),
    );
  })();
  const { added, replaced, stopped, unchanged } = sent;
  const unread = read.refused.map(({ line, refusal: { message, reason, remedy } }) => ({
    line,
    reason,
    message,
    remedy,
  }));
  const refused = [...unread, ...sent.refused].sort((one, other) => one.line - other.line);
  const refusedCount = read.refusedCount + sent.refused.length;
  const refusedOnes = new Set(sent.refused.map(({ line }) => line));
  const taken = read.accounts.filter(({ line }) => !refusedOnes.has(line)).map(({ account }) => account);
  const takenAddresses = new Set(taken.map(({ address }) => address));
  const differs = similar.found.filter(({ address }) => takenAddresses.has(address));
  const homeless = homelessOf(inForce, taken);
  const withoutHomes = withoutHomeOfFile(homeless, shownLines);
  give(
    {
      json: {
        added,
        replaced,
        unchanged,
        refusedCount,
        refused: refused.slice(0, mostListed),
        ...(differs.length === 0 ? {} : { differsInCase: jsonOf(differs) }),
        ...(homeless.length === 0 ? {} : { withoutHome: jsonOf(homeless) }),
        ...(sent.warned.length === 0 ? {} : { warned: sent.warned.slice(0, mostListed) }),
        ...(stopped === undefined ? {} : { stopped }),
      },
      lines: [
        ...refusedLines(file, refused, refusedCount),
        ...(total + refusedCount === 0 ? [`no user is in ${file}`] : []),
        `${added} added, ${replaced} replaced, ${unchanged} unchanged, ${refusedCount} refused`,
        ...(stopped === undefined
          ? []
          : [`the authority refused the rest: ${stopped.reason}: ${stopped.message}`]),
        ...sent.warned.slice(0, shownLines).map(({ line, message }) => `${file}:${line}: taken: ${message}`),
        ...withoutHomes.lines,
        ...fileLinesInOtherCase(differs, shownLines),
      ],
      next: [
        ...(stopped === undefined
          ? []
          : [stopped.remedy, 'then run the same command again: it goes on with those that are missing']),
        ...remediesOf(refused),
        ...remediesOf(sent.warned),
        ...withoutHomes.next,
        ...(differs.length === 0 ? [] : ['for each address that is a slip: entente user remove <address>']),
        ...(stopped === undefined && added + replaced > 0 ? [inForceSoon] : []),
      ],
      failed: refusedCount > 0 || stopped !== undefined,
    },
    json,
  );
}

/** Users of the file who can never register as the topology is. */
function homelessOf(inForce: VersionInForce, accounts: readonly Account[]): readonly string[] {
  const document = inForce.ok ? inForce.signed?.document : undefined;
  if (document === undefined) return [];
  return accounts
    .filter(({ address, home }) => homeOfUser(document, address, home) === undefined)
    .map(({ address }) => address);
}

function jsonOf<User>(users: readonly User[]): { readonly count: number; readonly users: readonly User[] } {
  return { count: users.length, users: users.slice(0, mostListed) };
}

async function readAccounts(file: string, defaults: { readonly home?: string }): Promise<AccountsRead> {
  // In pieces: what a front end has kept may be longer than a string can be.
  const pieces = (): AsyncIterable<string> => createReadStream(file, 'utf8');
  if (/\.ya?ml$/i.test(file)) return readUsersYaml(await textOf(pieces()), defaults);
  if (/\.csv$/i.test(file)) return readAccountsCsvPieces(pieces(), defaults);
  if (/\.jsonl$/i.test(file)) return readKeptAccounts(pieces());
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: 'expected a file whose name ends in .csv, .yaml, .yml or .jsonl',
    place: file,
    remedy: 'name it by what is in it',
  });
}

/** A text as a whole; of one that is too long no more than shows that it is. */
async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  const parts: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    parts.push(piece);
    length += piece.length;
    if (length > maxAccountsText) break;
  }
  return parts.join('');
}

/** Many lines have the same one. */
function remediesOf(refused: readonly RefusedAccount[]): readonly string[] {
  const lines = new Map<string, number[]>();
  for (const { line, remedy } of refused.slice(0, shownLines))
    lines.set(remedy, [...(lines.get(remedy) ?? []), line]);
  return [...lines].map(([remedy, at]) => `line ${at.join(', ')}: ${remedy}`);
}

function refusedLines(file: string, refused: readonly RefusedAccount[], count: number): readonly string[] {
  const shown = refused.slice(0, shownLines);
  return [
    ...shown.map(({ line, message, reason }) => `${file}:${line}: refused: ${reason}: ${message}`),
    ...(count > shown.length
      ? [`and ${counted(count - shown.length, 'line')} more; --json has the first ${mostListed}`]
      : []),
  ];
}
