import type { AppProcess, LogRecord, Network } from '@entente/testkit';
import { type LinkEntry, linkOfRecord, type RefusalEntry } from '@entente/testkit/repository';
import { allowMatrix } from '@entente/topology';
import type { Paper } from './paper.ts';
import type { DemoDelivery } from './report/demo-report.ts';
import type { CarriedEntry, RefusedEntry } from './report/row-entries.ts';
import { Trail } from './report/trail.ts';

/** What the demo has shown so far, and how it shows more. */
export class Stage {
  readonly paper: Paper;
  readonly delivered: DemoDelivery[] = [];
  readonly refusals: RefusalEntry[] = [];
  readonly carried: CarriedEntry[] = [];
  readonly refused: RefusedEntry[] = [];
  /** Links that the demo has opened itself, as an administrator or somebody outside. */
  readonly ownLinks: LinkEntry[] = [];
  /** Whether every step went as it should. */
  ok = true;
  firstDeliverySeconds = 0;
  readonly #startedAt = performance.now();
  readonly #shown = new Set<string>();

  constructor(paper: Paper) {
    this.paper = paper;
  }

  /** Seconds since the start, with one decimal. */
  get seconds(): number {
    return Number(((performance.now() - this.#startedAt) / 1000).toFixed(1));
  }

  /** Delivers something; what is thrown makes the demo fail, and it goes on. */
  async deliver(title: string, run: () => Promise<DemoDelivery>): Promise<void> {
    await this.#attempt(title, async () => {
      const entry = await run();
      if (this.delivered.length === 0) this.firstDeliverySeconds = this.seconds;
      this.delivered.push(entry);
      this.paper.delivery(entry);
    });
  }

  /**
   * Delivers something over SIP, with the servers on its way as their logs have it.
   * @param networks - whose servers may be on it
   * @param run - delivers; what it says about the way does not count
   */
  deliverOver(networks: readonly Network[], title: string, run: () => Promise<DemoDelivery>): Promise<void> {
    return this.deliver(title, async () => {
      const servers = networks.flatMap(({ processes }) => processes);
      using messages = new Trail(servers, 'MESSAGE');
      using calls = new Trail(servers, 'INVITE');
      const entry = await run();
      const through = await (entry.what === 'call' ? calls : messages).servers();
      return { ...entry, through };
    });
  }

  /**
   * Shows an attack that must be refused.
   * @param row - of the allow matrix, where it is a peer of that row
   */
  async refuse(attack: string, run: () => Promise<RefusalEntry>, row?: number): Promise<void> {
    await this.#attempt(attack, async () => {
      const entry = await run();
      this.refusals.push(entry);
      if (row !== undefined) this.refused.push({ row, reason: entry.reason });
      this.paper.refusal(entry);
      if (entry.reason !== entry.expected) this.ok = false;
    });
  }

  /** Takes note of a link that the demo has opened itself, and of what went over it. */
  used(link: LinkEntry, ...what: readonly string[]): void {
    this.#show(link);
    this.ownLinks.push(link);
    for (const each of what) this.carried.push({ row: link.link, what: each });
  }

  /** Shows each link once, as soon as a process reports it. */
  watch(process: AppProcess): void {
    const show = (record: LogRecord) => {
      const link = linkOfRecord(record);
      if (link !== undefined) this.#show(link);
    };
    process.records.forEach(show);
    process.onRecord(show);
  }

  /** Whether every link has the protection of its row, and TLS 1.3 wherever it has TLS. */
  judge(links: readonly LinkEntry[]): void {
    for (const { from, link, protection, tls, to } of links) {
      const row = allowMatrix.find((candidate) => candidate.row === link);
      const expected = row?.protection === 'HTTP' ? 'none' : 'TLSv1.3';
      if (tls === expected && protection === row?.protection) continue;
      const found = `${protection} ${tls}, expected ${row?.protection} ${expected}`;
      this.fail(`link ${link} ${from} → ${to}`, found);
    }
  }

  /** Something is not as it should be. */
  fail(what: string, error: unknown): void {
    this.paper.failure(what, error);
    this.ok = false;
  }

  #show(link: LinkEntry): void {
    const key = `${link.link} ${link.from} ${link.to}`;
    if (this.#shown.has(key)) return;
    this.#shown.add(key);
    this.paper.link(link);
  }

  async #attempt(what: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.fail(what, error);
    }
  }
}
