import { linkMatrix } from '@entente/topology-planning';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { counted, give, table } from '../topology/answer.ts';
import { placeOf, readTopology } from '../topology/read-topology.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

interface CheckOptions {
  readonly links?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `entente topology check`: every error of a topology, with its place.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('check')
    .summary('find the errors of a topology')
    .description(
      'Reads a topology, runs every check and prints each problem with file, line and remedy. Exit status 0: no errors (there may be warnings), 1: errors, 2: usage.',
    )
    .argument('[file]', 'YAML, or the signed JSON', defaultFile)
    .option('--links', 'also list the rows of the allow matrix: which are in use, which are narrowed')
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
    const next = [`fix the errors as the arrows say, then run entente topology check ${shellWord(file)}`];
    const json = { file, errors, warnings: problems.length - errors, problems };
    give(
      { json, lines: [...lines, `${counted(errors, 'error')} in ${file}`], next, failed: true },
      given.json,
    );
    return;
  }
  const { topology } = read;
  const matrix = linkMatrix(topology);
  const { network, version } = topology.document;
  const summary = `${file}: ${network}, version ${version}: ${counted(topology.servers.size, 'server')}, ${counted(topology.pools.size, 'pool')}, ${counted(topology.domains.size, 'domain')}; no errors, ${counted(problems.length, 'warning')}`;
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
      next: [`entente topology sign ${shellWord(file)} --key <your key>`],
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
