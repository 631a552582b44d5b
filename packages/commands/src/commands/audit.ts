import { OperatorFault } from '@entente/host';
import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { type AuditedEvent, describeEvent, readAudit } from '../authority/audit.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { giveRefusal } from '../authority/send-command.ts';
import { give } from '../topology/answer.ts';

interface AuditOptions extends AdministratorOptions {
  readonly limit: string;
  readonly before?: string;
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
    .option('--before <number>', 'those before this one, from the answer before');
  administratorCommand(audit, 'entente audit --limit 20').action(run);
}

async function run(options: AuditOptions): Promise<void> {
  const limit = wholeNumber(options.limit, '--limit', 1_000);
  const before =
    options.before === undefined
      ? undefined
      : wholeNumber(options.before, '--before', Number.MAX_SAFE_INTEGER);
  await using connection = await connectAuthority(await accessOf(options));
  const query = `limit=${limit}${before === undefined ? '' : `&before=${before}`}`;
  const outcome = await connection.get(`/audit?${query}`);
  if (!outcome.ok) {
    giveRefusal(outcome.refusal, options.json);
    return;
  }
  const { next, records } = readAudit(outcome.text);
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
          : [`older ones: entente audit --before ${next} --as ca/administrators/<you>.yaml`],
    },
    options.json,
  );
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
