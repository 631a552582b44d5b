import { reportFault } from '@entente/host';
import { Command, CommanderError } from 'commander';
import { register as caAdministrator } from './commands/ca-administrator.ts';
import { register as caInit } from './commands/ca-init.ts';
import { register as caOutside } from './commands/ca-outside.ts';
import { register as caRollover } from './commands/ca-rollover.ts';
import { register as caRoot } from './commands/ca-root.ts';
import { register as certRevoke } from './commands/cert-revoke.ts';
import { register as explain } from './commands/explain.ts';
import { register as joinToken } from './commands/join-token.ts';
import { register as rotatePlan } from './commands/rotate-plan.ts';
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
import { register as topologySchema } from './commands/topology-schema.ts';
import { register as topologySign } from './commands/topology-sign.ts';
import { register as topologyStatus } from './commands/topology-status.ts';
import { register as userAdd } from './commands/user-add.ts';

/** Each verb is one file of `commands/`. */
const verbs = [
  explain,
  caInit,
  caAdministrator,
  caOutside,
  caRoot,
  caRollover,
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
  topologyStatus,
  topologyKey,
  topologySchema,
  rotatePlan,
  joinToken,
  certRevoke,
  userAdd,
];

/**
 * The command line `entente`.
 * @returns the program with every verb
 */
export function createProgram(): Command {
  const program = new Command('entente')
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
 * Runs the command line.
 * @param args - the arguments after the program's name
 * @returns exit status: 0 done, 1 refused or failed check, 2 usage
 */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportFault('entente', error, 'the command line');
  }
}

/** Each command with its full name. */
function allOf(command: Command, path: string): (readonly [path: string, command: Command])[] {
  return [[path, command], ...command.commands.flatMap((child) => allOf(child, `${path} ${child.name()}`))];
}
