import { monotonicMs } from '../live-trust/order.ts';
import type { Scene } from './front-end-lost.ts';
import type { Person } from './person.ts';
import type { PoolMember } from './pool.ts';
import { reachedAfter } from './reach.ts';
import { endAll, type Pair, setUp } from './talk.ts';

/**
 * Kills the front end through which everything of the users outside goes, and starts it again; then the first edge.
 * @param scene - front ends and two edges, with users on each
 */
export async function loseBehindEdges(scene: Scene): Promise<void> {
  const { findings, log, outsiders, pool, residents } = scene;
  const [frontEnd] = pool.members as [PoolMember];
  const [edge] = pool.edges as [PoolMember];
  const left = residents.filter(({ member }) => member !== frontEnd);
  const lost = residents.filter(({ member }) => member === frontEnd);
  await lose(scene, {
    server: frontEnd,
    lost,
    pairs: [...across(outsiders, left), ...across(lost, outsiders)],
  });
  await frontEnd.restart();
  log(`${frontEnd.fqdn} is back; all users answer each other before ${edge.fqdn} is killed`);
  const back = monotonicMs();
  const found = await reachAll(residents, outsiders, back);
  findings.delays('it is back: users outside and inside answer each other', found);

  const over = outsiders.filter(({ member }) => member === edge);
  const others = outsiders.filter(({ member }) => member !== edge);
  await lose(scene, {
    server: edge,
    lost: over,
    pairs: [...across(over, residents), ...across(others, over)],
  });
}

interface Loss {
  readonly server: PoolMember;
  /** Whose connections end. */
  readonly lost: readonly Person[];
  readonly pairs: readonly Pair[];
}

async function lose(
  { findings, log, outsiders, residents }: Scene,
  { lost, pairs, server }: Loss,
): Promise<void> {
  const talks = await setUp(pairs);
  log(`${lost.length} users and ${talks.length} calls are on ${server.fqdn}, or pass it, when it is killed`);
  const killed = monotonicMs();
  await server.kill();
  const [reached] = await Promise.all([
    reachAll(residents, outsiders, killed),
    endAll(talks, killed, findings),
  ]);
  findings.delays(`${server.fqdn} is killed: users outside and inside answer each other`, reached);
  const returned = lost.map((person) => person.return(killed).afterMs);
  findings.delays('of that, until the clients of that server were registered at another one', returned);
}

/** Each user inside sends to one outside, and each one outside to one inside and to the next one outside. */
function reachAll(
  inside: readonly Person[],
  outside: readonly Person[],
  since: number,
): Promise<(number | undefined)[]> {
  const ways = [
    ...across(inside, outside),
    ...across(outside, inside),
    ...across(outside, [...outside.slice(1), ...outside.slice(0, 1)]),
  ];
  return Promise.all(ways.map(([from, to]) => reachedAfter(from, to.address, since)));
}

/** Each of the ones with one of the others, in turns. */
function across(ones: readonly Person[], others: readonly Person[]): readonly Pair[] {
  return ones.map((one, index) => [one, others[index % others.length]!] as const);
}
