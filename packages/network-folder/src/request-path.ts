import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { labelOf, type NetworkPlan } from './network-plan.ts';
import type { Line } from './program.ts';

/** One connection on the way of a request between two servers, as the log of one of them has it. */
export interface Hop {
  readonly from: string;
  readonly to: string;
  /** Protection, TLS version and cipher. */
  readonly protection: string;
}

/** The servers on the way of a request, first to last, and the connections between them. */
export interface Way {
  readonly servers: readonly string[];
  readonly hops: readonly Hop[];
}

/** How often the logs are read, and how long between: a server writes its line when the answer has gone. */
const attempts = 100;
const betweenMs = 50;

/**
 * The way that a request took, by the logs of the servers.
 * @param folder - of the network
 * @param plan - its servers
 * @param callId - of the request
 * @returns undefined where the logs do not show it, because their level is not `debug`
 */
export async function wayOf(folder: string, plan: NetworkPlan, callId: string): Promise<Way | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const logs = new Map(
      plan.frontEnds.map((one) => [one.name, linesOf(join(folder, 'logs', `${labelOf(one)}.log`))]),
    );
    const servers = serversOn(logs, callId);
    if (servers !== undefined) {
      const pairs = servers.slice(1).map((to, index) => [servers[index] as string, to] as const);
      return { servers, hops: pairs.map(([from, to]) => hopOf(logs, from, to)) };
    }
    await pause(betweenMs);
  }
  return undefined;
}

type Logs = ReadonlyMap<string, readonly Line[]>;

/** From the server that received it from a user to the one that sent it to a user. */
function serversOn(logs: Logs, callId: string): readonly string[] | undefined {
  const relayed = (at: string, role: string): Line | undefined =>
    logs
      .get(at)
      ?.findLast(
        (line) =>
          line.event === 'transaction' && line.callId === callId && line.role === role && line.status === 200,
      );
  const first = [...logs.keys()].find((at) => {
    const received = relayed(at, 'server');
    return received !== undefined && received.server === undefined;
  });
  const way: string[] = [];
  for (let at = first; at !== undefined && !way.includes(at); ) {
    way.push(at);
    const sent = relayed(at, 'client');
    if (sent === undefined) return undefined;
    if (sent.server === undefined) return way;
    at = String(sent.server);
  }
  return undefined;
}

/** Whichever of the two has opened the connection, the other one has accepted it and logged it. */
function hopOf(logs: Logs, from: string, to: string): Hop {
  const link = [from, to]
    .flatMap((at) => logs.get(at) ?? [])
    .filter(({ event }) => event === 'link')
    .findLast((line) => [line.from, line.to].includes(from) && [line.from, line.to].includes(to));
  return { from, to, protection: protectionText(link ?? {}) };
}

/**
 * What a line says of the protection of a connection.
 * @param line - with `protection`, `tls` and `cipher`
 */
export function protectionText({ cipher, protection, tls }: Line): string {
  return [protection, tls, cipher].map((part) => part ?? 'unknown').join(', ');
}

/** How much of a log is looked at, in bytes: its end, where the request is. */
const endBytes = 4 * 1024 * 1024;

/** Lines of the end of a log that are whole, and are records; beside them stands what Node itself has said. */
function linesOf(file: string): readonly Line[] {
  if (!existsSync(file)) return [];
  return endOf(file).split('\n').slice(0, -1).flatMap(recordOf);
}

function endOf(file: string): string {
  const log = openSync(file, 'r');
  try {
    const { size } = fstatSync(log);
    const end = Buffer.alloc(Math.min(size, endBytes));
    return end.toString('utf8', 0, readSync(log, end, 0, end.length, size - end.length));
  } finally {
    closeSync(log);
  }
}

function recordOf(text: string): readonly Line[] {
  if (!text.startsWith('{')) return [];
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return [];
  }
}
