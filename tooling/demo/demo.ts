import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { authorityFiles } from '@entente/pki/node';
import { type Network, startNetwork } from '@entente/testkit';
import { linksOf, startFederation } from '@entente/testkit/repository';
import { allowMatrix, links } from '@entente/topology';
import { encodePem } from '@entente/x509';
import { chapterCount, type Scene } from './chapters/chapter.ts';
import { federationTitle, showFederation } from './chapters/federation.ts';
import { frontEndsTitle, showFirstDelivery, showFrontEnds } from './chapters/front-ends.ts';
import { outsideTitle, showOutside, startOutside } from './chapters/outside.ts';
import { type Services, servicesTitle, showServices, startServices } from './chapters/services.ts';
import { refuseUninvited, uninvitedAtEdges, uninvitedAtServices } from './chapters/uninvited-at-links.ts';
import { accountsOf, wholeTopology } from './network/whole-contoso.ts';
import type { DemoOptions } from './options.ts';
import type { Paper } from './paper.ts';
import { compareWithMatrix } from './report/compare-with-matrix.ts';
import type { DemoReport } from './report/demo-report.ts';
import { memoryOf } from './report/memory.ts';
import { rowEntries } from './report/row-entries.ts';
import { summaryTable } from './report/summary-table.ts';
import { Stage } from './stage.ts';
import { whatToTry } from './what-to-try.ts';

/** Rows of the allow matrix that the chapters use: nothing here stands in a store, or asks for a certificate by ACME. */
export const shownRows = allowMatrix.filter(
  ({ row }) => row !== links.serverToStore.row && row !== links.authorityToMember.row,
);

/**
 * Runs the demo.
 * @param options - see `usage`
 * @param paper - where people read along
 * @param untilStopped - settles when the network should end
 * @returns whether every step went as it should
 */
export async function runDemo(
  options: DemoOptions,
  paper: Paper,
  untilStopped: () => Promise<void>,
): Promise<boolean> {
  const stage = new Stage(paper);
  const whole = await wholeTopology();
  const network = {
    extend: whole.extend,
    accounts: accountsOf('contoso'),
    clients: ['alice', 'bob', 'carol'],
    hasEdgePool: true,
    hasDirectors: true,
    logLevel: 'debug' as const,
    onStep: (step: string) => paper.step(step),
    onProcess: (process: Parameters<Stage['watch']>[0]) => stage.watch(process),
  };
  const { chapter = 1 } = options;
  paper.title(chapter === 1 ? frontEndsTitle : `Before chapter ${chapter}: what it needs is started`);
  if (!options.hasPartner) {
    await using contoso = await startNetwork({ ...network, partners: [] });
    await showInside({ contoso, stage, whole }, options);
    return await end(options, stage, [contoso], untilStopped);
  }
  let services: Services | undefined;
  await using federation = await startFederation({
    ...network,
    partnerClients: ['alice', 'bob', 'erin'],
    partnerAccounts: accountsOf('fabrikam'),
    async onFirst(contoso) {
      services = await showInside({ contoso, stage, whole }, options);
      if (isShown(4, options)) paper.title(federationTitle);
    },
  });
  const { contoso, fabrikam } = federation;
  if (isShown(4, options) && services !== undefined)
    await showFederation({ contoso, stage, whole }, federation, services);
  return await end(options, stage, [contoso, fabrikam], untilStopped);
}

/** Chapters 1 to 3. @returns the servers of the second one */
async function showInside(scene: Scene, options: DemoOptions): Promise<Services | undefined> {
  const { contoso, stage, whole } = scene;
  if (isShown(1, options)) await showFirstDelivery(scene);
  const { chapter: last = chapterCount } = options;
  if (last > 1) {
    stage.paper.step('contoso.example: publishing version 2 of the topology, with everything else');
    await whole.publish(contoso);
  }
  // They start while people read.
  const startingServices = last > 1 ? startServices(scene) : undefined;
  const startingOutside = last > 1 ? startOutside(scene) : undefined;
  startingServices?.catch(() => {});
  startingOutside?.catch(() => {});
  if (isShown(1, options)) await showFrontEnds(scene);
  if (isShown(2, options)) stage.paper.title(servicesTitle);
  const services = await startingServices;
  if (services !== undefined && isShown(2, options)) {
    await showServices(scene, services, startingOutside);
    await refuseUninvited(scene, uninvitedAtServices);
  }
  if (isShown(3, options)) stage.paper.title(outsideTitle);
  const outside = await startingOutside;
  if (outside !== undefined && isShown(3, options)) {
    await showOutside(scene, outside);
    await refuseUninvited(scene, uninvitedAtEdges);
  }
  return services;
}

function isShown(chapter: number, options: DemoOptions): boolean {
  return options.chapter === undefined || options.chapter === chapter;
}

/** Writes the account, and leaves the network up for as long as it is wanted. */
async function end(
  { chapter, hasPartner, once, report }: DemoOptions,
  stage: Stage,
  networks: readonly Network[],
  untilStopped: () => Promise<void>,
): Promise<boolean> {
  const { carried, delivered, firstDeliverySeconds, paper, refusals, refused, seconds } = stage;
  const processes = networks.flatMap((network) => network.processes);
  const used = [...linksOf(processes), ...stage.ownLinks].sort((one, other) => one.link - other.link);
  stage.judge(used);
  const rows = rowEntries(processes, { links: used, carried, refused });
  if (chapter === undefined && hasPartner)
    for (const sentence of compareWithMatrix(rows, shownRows)) stage.fail('the allow matrix', sentence);
  const memoryMiB = await memoryOf(processes);
  const account: DemoReport = {
    ok: stage.ok,
    rows,
    links: used,
    deliveries: delivered,
    refusals,
    seconds,
    firstDeliverySeconds,
    memoryMiB,
  };
  if (report !== undefined) await writeFile(report, `${JSON.stringify(account, undefined, 2)}\n`);
  paper.title('What went over each link');
  paper.text(summaryTable(rows));
  paper.text(`\n  ${processes.length} processes, ${memoryMiB} MiB of memory`);
  paper.title(
    stage.ok ? `Every step passed, in ${seconds} s.` : `At least one step failed (✗ above), in ${seconds} s.`,
  );
  if (once) paper.end();
  const [contoso] = networks;
  if (!once && contoso !== undefined) {
    paper.text(whatToTry(contoso, await writeLists(contoso)));
    await untilStopped();
  }
  return stage.ok;
}

/** The revocation lists of a network in one file: the DNS of this machine does not know the host that publishes them. */
async function writeLists({ anchorsFile, crlUrl, directory }: Network): Promise<string> {
  const rootList = await readFile(join(dirname(anchorsFile), authorityFiles.rootCrl), 'utf8');
  const url = new URL(crlUrl);
  url.hostname = '127.0.0.1';
  const list = encodePem('X509 CRL', new Uint8Array(await (await fetch(url)).arrayBuffer()));
  const file = join(directory, 'revocation.pem');
  await writeFile(file, rootList + list);
  return file;
}
