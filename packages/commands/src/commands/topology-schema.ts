import { publicMode, writeWhole } from '@entente/pki/node';
import { topologyJsonSchema } from '@entente/topology';
import type { Command } from 'commander';
import { give } from '../topology/answer.ts';
import { topologyCommand } from '../topology/topology-command.ts';

/**
 * Adds `entente topology schema`: the JSON Schema of the document, for editors.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('schema')
    .summary('write the JSON Schema of the topology, for editors')
    .description(
      'Writes the JSON Schema of topology.yaml, for editors that complete and check while you type.',
    )
    .option('--output <path>', 'file for the schema; default standard output')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology schema --output topology.schema.json')
    .action(async (given: { readonly output?: string; readonly json?: boolean }) => {
      const schema = topologyJsonSchema();
      if (given.output === undefined) {
        const text = JSON.stringify(schema, null, 2);
        if (given.json !== true) process.stdout.write(`${text}\n`);
        else give({ json: { schema }, lines: [], next: ['entente topology schema --output <file>'] }, true);
        return;
      }
      await writeWhole(given.output, `${JSON.stringify(schema, null, 2)}\n`, publicMode);
      const hint = `make this the first line of topology.yaml: # yaml-language-server: $schema=${given.output}`;
      give({ json: { output: given.output }, lines: [`wrote ${given.output}`], next: [hint] }, given.json);
    });
}
