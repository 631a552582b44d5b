import type { AppProcess, LogRecord } from './app-process.ts';

/** A connection as a server of the network saw it. */
export interface LinkEntry {
  /** Row of the allow matrix. */
  readonly link: number;
  /** The peer: FQDN of a server, address of record of a user, or address and port. */
  readonly from: string;
  /** FQDN of the server that logged the link. */
  readonly to: string;
  /** As the allow matrix calls it: `TLS`, `MTLS`, `mutual HTTPS`. */
  readonly protection: string;
  /** Protocol version, e.g. `TLSv1.3`. */
  readonly tls: string;
  /** Name of the cipher suite, as OpenSSL gives it. */
  readonly cipher: string;
}

/** Something that reached its receiver. */
export interface DeliveryEntry {
  /** A MESSAGE, or an INVITE that was answered and ended by BYE. */
  readonly what: 'MESSAGE' | 'call';
  /** Address of record of the sender. */
  readonly from: string;
  /** Address of record of the receiver. */
  readonly to: string;
  /** Servers it went through, first to last. */
  readonly through: readonly string[];
  /** Milliseconds from request to final answer (for a call: from INVITE to the end of the BYE). */
  readonly tookMs: number;
}

/** An attack that was refused, and why. */
export interface RefusalEntry {
  /** What was attempted, a sentence without full stop. */
  readonly attack: string;
  /** The process that refused and logged the reason. */
  readonly refusedBy: string;
  /** Stable literal that was logged; `none` where there was none. */
  readonly reason: string;
  /** Stable literal that had to be logged. */
  readonly expected: string;
  /** As it was logged; empty where there was none. */
  readonly remedy: string;
}

/** What happened in a network, as `--report` writes it. */
export interface Account {
  /** Whether everything was delivered, and every attack refused as expected. */
  readonly ok: boolean;
  /** Each link that a server has logged, once for its row and its two ends. */
  readonly links: readonly LinkEntry[];
  /** What was delivered, in order. */
  readonly deliveries: readonly DeliveryEntry[];
  /** What was refused, in order. */
  readonly refusals: readonly RefusalEntry[];
  /** Seconds from the start to the report. */
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
