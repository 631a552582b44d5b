import { OperatorFault } from '@entente/host';
import type { Topology } from '@entente/topology';
import { type FailingLink, type NetworkState, rehearse } from '@entente/topology-planning';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { counted, give } from '../topology/answer.ts';
import { judgeOf, partnersOf, readChains } from '../topology/network-files.ts';
import { requireTopology } from '../topology/read-topology.ts';
import { signedFilesOf } from '../topology/signed-files.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

interface RehearseOptions {
  readonly from?: string;
  readonly certificates: string;
  readonly anchors: readonly string[];
  readonly crls: readonly string[];
  readonly newCertificates?: string;
  readonly newAnchors?: readonly string[];
  readonly newCrls?: readonly string[];
  readonly partnerCertificates?: string | undefined;
  readonly newPartnerCertificates?: string;
  readonly at?: string;
  readonly json?: boolean;
}

/**
 * Adds `entente topology rehearse`: what would stop working if this went live.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('rehearse')
    .summary('show which links would stop working if this topology went live')
    .description(
      'Judges every link between servers, from clients and with known partners twice: with the topology, certificates, roots and CRLs in force, and with the new ones. Exit status 0: no link would stop working, 1: at least one would, 2: usage.',
    )
    .argument('[file]', 'the topology to rehearse', defaultFile)
    .option('--from <file>', 'the topology in force; default topology.signed.json beside the file')
    .requiredOption(
      '--certificates <directory>',
      '<name>.crt or <name>/tls.crt for each interface, leaf first',
    )
    .requiredOption('--anchors <path...>', 'trusted roots')
    .option('--crls <path...>', 'known revocation lists', [])
    .option('--new-certificates <directory>', 'certificates in use afterwards; default the same')
    .option('--new-anchors <path...>', 'roots trusted afterwards; default the same')
    .option('--new-crls <path...>', 'revocation lists known afterwards; default the same')
    .option(
      '--partner-certificates <directory>',
      '<domain>.crt or <domain>/tls.crt: what the edges of partners present',
    )
    .option('--new-partner-certificates <directory>', 'what they present afterwards; default the same')
    .option('--at <time>', 'time at which it goes live, e.g. 2026-06-01T00:00:00Z; default now')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExample:\n  entente topology rehearse topology.yaml --certificates certs --anchors root_ca.crt --crls crls',
    )
    .action(run);
}

async function run(file: string, given: RehearseOptions): Promise<void> {
  const before = await requireTopology(given.from ?? signedFilesOf(file).inForce);
  const after = await requireTopology(file);
  const now = Date.now();
  const rehearsal = rehearse(
    await stateOf(before, given, now),
    await stateOf(
      after,
      {
        certificates: given.newCertificates ?? given.certificates,
        anchors: given.newAnchors ?? given.anchors,
        crls: given.newCrls ?? given.crls,
        partnerCertificates: given.newPartnerCertificates ?? given.partnerCertificates,
      },
      given.at === undefined ? now : timeOf(given.at),
    ),
  );
  const { ok, judged, breaks, stillFail, newButFailing, fixes } = rehearsal;
  give(
    {
      json: { file, judged, breaks, stillFail, newButFailing, fixes },
      lines: [
        ...describe('would stop working', breaks),
        ...describe('does not work now and would not then', stillFail),
        ...describe('is new and would not work', newButFailing),
        `${counted(judged, 'link')} judged: ${breaks.length} would stop working, ${stillFail.length + newButFailing.length} would not work either, ${fixes.length} would start to work`,
      ],
      next: ok
        ? [`entente topology sign ${shellWord(file)} --key <your key>`]
        : [...new Set(breaks.map((link) => link.remedy))].slice(0, 8),
      failed: !ok,
    },
    given.json,
  );
}

type StateFiles = Pick<RehearseOptions, 'certificates' | 'anchors' | 'crls' | 'partnerCertificates'>;

async function stateOf(topology: Topology, files: StateFiles, now: number): Promise<NetworkState> {
  const judge = await judgeOf(files.anchors, files.crls);
  const chainOf = await readChains(files.certificates, topology);
  if (files.partnerCertificates === undefined) return { topology, now, chainOf, judgeOf: () => judge };
  const atEdge = await partnersOf(files.partnerCertificates, topology, files.crls);
  return {
    topology,
    now,
    chainOf,
    judgeOf: (viewer) => ('fqdn' in viewer && viewer.interface === 'external' ? atEdge.judge : judge),
    partners: atEdge.partners,
  };
}

/** Failing links for people, each with the end that refuses and the reason. */
export function describe(what: string, links: readonly FailingLink[]): readonly string[] {
  return links.map(
    (link) =>
      `row ${link.row}, ${link.from} → ${link.to} (${link.service}): ${what}; the ${link.refusedBy === 'dialler' ? link.from : link.to} end refuses: ${link.reason}: ${link.message}`,
  );
}

function timeOf(text: string): number {
  const time = Date.parse(text);
  if (Number.isFinite(time)) return time;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected a time like 2026-06-01T00:00:00Z, found ${text}`,
    place: 'option --at',
    remedy: 'give year, month, day and time in UTC',
  });
}
