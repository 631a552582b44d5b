import { OperatorFault } from '@entente/host';
import { editsBetween } from '@entente/options';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { type AuditedEvent, describeEvent, quoted, readAudit } from '../authority/audit.ts';
import { type AuthorityConnection, connectAuthority } from '../authority/connect-authority.ts';
import { giveRefusal } from '../authority/send-command.ts';
import { counted, give } from '../topology/answer.ts';

/** The authority gives no more records at once. */
const mostRecords = 1_000;
/** Of those who have done something, so many are named. */
const mostActors = 10;

interface AuditOptions extends AdministratorOptions {
  readonly limit: string;
  readonly before?: string;
  readonly actor?: string;
}

/**
 * Adds `entente audit`: who did what, as the authority has recorded it.
 * @param program - the command line
 */
export function register(program: Command): void {
  const audit = program
    .command('audit')
    .summary('show who did what at the authority')
    .description(
      'Shows the audit trail of the authority, the newest first: topologies, tokens, certificates and revocations, who ordered them and from where, and what was refused. Exit status 1: refused.',
    )
    .option('--limit <count>', 'most records, 1 to 1000', '50')
    .option('--before <number>', 'those before this one, from the answer before')
    .option(
      '--actor <who>',
      'only what one has done, e.g. administrator:alice or server:fe1.contoso.example',
    );
  administratorCommand(audit, 'entente audit --limit 20').action(run);
}

async function run(options: AuditOptions): Promise<void> {
  const limit = wholeNumber(options.limit, '--limit', mostRecords);
  const before =
    options.before === undefined
      ? undefined
      : wholeNumber(options.before, '--before', Number.MAX_SAFE_INTEGER);
  const actor = actorIn(options.actor);
  await using connection = await connectAuthority(await accessOf(options));
  const query = new URLSearchParams({
    limit: String(limit),
    ...(before === undefined ? {} : { before: String(before) }),
    ...(actor === undefined ? {} : { actor }),
  });
  const outcome = await connection.get(`/audit?${query}`);
  if (!outcome.ok) {
    giveRefusal(outcome.refusal, options.json);
    return;
  }
  const { next, records } = readAudit(outcome.text, actor);
  if (actor !== undefined && before === undefined && records.length === 0) {
    await giveNoneOf(connection, actor, options.json);
    return;
  }
  give(
    {
      json: { records, before: next ?? null },
      lines:
        records.length === 0
          ? ['nothing is recorded']
          : records.map((one: AuditedEvent) => describeEvent(one)),
      next:
        next === undefined
          ? []
          : [
              `older ones: entente audit --before ${next}${actor === undefined ? '' : ` --actor ${actor}`} --as ca/administrators/<you>.yaml`,
            ],
    },
    options.json,
  );
}

/** Where a name is misspelt, it looks as if nothing had been done: those that are there are named. */
async function giveNoneOf(
  connection: Pick<AuthorityConnection, 'get'>,
  actor: string,
  asJson: boolean | undefined,
): Promise<void> {
  const outcome = await connection.get(`/audit?limit=${mostRecords}`);
  const records = outcome.ok ? readAudit(outcome.text).records : [];
  const edits = (other: string): number => editsBetween(actor, other);
  const actors = [...new Set(records.map((one) => one.actor))].sort(
    (one, other) => edits(one) - edits(other),
  );
  const shown = actors.slice(0, mostActors).map(quoted);
  give(
    {
      json: { records: [], before: null, actors },
      lines: [
        `nothing is recorded of ${actor}`,
        ...(shown.length === 0
          ? []
          : [
              `the newest ${counted(records.length, 'record')} are of ${shown.join(', ')}${actors.length > shown.length ? ` and ${actors.length - shown.length} more` : ''}`,
            ]),
      ],
      next:
        shown.length === 0
          ? []
          : [
              `if it is misspelt: entente audit --actor ${shellWord(shown[0] as string)} --as ca/administrators/<you>.yaml`,
            ],
    },
    asJson,
  );
}

/** As a record has it. A name alone would find nothing, and look as if nothing had been done. */
function actorIn(text: string | undefined): string | undefined {
  if (text === undefined || /^(authority|unknown|(administrator|server|join-token):[^\s:]+)$/.test(text))
    return text;
  const found = text.slice(0, 100);
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected one as a record of the trail has it, found ${found}`,
    place: 'option --actor',
    remedy:
      'write administrator:<name>, server:<fqdn>, join-token:<id>, or authority for what it did by itself',
  });
}

function wholeNumber(text: string, option: string, most: number): number {
  const number = Number(text);
  if (/^[1-9][0-9]*$/.test(text) && number <= most) return number;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected a whole number from 1 to ${most}, found ${text.slice(0, 40)}`,
    place: `option ${option}`,
    remedy: 'give a number in that range',
  });
}
