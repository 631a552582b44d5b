import type { AppProcess, LogRecord } from './app-process.ts';

/** A connection as a server of the network saw it. */
export interface LinkEntry {
  /** Row of the allow matrix. */
  readonly link: number;
  readonly from: string;
  readonly to: string;
  /** As the allow matrix calls it: `TLS`, `MTLS`, `mutual HTTPS`. */
  readonly protection: string;
  /** Protocol version, e.g. `TLSv1.3`. */
  readonly tls: string;
  readonly cipher: string;
}

/** Something that reached its receiver. */
export interface DeliveryEntry {
  readonly what: 'MESSAGE' | 'call';
  readonly from: string;
  readonly to: string;
  /** Servers it went through, first to last. */
  readonly through: readonly string[];
  /** Milliseconds from request to final answer (for a call: from INVITE to the end of the BYE). */
  readonly tookMs: number;
}

/** An attack that was refused, and why. */
export interface RefusalEntry {
  readonly attack: string;
  /** The process that refused and logged the reason. */
  readonly refusedBy: string;
  readonly reason: string;
  readonly expected: string;
  readonly remedy: string;
}

/** What happened in a network, as `--report` writes it. */
export interface Account {
  readonly ok: boolean;
  readonly links: readonly LinkEntry[];
  readonly deliveries: readonly DeliveryEntry[];
  readonly refusals: readonly RefusalEntry[];
  readonly seconds: number;
}

/** The link that a log record reports, if it reports one. */
export function linkOfRecord(record: LogRecord): LinkEntry | undefined {
  if (record.event !== 'link') return undefined;
  const { cipher, from, link, protection, tls, to } = record;
  return {
    link: Number(link),
    from: String(from),
    to: String(to),
    protection: String(protection),
    tls: String(tls),
    cipher: String(cipher),
  };
}

/** Every link that the processes of a network have reported, each once. */
export function linksOf(processes: readonly AppProcess[]): readonly LinkEntry[] {
  const found = new Map<string, LinkEntry>();
  for (const { records } of processes) {
    for (const record of records) {
      const entry = linkOfRecord(record);
      if (entry !== undefined) found.set(`${entry.link} ${entry.from} ${entry.to}`, entry);
    }
  }
  return [...found.values()].sort((one, other) => one.link - other.link || (one.from < other.from ? -1 : 1));
}
