import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { give, table } from '../topology/answer.ts';

/** What the authority answers; see `RolloverStatus` of `@entente/authority`. */
interface Status {
  readonly issuers: readonly {
    readonly number: number;
    readonly stage: string;
    readonly notAfter: number;
    readonly revoked: boolean;
    readonly valid: number;
    readonly next?: { readonly what: string; readonly at: number };
  }[];
  readonly rootList: { readonly number: number; readonly nextUpdate: number; readonly due: number };
  readonly waiting: boolean;
  readonly warnings: readonly { readonly message: string; readonly remedy: string }[];
}

/**
 * Adds `entente ca rollover`: where each issuing authority is in its life, and what happens next.
 * @param program - the command line, or its `ca` command's parent
 */
export function register(program: Command): void {
  const ca = program.commands.find((command) => command.name() === 'ca') ?? program.command('ca');
  administratorCommand(
    ca
      .command('rollover')
      .summary('show the issuing authorities, and what happens next')
      .description(
        'Shows each issuing authority with its stage, the certificates that it has issued and that are valid, what happens next and when, and what the root should sign.',
      ),
    'entente ca rollover',
  ).action(show);
}

async function show(options: AdministratorOptions): Promise<void> {
  await using connection = await connectAuthority(await accessOf(options));
  const outcome = await connection.get('/issuers');
  if (!outcome.ok) {
    const { message, reason, remedy } = outcome.refusal;
    give(
      {
        json: { refusal: outcome.refusal },
        lines: [`the authority refused: ${reason}: ${message}`],
        next: [remedy],
        failed: true,
      },
      options.json,
    );
    return;
  }
  const status = JSON.parse(outcome.text) as Status;
  const rows = status.issuers.map(({ next, notAfter, number, revoked, stage, valid }) => [
    String(number),
    revoked ? `${stage}, revoked` : stage,
    day(notAfter),
    String(valid),
    next === undefined ? '' : `${day(next.at)}: ${next.what}`,
  ]);
  const { due, nextUpdate, number } = status.rootList;
  give(
    {
      json: status,
      lines: [
        ...table([['number', 'stage', 'ends', 'valid', 'next'], ...rows]),
        '',
        `list of the root: number ${number}, expires on ${day(nextUpdate)}, should be signed again from ${day(due)}`,
        ...(status.waiting ? ['root-request.json waits for the key of the root'] : []),
        ...status.warnings.map(({ message }) => `warning: ${message}`),
      ],
      next: [...new Set(status.warnings.map(({ remedy }) => remedy))],
    },
    options.json,
  );
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
