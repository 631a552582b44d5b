import { writeFile } from 'node:fs/promises';
import {
  type Account,
  type DeliveryEntry,
  deliveries,
  linkOfRecord,
  linksOf,
  type Network,
  type RefusalEntry,
  startNetwork,
  strangers,
  turnAway,
} from '@entente/testkit';
import { allowMatrix } from '@entente/topology';
import type { DemoOptions } from './options.ts';
import type { Paper } from './paper.ts';

/**
 * Runs the demo.
 * @param options see `usage`
 * @param paper where people read along
 * @param untilStopped settles when the network should end
 * @returns whether every step went as it should
 */
export async function runDemo(
  options: DemoOptions,
  paper: Paper,
  untilStopped: () => Promise<void>,
): Promise<boolean> {
  const startedAt = performance.now();
  paper.title('One organisation: contoso.example');
  const seen = new Set<string>();
  await using network = await startNetwork({
    onStep: (step) => paper.step(step),
    onProcess(process) {
      const show = (record: (typeof process.records)[number]) => {
        const link = linkOfRecord(record);
        const key = `${link?.link} ${link?.from} ${link?.to}`;
        if (link === undefined || seen.has(key)) return;
        seen.add(key);
        paper.link(link);
      };
      process.records.forEach(show);
      process.onRecord(show);
    },
  });
  const delivered: DeliveryEntry[] = [];
  const refusals: RefusalEntry[] = [];
  let ok = await each(
    deliveries,
    'Deliveries',
    ({ title }) => title,
    paper,
    async (delivery) => {
      const entry = await delivery.run(network);
      delivered.push(entry);
      paper.delivery(entry);
      return true;
    },
  );
  const turnedAway = await each(
    strangers,
    'Strangers at the door',
    ({ attack }) => attack,
    paper,
    async (stranger) => {
      const entry = await turnAway(network, stranger);
      refusals.push(entry);
      paper.refusal(entry);
      return entry.reason === entry.expected;
    },
  );
  ok = ok && turnedAway;

  const links = linksOf(network.processes);
  for (const link of links) {
    const row = allowMatrix.find((candidate) => candidate.row === link.link);
    if (link.tls === 'TLSv1.3' && link.protection === row?.protection) continue;
    paper.failure(
      `link ${link.link} ${link.from} → ${link.to}`,
      `${link.protection} ${link.tls}, expected ${row?.protection} TLSv1.3`,
    );
    ok = false;
  }
  const seconds = Number(((performance.now() - startedAt) / 1000).toFixed(1));
  const account: Account = { ok, links, deliveries: delivered, refusals, seconds };
  if (options.report !== undefined)
    await writeFile(options.report, `${JSON.stringify(account, undefined, 2)}\n`);
  paper.title(
    ok ? `Everything as it should be, after ${seconds} s.` : `Something went wrong, after ${seconds} s.`,
  );
  if (!options.once) {
    tellWhatToTry(network, paper);
    await untilStopped();
  }
  return ok;
}

async function each<T>(
  items: readonly T[],
  title: string,
  nameOf: (item: T) => string,
  paper: Paper,
  run: (item: T) => Promise<boolean>,
): Promise<boolean> {
  paper.title(title);
  let ok = true;
  for (const item of items) {
    try {
      if (!(await run(item))) ok = false;
    } catch (error) {
      paper.failure(nameOf(item), error);
      ok = false;
    }
  }
  return ok;
}

function tellWhatToTry(network: Network, paper: Paper): void {
  const { anchorsFile, directory, organisation } = network;
  const [first] = organisation.frontEnds;
  const dave = organisation.users.find(({ md5 }) => md5);
  paper.text(`
The network stays up; its files are in ${directory}. Try, in another terminal:

  # the verdict on a front end, stage by stage
  npx -y pnpm@10.34.9 entente explain 127.0.0.1:${first?.port} --name ${organisation.domain} --anchors ${anchorsFile}

  # the same without our root: refused, and told why
  npx -y pnpm@10.34.9 entente explain 127.0.0.1:${first?.port} --name ${organisation.domain}

  # a SIP client of your own, over TLS: server 127.0.0.1:${first?.port}, CA file ${anchorsFile},
  # user ${dave?.address}, password ${dave?.password}

Ctrl-C ends it.`);
}
