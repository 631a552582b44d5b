import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding, FuzzRun } from '../fuzz.ts';
import type { HostilePeer } from './hostile-peer.ts';
import { fuzzInRounds, type RoundPlan } from './rounds.ts';
import { startServersUnderTest } from './servers-under-test.ts';

/** What to do, and where what comes out is kept. */
export interface ServersOrder {
  readonly seconds: number;
  readonly seed: number;
  /** Folder for what peers sent before a finding. */
  readonly found: string;
  readonly onStep: (step: string) => void;
}

const shortestRoundMs = 3_000;
const longestRoundMs = 60_000;
const fewestRounds = 6;
const settleMs = 1_500;

/**
 * Fuzzes running servers over their sockets.
 * @param order - how long, and with which seed: it decides what each peer writes, and not when it is read
 * @throws Error where the servers cannot be started
 */
export async function fuzzServers(order: ServersOrder): Promise<FuzzRun> {
  const started = performance.now();
  await using servers = await startServersUnderTest(order.seed, order.onStep);
  const broken = await fuzzInRounds(servers, planOf(order.seconds), order.onStep);
  for (const peer of servers.peers) order.onStep(`answers to ${peer.name}: ${answersTo(peer)}`);
  const findings = broken.length === 0 ? [] : await keep(broken, servers.peers, order);
  const executions = servers.peers.reduce((sum, { messages }) => sum + messages, 0);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  return { name: 'servers', executions, seconds, seed: order.seed, findings };
}

/** Rounds of a minute at the most, and enough of them to see a heap grow. */
function planOf(seconds: number): RoundPlan {
  const roundMs = Math.min(longestRoundMs, Math.max(shortestRoundMs, (seconds * 1_000) / fewestRounds));
  return { rounds: Math.max(1, Math.round((seconds * 1_000) / roundMs)), roundMs, settleMs };
}

/** What each peer received that it should not, and what it sent last, stands in one file, after the findings. */
async function keep(
  findings: readonly Finding[],
  peers: readonly HostilePeer[],
  { found, seed }: ServersOrder,
): Promise<readonly Finding[]> {
  await mkdir(found, { recursive: true });
  const file = join(found, `servers-${seed}.txt`);
  const received = peers.flatMap(({ disclosed, name }) =>
    [...disclosed].map(([inside, bytes]) => `==== ${name} received ${inside} in\n${bytes}`),
  );
  const sent = peers.map(({ name, sent }) => `==== ${name} sent\n${sent.join('\n----\n')}`);
  const text = [...received, ...sent].join('\n');
  await writeFile(file, `${findings.map(({ message }) => message).join('\n')}\n\n${text}`, 'latin1');
  return findings.map((one) => ({ ...one, file }));
}

/** How many responses of each status a peer has had: it tells how deep its messages reach. */
function answersTo({ knowledge: { answers } }: HostilePeer): string {
  const sorted = [...answers].sort(([one], [other]) => one - other);
  return sorted.map(([status, count]) => `${status} ${count}`).join(', ');
}
