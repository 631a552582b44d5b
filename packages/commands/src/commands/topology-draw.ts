import { publicMode, writeWhole } from '@entente/pki/node';
import { drawMermaid, drawSvg } from '@entente/topology-planning';
import { shellWord } from '@entente/trust';
import { type Command, Option } from 'commander';
import { give, printLines } from '../topology/answer.ts';
import { requireTopology } from '../topology/read-topology.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

interface DrawOptions {
  readonly format: 'svg' | 'mermaid';
  readonly output?: string;
  readonly json?: boolean;
}

/**
 * Adds `entente topology draw`: a picture of zones, roles and links.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('draw')
    .summary('draw zones, roles and links as SVG or Mermaid')
    .description('Draws the topology. Without --output the picture goes to standard output.')
    .argument('[file]', 'YAML, or the signed JSON', defaultFile)
    .addOption(
      new Option('--format <format>', 'format of the picture').choices(['svg', 'mermaid']).default('svg'),
    )
    .option('--output <path>', 'file for the picture; default standard output')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology draw --output topology.svg')
    .action(draw);
}

async function draw(file: string, given: DrawOptions): Promise<void> {
  const topology = await requireTopology(file);
  const picture = given.format === 'svg' ? drawSvg(topology) : drawMermaid(topology);
  if (given.output !== undefined) {
    await writeWhole(given.output, picture, publicMode);
    give(
      {
        json: { file, format: given.format, output: given.output },
        lines: [`drew ${file} into ${given.output}`],
        next: [
          `open ${given.output}; entente topology firewall ${shellWord(file)} lists what the firewalls must allow`,
        ],
      },
      given.json,
    );
  } else if (given.json === true)
    give({ json: { file, format: given.format, picture }, lines: [], next: [] }, true);
  else printLines(picture.trimEnd().split('\n'));
}
