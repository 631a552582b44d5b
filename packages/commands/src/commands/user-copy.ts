import type { AccountDirectory } from '@entente/accounts/directory';
import { type CopyReport, copyAccounts } from '@entente/accounts/import';
import { keptAccountsConfig, loadConfig, OperatorFault, pathBeside } from '@entente/host';
import { noteAccountsAt, openStore } from '@entente/store-sql';
import { openPostgresAccounts, readPostgresServer } from '@entente/store-sql/postgres';
import { type Command, Option } from 'commander';
import { Progress } from '../progress.ts';
import { counted, give } from '../topology/answer.ts';
import { confirm, yesOption } from '../topology/confirm.ts';
import { userCommand } from '../users/user-command.ts';

interface UserCopyOptions {
  readonly to: 'authority' | 'postgresql';
  readonly replace?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const shownLines = 20;

/**
 * Adds `entente user copy`.
 * @param program - the command line
 */
export function register(program: Command): void {
  userCommand(program)
    .command('copy')
    .summary('move the accounts between the authority and PostgreSQL')
    .description(
      'Copies every account and contact list from the database of the authority into the PostgreSQL that its configuration names under "accounts", or back. The authority must be stopped. A copy that was interrupted is completed by the same command. When both have the same accounts, it is noted where they are kept from then on, and the authority refuses to start with the others. Exit status 1: an account was not copied, or is in the target alone.',
    )
    .argument('<config>', 'authority.yaml')
    .addOption(
      new Option('--to <where>', 'where they are kept from then on')
        .choices(['postgresql', 'authority'])
        .makeOptionMandatory(),
    )
    .option(
      '--replace',
      'replace accounts of the target that differ, and remove those that the source does not have',
    )
    .option(...yesOption)
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente user copy authority.yaml --to postgresql')
    .action(run);
}

async function run(file: string, { json, replace, to, yes }: UserCopyOptions): Promise<void> {
  const toName = 'give the path of the configuration of the authority';
  const config = loadConfig(file, keptAccountsConfig, toName);
  // Each has these fields: a server its own name, and an authority the listener for members.
  if (config.fqdn !== undefined && config.https === undefined) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'expected the configuration of an authority, found that of another server',
      place: file,
      remedy: `${toName}, e.g. ca/authority.yaml`,
    });
  }
  if (config.accounts === undefined) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'expected "accounts" with a PostgreSQL server, found none',
      place: file,
      remedy: 'add it first: docs/guides/postgresql.md has the lines',
    });
  }
  const directory = pathBeside(file, config.directory);
  const server = await readPostgresServer(config.accounts.postgresql, (path) => pathBeside(file, path));
  if (replace === true) {
    const lines = [
      `accounts of the ${to === 'authority' ? 'authority' : 'PostgreSQL server'} that differ are replaced, and others removed`,
    ];
    await confirm({ lines, question: 'replace them?' }, yes);
  }
  // It is locked while an authority runs.
  await using store = await openStore(directory);
  await using postgresql = await openPostgresAccounts({ server });
  const [source, target] = to === 'postgresql' ? [store.accounts, postgresql] : [postgresql, store.accounts];
  const report = await copied(source, target, replace === true ? 'replace' : 'refuse', json);
  const { refused, refusedCount, surplus, surplusCount, ...counts } = report;
  const failed = refusedCount + surplusCount > 0;
  if (!failed) await noteAccountsAt(directory, to === 'postgresql' ? postgresql.place : undefined);
  const done = counts.copied + counts.replaced + counts.unchanged;
  give(
    {
      json: { from: source.place, to: target.place, ...counts, refused, refusedCount, surplus, surplusCount },
      lines: [
        ...refused.slice(0, shownLines).map(({ message, reason }) => `refused: ${reason}: ${message}`),
        ...surplus.slice(0, shownLines).map((address) => `in ${target.place} alone: ${address}`),
        `${counted(done, 'account')} in ${target.place}: ${counts.copied} copied, ${counts.unchanged} there before, ${counts.replaced} replaced, ${counts.removed} removed, ${refusedCount} refused, ${surplusCount} there alone`,
      ],
      next: failed
        ? ['look at what is there, then run the same command with --replace']
        : to === 'postgresql'
          ? [
              'start the authority; include the PostgreSQL server in your backups, entente ca backup has no accounts any more',
            ]
          : [
              `remove "accounts" from ${file}, and from the configuration of front ends, then start the authority`,
            ],
      failed,
    },
    json,
  );
}

async function copied(
  source: AccountDirectory,
  target: AccountDirectory,
  existing: 'refuse' | 'replace',
  json: boolean | undefined,
): Promise<CopyReport> {
  using progress = new Progress(json);
  return await copyAccounts(source, target, {
    existing,
    onProgress: ({ copied: done, compared }) =>
      progress.show(
        compared === 0 ? `${counted(done, 'account')} copied` : `${done} copied, ${compared} compared`,
      ),
  });
}
