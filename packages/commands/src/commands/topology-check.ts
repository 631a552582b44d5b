import { linkMatrix } from '@entente/topology-planning';
import type { Command } from 'commander';
import { give, table } from '../topology/answer.ts';
import { placeOf, readTopology } from '../topology/read-topology.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

interface CheckOptions {
  readonly links?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `entente topology check`: everything that is wrong with a topology, with its place.
 * @param program the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('check')
    .summary('say what is wrong with a topology, and where')
    .description(
      'Reads a topology and runs every check. Exit status 0: no errors (warnings may be), 1: errors, 2: usage.',
    )
    .argument('[file]', 'YAML, or the signed JSON', defaultFile)
    .option('--links', 'also list the rows of the allow matrix, in use and narrowed')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology check topology.yaml --links')
    .action(check);
}

async function check(file: string, given: CheckOptions): Promise<void> {
  const read = await readTopology(file);
  const problems = read.ok ? read.warnings : read.problems;
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const lines = problems.flatMap((problem) => [
    `${placeOf(file, problem)}: ${problem.severity}: ${problem.message} (${problem.code})`,
    `  → ${problem.remedy}`,
  ]);
  if (!read.ok) {
    const next = [`mend what the arrows say, then entente topology check ${file}`];
    const json = { file, errors, warnings: problems.length - errors, problems };
    give({ json, lines: [...lines, `${errors} errors in ${file}`], next, failed: true }, given.json);
    return;
  }
  const { topology } = read;
  const matrix = linkMatrix(topology);
  const { network, version } = topology.document;
  const summary = `${file}: ${network}, version ${version}: ${topology.servers.size} servers, ${topology.pools.size} pools, ${topology.domains.size} domains; no errors, ${problems.length} warnings`;
  const links = given.links === true ? ['', ...linkLines(matrix)] : [];
  give(
    {
      json: {
        file,
        errors,
        warnings: problems.length,
        problems,
        hash: topology.hash,
        ...(given.links && { links: matrix }),
      },
      lines: [...lines, summary, ...links],
      next: [`entente topology sign ${file} --key <your key>`],
    },
    given.json,
  );
}

function linkLines(matrix: ReturnType<typeof linkMatrix>): readonly string[] {
  const rows = matrix.map((row) => [
    String(row.row),
    row.inUse ? 'in use' : 'not in use',
    sideText(row.a),
    sideText(row.b),
    row.protection,
    `opens: ${row.mayOpen}, sends: ${row.maySend}${row.narrowed.map((text) => `; ${text}`).join('')}`,
  ]);
  return table([['row', '', 'A', 'B', 'protection', ''], ...rows]);
}

function sideText({
  parties,
  servers,
}: {
  readonly parties: readonly string[];
  readonly servers: readonly string[];
}): string {
  const who = parties.length > 4 ? 'every server' : parties.join(', ');
  return servers.length === 0 ? who : `${who} (${servers.length})`;
}
