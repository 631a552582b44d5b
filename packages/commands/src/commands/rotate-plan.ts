import { planRotation } from '@entente/topology-planning';
import type { Command } from 'commander';
import { groupCommand } from '../group-command.ts';
import { counted, give } from '../topology/answer.ts';
import { judgeOf, readChains } from '../topology/network-files.ts';
import { requireTopology } from '../topology/read-topology.ts';
import { defaultFile } from '../topology/topology-command.ts';
import { describe } from './topology-rehearse.ts';

interface RotateOptions {
  readonly certificates: string;
  readonly anchors: readonly string[];
  readonly newCertificates: string;
  readonly newAnchors: readonly string[];
  readonly crls: readonly string[];
  readonly json?: boolean;
}

/**
 * Adds `entente rotate plan`: the steps of a CA rollover, each rehearsed.
 * @param program - the command line
 */
export function register(program: Command): void {
  groupCommand(program, 'rotate')
    .command('plan')
    .summary('plan the steps of a CA rollover and rehearse each')
    .description(
      'Lists the steps from the old root to the new one and rehearses each on every link, also while only one server has taken the step. Exit status 0: every step is safe, 1: at least one is not, 2: usage.',
    )
    .argument('[file]', 'the topology', defaultFile)
    .requiredOption('--certificates <directory>', 'certificates in use: <name>.crt or <name>/tls.crt')
    .requiredOption('--anchors <path...>', 'the old root')
    .requiredOption('--new-certificates <directory>', 'certificates under the new root')
    .requiredOption('--new-anchors <path...>', 'the new root')
    .option('--crls <path...>', 'revocation lists of both', [])
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExample:\n  entente rotate plan --certificates certs --anchors root_ca.crt \\\n    --new-certificates certs-new --new-anchors root_ca_2.crt --crls crls',
    )
    .action(plan);
}

async function plan(file: string, given: RotateOptions): Promise<void> {
  const topology = await requireTopology(file);
  const old = await judgeOf(given.anchors, given.crls);
  const both = await judgeOf([...given.anchors, ...given.newAnchors], given.crls);
  const fresh = await judgeOf(given.newAnchors, given.crls);
  const { ok, steps, atOnce } = planRotation({
    topology,
    now: Date.now(),
    judges: { old: () => old, both: () => both, new: () => fresh },
    chains: {
      old: await readChains(given.certificates, topology),
      new: await readChains(given.newCertificates, topology),
    },
  });
  const lines = steps.flatMap((step, index) => [
    `${index + 1}. ${step.instruction}`,
    step.breaks.length === 0 ? '   safe: no link stops working' : '   NOT safe:',
    ...describe('would stop working', step.breaks).map((line) => `   ${line}`),
  ]);
  give(
    {
      json: { file, steps, atOnce: atOnce.length },
      lines: [...lines, `In a single step, ${counted(atOnce.length, 'link')} would stop working.`],
      next: ok
        ? ['start with step 1']
        : [...new Set(steps.flatMap((step) => step.breaks.map((link) => link.remedy)))].slice(0, 8),
      failed: !ok,
    },
    given.json,
  );
}
