import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { timeText } from '../authority/certificates.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { onceBrought } from '../authority/root-warnings.ts';
import { groupCommand } from '../group-command.ts';
import { give, table } from '../topology/answer.ts';

/** What the authority answers; see `RolloverStatus` of `@entente/authority`. */
interface Status {
  readonly issuers: readonly {
    readonly number: number;
    readonly stage: string;
    readonly notAfter: number;
    readonly revoked: boolean;
    readonly root: number;
    readonly valid: number;
    readonly next?: { readonly what: string; readonly at: number };
  }[];
  readonly roots: readonly {
    readonly number: number;
    readonly subject: string;
    readonly stage: string;
    readonly notAfter: number;
    readonly isReached: boolean;
    readonly list: { readonly number: number; readonly nextUpdate: number; readonly due: number };
    readonly dependents: readonly string[];
    readonly dependentAdministrators: readonly string[];
    readonly next?: string;
  }[];
  readonly waiting: readonly string[];
  /** Absent where the authority is of an earlier release. */
  readonly brought?: readonly string[];
  readonly warnings: readonly { readonly message: string; readonly remedy: string }[];
}

/**
 * Adds `entente ca rollover`: where each issuing authority and each root is in its life, and what happens next.
 * @param program - the command line, or its `ca` command's parent
 */
export function register(program: Command): void {
  const ca = groupCommand(program, 'ca');
  administratorCommand(
    ca
      .command('rollover')
      .summary('show the issuing authorities and the roots, and what happens next')
      .description(
        'Shows each issuing authority with its stage, the certificates that it has issued and that are valid, what happens next and when; each root with its stage, its list and how many servers and administrators depend on it alone, with what the next step would do; and what a root should sign.',
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
  const rows = status.issuers.map(({ next, notAfter, number, revoked, root, stage, valid }) => [
    String(number),
    String(root),
    revoked ? `${stage}, revoked` : stage,
    day(notAfter),
    String(valid),
    next === undefined ? '' : `${timeText(next.at)}: ${next.what}`,
  ]);
  const roots = status.roots.map(
    ({ dependentAdministrators, dependents, list, next = '', notAfter, number, stage }) => [
      String(number),
      stage,
      day(notAfter),
      `${list.number}, until ${day(list.nextUpdate)}, due ${day(list.due)}`,
      String(dependents.length),
      String(dependentAdministrators.length),
      next,
    ],
  );
  give(
    {
      json: status,
      lines: [
        'issuing authorities',
        ...table([['number', 'root', 'stage', 'ends', 'valid', 'next'], ...rows]),
        '',
        'roots',
        ...table([['number', 'stage', 'ends', 'list', 'servers', 'administrators', 'next'], ...roots]),
        ...status.roots.map(({ number, subject }) => `  root ${number} is ${subject}`),
        '',
        ...status.waiting.map((file) => `${file} waits for the key of the root`),
        ...(status.brought ?? []).map(
          (file) => `${file} was brought: the authority takes it within a minute`,
        ),
        ...status.warnings.map(({ message }) => `warning: ${message}`),
      ],
      next: [...new Set(onceBrought(status.warnings, status.brought ?? []).map(({ remedy }) => remedy))],
    },
    options.json,
  );
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
