import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { authorityFiles } from '@entente/pki/node';
import {
  type Account,
  type AppProcess,
  type DeliveryEntry,
  deliveries,
  federatedDeliveries,
  type LinkEntry,
  type LogRecord,
  linkOfRecord,
  linksOf,
  type Network,
  type RefusalEntry,
  refusalAtEdge,
  refusalOf,
  startFederation,
  uninvitedEdgePeers,
  uninvitedPeers,
} from '@entente/testkit';
import { allowMatrix } from '@entente/topology';
import { encodePem } from '@entente/x509';
import type { DemoOptions } from './options.ts';
import type { Paper } from './paper.ts';
import { whatToTry } from './what-to-try.ts';

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
  const startedAt = performance.now();
  const delivered: DeliveryEntry[] = [];
  const refusals: RefusalEntry[] = [];
  let ok = true;
  const deliver = (title: string, run: () => Promise<DeliveryEntry>) =>
    attempt(title, paper, async () => {
      const entry = await run();
      delivered.push(entry);
      paper.delivery(entry);
      return true;
    });
  const refused = (attack: string, run: () => Promise<RefusalEntry>) =>
    attempt(attack, paper, async () => {
      const entry = await run();
      refusals.push(entry);
      paper.refusal(entry);
      return entry.reason === entry.expected;
    });

  paper.title('One organisation: contoso.example');
  await using federation = await startFederation({
    clients: ['alice', 'bob', 'carol', 'erin'],
    partnerClients: ['alice', 'bob', 'erin'],
    onStep: (step) => paper.step(step),
    onProcess: showLinks(paper),
    async onFirst(contoso) {
      paper.title('Deliveries inside contoso.example');
      for (const { run, title } of deliveries) ok = (await deliver(title, () => run(contoso))) && ok;
      paper.title('Connections and requests that are refused');
      for (const peer of uninvitedPeers) {
        ok = (await refused(peer.attack, () => refusalOf(contoso, peer))) && ok;
      }
      paper.title('A second organisation: fabrikam.example. Each trusts the other for its own names only.');
    },
  });
  paper.title('Deliveries from outside, and between the organisations');
  for (const { run, title } of federatedDeliveries) ok = (await deliver(title, () => run(federation))) && ok;
  paper.title('Connections and requests that the edge refuses');
  for (const peer of uninvitedEdgePeers) {
    ok = (await refused(peer.attack, () => refusalAtEdge(federation, peer))) && ok;
  }

  const links = linksOf([...federation.contoso.processes, ...federation.fabrikam.processes]);
  ok = linksHold(links, paper) && ok;
  const seconds = Number(((performance.now() - startedAt) / 1000).toFixed(1));
  const account: Account = { ok, links, deliveries: delivered, refusals, seconds };
  if (options.report !== undefined)
    await writeFile(options.report, `${JSON.stringify(account, undefined, 2)}\n`);
  paper.title(
    ok ? `Every step passed, in ${seconds} s.` : `At least one step failed (✗ above), in ${seconds} s.`,
  );
  if (!options.once) {
    paper.text(whatToTry(federation.contoso, await writeLists(federation.contoso)));
    await untilStopped();
  }
  return ok;
}

/** Shows each link once, as soon as a process reports it. */
function showLinks(paper: Paper): (process: AppProcess) => void {
  const seen = new Set<string>();
  return (process) => {
    const show = (record: LogRecord) => {
      const link = linkOfRecord(record);
      const key = `${link?.link} ${link?.from} ${link?.to}`;
      if (link === undefined || seen.has(key)) return;
      seen.add(key);
      paper.link(link);
    };
    process.records.forEach(show);
    process.onRecord(show);
  };
}

/** Whether every link has TLS 1.3 and the protection of its row. */
function linksHold(links: readonly LinkEntry[], paper: Paper): boolean {
  let hold = true;
  for (const { from, link, protection, tls, to } of links) {
    const row = allowMatrix.find((candidate) => candidate.row === link);
    if (tls === 'TLSv1.3' && protection === row?.protection) continue;
    paper.failure(
      `link ${link} ${from} → ${to}`,
      `${protection} ${tls}, expected ${row?.protection} TLSv1.3`,
    );
    hold = false;
  }
  return hold;
}

async function attempt(what: string, paper: Paper, run: () => Promise<boolean>): Promise<boolean> {
  try {
    return await run();
  } catch (error) {
    paper.failure(what, error);
    return false;
  }
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
