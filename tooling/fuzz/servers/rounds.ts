import { setTimeout as pause } from 'node:timers/promises';
import type { Finding } from '../fuzz.ts';
import { heapGrows } from './heap-grows.ts';
import type { ServersUnderTest } from './servers-under-test.ts';

/** A peer, as rounds see it. */
export interface AttackingPeer {
  readonly name: string;
  /** Forbidden names that it has received, each with the bytes around it. */
  readonly disclosed: ReadonlyMap<string, string>;
  burst(): Promise<void>;
  close(): void;
}

/** What is fuzzed, as rounds see it. */
export type Attacked = Pick<ServersUnderTest, 'faults' | 'heaps' | 'deliver'> & {
  readonly peers: readonly AttackingPeer[];
};

/** How long it takes. */
export interface RoundPlan {
  readonly rounds: number;
  readonly roundMs: number;
  /** After a round the peers are gone for this long, so that what servers keep for them can go too. */
  readonly settleMs: number;
}

const pauseMs = 1;

/**
 * In each round all peers send what they like, then all of them go, the heaps are measured, and the good clients send their messages.
 * The first round with a finding is the last.
 * @param attacked - servers and peers
 * @param plan - how many rounds, and how long
 * @param onStep - hears of each round
 * @returns what the servers did not bear
 */
export async function fuzzInRounds(
  attacked: Attacked,
  { roundMs, rounds, settleMs }: RoundPlan,
  onStep: (step: string) => void,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const heaps = new Map<string, number[]>();
  for (let round = 1; round <= rounds && findings.length === 0; round += 1) {
    await attack(attacked.peers, performance.now() + roundMs);
    await pause(settleMs);
    try {
      for (const { bytes, server } of await attacked.heaps())
        heaps.set(server, [...(heaps.get(server) ?? []), bytes]);
      await attacked.deliver(`round ${round}`);
    } catch (error) {
      findings.push(finding('hang', (error as Error).message));
    }
    findings.push(...attacked.faults.map((line) => finding('throw', line)));
    for (const { disclosed, name } of attacked.peers) {
      for (const inside of disclosed.keys())
        findings.push(finding('disclosure', `${name} has received the name ${inside}`));
    }
    onStep(
      `round ${round}: ${[...heaps].map(([server, bytes]) => `${server} ${megabytes(bytes.at(-1) ?? 0)}`).join(', ')}`,
    );
  }
  for (const [server, bytes] of heaps) {
    if (heapGrows(bytes))
      findings.push(
        finding('leak', `${server} keeps more after each round: ${bytes.map(megabytes).join(', ')}`),
      );
  }
  return findings;
}

/** All peers at once, each at its own pace. */
async function attack(peers: readonly AttackingPeer[], until: number): Promise<void> {
  await Promise.all(
    peers.map(async (peer) => {
      while (performance.now() < until) {
        await peer.burst();
        await pause(pauseMs);
      }
      peer.close();
    }),
  );
}

function finding(kind: Finding['kind'], message: string): Finding {
  return { kind, message, input: null, file: null };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
