import { readFileSync } from 'node:fs';
import { describeFault, type FaultDescription, reportFault } from '@entente/host';
import { Command, CommanderError } from 'commander';
import { register as audit } from './commands/audit.ts';
import { register as caAdministrator } from './commands/ca-administrator.ts';
import { register as caBackup } from './commands/ca-backup.ts';
import { register as caInit } from './commands/ca-init.ts';
import { register as caOutside } from './commands/ca-outside.ts';
import { register as caRestore } from './commands/ca-restore.ts';
import { register as caRollover } from './commands/ca-rollover.ts';
import { register as caRoot } from './commands/ca-root.ts';
import { register as certBlockKey } from './commands/cert-block-key.ts';
import { register as certIssue } from './commands/cert-issue.ts';
import { register as certList } from './commands/cert-list.ts';
import { register as certRelease } from './commands/cert-release.ts';
import { register as certRenew } from './commands/cert-renew.ts';
import { register as certRevoke } from './commands/cert-revoke.ts';
import { register as certShow } from './commands/cert-show.ts';
import { register as explain } from './commands/explain.ts';
import { register as joinToken } from './commands/join-token.ts';
import { register as partnerBlock } from './commands/partner-block.ts';
import { register as rotatePlan } from './commands/rotate-plan.ts';
import { register as status } from './commands/status.ts';
import { register as topologyAdd } from './commands/topology-add.ts';
import { register as topologyApprove } from './commands/topology-approve.ts';
import { register as topologyCerts } from './commands/topology-certs.ts';
import { register as topologyCheck } from './commands/topology-check.ts';
import { register as topologyDiff } from './commands/topology-diff.ts';
import { register as topologyDns } from './commands/topology-dns.ts';
import { register as topologyDraw } from './commands/topology-draw.ts';
import { register as topologyFirewall } from './commands/topology-firewall.ts';
import { register as topologyInit } from './commands/topology-init.ts';
import { register as topologyKey } from './commands/topology-key.ts';
import { register as topologyPublish } from './commands/topology-publish.ts';
import { register as topologyRehearse } from './commands/topology-rehearse.ts';
import { register as topologyRemove } from './commands/topology-remove.ts';
import { register as topologyRollback } from './commands/topology-rollback.ts';
import { register as topologyRoot } from './commands/topology-root.ts';
import { register as topologySchema } from './commands/topology-schema.ts';
import { register as topologySign } from './commands/topology-sign.ts';
import { register as topologyStatus } from './commands/topology-status.ts';
import { register as trace } from './commands/trace.ts';
import { register as userAdd } from './commands/user-add.ts';

/** Each verb is one file of `commands/`. */
const verbs = [
  explain,
  status,
  audit,
  trace,
  caInit,
  caAdministrator,
  caOutside,
  caRoot,
  caRollover,
  caBackup,
  caRestore,
  topologyInit,
  topologyAdd,
  topologyRemove,
  topologyCheck,
  topologyDraw,
  topologyDns,
  topologyCerts,
  topologyFirewall,
  topologyDiff,
  topologyRehearse,
  topologySign,
  topologyApprove,
  topologyPublish,
  topologyRollback,
  topologyRoot,
  topologyStatus,
  topologyKey,
  topologySchema,
  partnerBlock,
  rotatePlan,
  joinToken,
  certList,
  certShow,
  certIssue,
  certRenew,
  certRevoke,
  certRelease,
  certBlockKey,
  userAdd,
];

/**
 * The command line `entente`.
 * @returns the program with every verb
 */
export function createProgram(): Command {
  const program = new Command('entente')
    .version(versionOfPackage(), '--version', 'print the version')
    .description(
      'Runs an Entente network: topology, certificates, users. Explains why a server is trusted or refused.',
    )
    .addHelpText(
      'after',
      '\nStart with one of these. Every command has --help with an example, and --json:\n  entente explain example.com:443\n  entente topology init contoso.example --administrator alice',
    );
  for (const register of verbs) register(program);
  for (const [path, command] of allOf(program, 'entente')) {
    command
      .exitOverride()
      .showHelpAfterError(
        `(${path} --help shows the ${command.commands.length > 0 ? 'commands' : 'options and an example'})`,
      );
  }
  return program;
}

/**
 * Runs the command line. With `--json` a fault too is one JSON object on standard output, where a program looks for the answer.
 * @param args - the arguments after the program's name
 * @returns exit status: 0 done, 1 refused or failed check, 2 usage
 */
export async function run(args: readonly string[]): Promise<number> {
  const asJson = wantsJson(args);
  const program = createProgram();
  if (asJson) for (const [, command] of allOf(program, '')) command.configureOutput({ writeErr: () => {} });
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (asJson) giveFault(usageFault(error), 2);
      return 2;
    }
    const fault = asJson ? describeFault(error, place) : undefined;
    if (fault === undefined) return reportFault('entente', error, place);
    giveFault(fault, 2);
    return 2;
  }
}

const place = 'the command line';

/** An argument after `--` is none of the options. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}

function giveFault({ code, sentence, place, remedy }: FaultDescription, exitStatus: number): void {
  const fault = { code, sentence, place, remedy, exitStatus };
  process.stdout.write(`${JSON.stringify({ ok: false, fault, next: [remedy] })}\n`);
}

function usageFault({ message }: CommanderError): FaultDescription {
  // Where a group is named without a verb, the message is only a mark of commander's own.
  const sentence = message.startsWith('(') ? 'expected a command' : message.replace(/^error: /, '');
  const remedy = 'give --help after the command: it shows the options and an example';
  return { code: 'ENTENTE_USAGE', sentence, place, remedy };
}

/** The package is published with its package.json beside `dist` and `src`. */
function versionOfPackage(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Each command with its full name. */
function allOf(command: Command, path: string): (readonly [path: string, command: Command])[] {
  return [[path, command], ...command.commands.flatMap((child) => allOf(child, `${path} ${child.name()}`))];
}
