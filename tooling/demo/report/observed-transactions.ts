import type { AppProcess, LogRecord } from '@entente/testkit';
import { allowMatrix } from '@entente/topology';

/** A SIP request that a server received or sent, as its log says. */
export interface ObservedTransaction {
  /** FQDN of the server whose log it is. */
  readonly at: string;
  readonly role: 'client' | 'server';
  readonly method: string;
  readonly callId: string;
  /** Row of the allow matrix. */
  readonly link: number | undefined;
  /** The other side where it is a server. */
  readonly peer: string | undefined;
  readonly status: number | undefined;
  readonly ms: number;
}

const rowByName = new Map(allowMatrix.map(({ name, row }) => [name, row]));

/** What a line of the log says of a transaction; undefined for any other line. */
export function transactionOf(at: string, record: LogRecord): ObservedTransaction | undefined {
  if (record.event !== 'transaction') return undefined;
  const { callId, link, method, ms, role, server, status } = record;
  return {
    at,
    role: role === 'server' ? 'server' : 'client',
    method: String(method),
    callId: String(callId),
    link: rowByName.get(String(link)),
    peer: typeof server === 'string' ? server : undefined,
    status: typeof status === 'number' ? status : undefined,
    ms: Number(ms),
  };
}

/** Every transaction that servers have logged so far. */
export function transactionsOf(processes: readonly AppProcess[]): readonly ObservedTransaction[] {
  return processes.flatMap(({ name, records }) =>
    records.flatMap((record) => transactionOf(name, record) ?? []),
  );
}
