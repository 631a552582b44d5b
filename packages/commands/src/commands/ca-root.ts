import type { Command } from 'commander';
import { groupCommand } from '../group-command.ts';
import { acceptAnswer } from '../root/root-accept.ts';
import { defaultConfig } from '../root/root-files-io.ts';
import { type RequestOptions, writeRequest } from '../root/root-request.ts';
import { prepareNext, signRequest } from '../root/root-sign.ts';

const clockOption = [
  '--clock-is-right',
  'sign although the root has signed a list of the future: a clock was ahead then, and is right now',
] as const;

/**
 * Adds `entente ca root request`, `sign`, `prepare` and `accept`: what only the key of a root can do, by one file to it and one file back.
 * @param program - the command line, or its `ca` command's parent
 */
export function register(program: Command): void {
  const ca = groupCommand(program, 'ca');
  const root = ca.command('root').description('what only the key of the root can do');
  root
    .command('request')
    .summary('write the request that is carried to the key of the root')
    .description(
      'Writes root-request.json into the directory of the authority. The authority writes it by itself when it is due; this command writes it earlier, to prepare the next root, or to put an authority on the list of the root.',
    )
    .option('--config <file>', 'configuration of the authority', defaultConfig)
    .option('--root <number>', 'root that is asked; default the one that has certified the active authority')
    .option('--next', 'also request the certificate of the next issuing authority')
    .option('--revoke <number>', 'number of an issuing authority whose key may be compromised')
    .option('--revoke-root <number>', 'number of the next root, where its key may be compromised')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente ca root request --config ca/authority.yaml --next')
    .action((options: RequestOptions) => writeRequest(options));
  root
    .command('sign')
    .summary('sign a request with the key of the root')
    .description(
      'Shows what the root would sign, and signs it. Run it on the machine with the key of the root; it needs no network.',
    )
    .argument('<request>', 'root-request.json of the authority')
    .requiredOption(
      '--root <directory>',
      'directory with root_ca.crt and root_ca.key; the last list is kept there',
    )
    .requiredOption('--out <file>', 'file for the answer')
    .option(...clockOption)
    .option('--yes', 'sign without asking')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExample:\n  entente ca root sign root-request.json --root /media/root --out root-answer.json',
    )
    .action(signRequest);
  root
    .command('prepare')
    .summary('create the next root, and certify it with the present one')
    .description(
      'Creates the next root with a key of its own, lets the present root certify it, and signs the request as entente ca root sign does. Run it on the machine with the key of the present root; it needs no network. Nobody believes the next root before the administrators have listed it in the topology.',
    )
    .argument('<request>', 'root-request.json of the authority')
    .requiredOption('--root <directory>', 'directory with root_ca.crt and root_ca.key of the present root')
    .requiredOption('--new-root <directory>', 'directory for the next root; created')
    .requiredOption('--out <file>', 'file for the answer')
    .option(...clockOption)
    .option('--yes', 'sign without asking')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExample:\n  entente ca root prepare root-request.json --root /media/root --new-root /media/root2 --out root-answer.json',
    )
    .action(prepareNext);
  root
    .command('accept')
    .summary('bring the answer of the root to the authority')
    .description(
      'Verifies what the root has signed, and leaves it to the authority, which puts it in force within a minute, or when it starts.',
    )
    .argument('<answer>', 'file that entente ca root sign or prepare wrote')
    .option('--config <file>', 'configuration of the authority', defaultConfig)
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente ca root accept root-answer.json --config ca/authority.yaml')
    .action(acceptAnswer);
}
