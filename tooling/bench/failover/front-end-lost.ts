import { monotonicMs } from '../live-trust/order.ts';
import type { Findings } from './findings.ts';
import { beginningWith, type Person, personOf } from './person.ts';
import type { FailoverPool, PoolMember } from './pool.ts';
import { eachOf, reachedAfter } from './reach.ts';
import { endAll, pairsOf, setUp } from './talk.ts';

/** A pool with users who are registered, and some who register later. */
export interface Scene {
  readonly pool: FailoverPool;
  readonly residents: readonly Person[];
  /** Users who are registered over the edges. */
  readonly outsiders: readonly Person[];
  /** Names of users who have not registered yet; a scenario takes those that it needs. */
  readonly newcomers: string[];
  readonly log: (line: string) => void;
  readonly findings: Findings;
}

/**
 * Kills a front end with users and calls, and starts it again.
 * @param scene - three members or two, with users on each
 */
export async function loseFrontEnd(scene: Scene): Promise<void> {
  const { findings, log, pool, residents } = scene;
  const [lost, ...left] = pool.members as [PoolMember, ...PoolMember[]];
  const own = residents.filter(({ member }) => member === lost);
  const others = residents.filter(({ member }) => member !== lost);
  const senders = left.map((member) => others.find((person) => person.member === member)!);
  const talks = await setUp(pairsOf(own, others));
  log(`${own.length} users and ${talks.length} calls are on ${lost.fqdn} when it is killed`);

  const killed = monotonicMs();
  await lost.kill();
  const [reached] = await Promise.all([
    Promise.all(own.flatMap(({ address }) => senders.map((from) => reachedAfter(from, address, killed)))),
    endAll(talks, killed, findings),
  ]);
  findings.delays('a front end is killed: its users answer a MESSAGE by way of each other member', reached);
  const back = own.map((person) => person.return(killed));
  const returned = back.map(({ afterMs }) => afterMs);
  findings.delays('of that, until their clients were registered at another member', returned);
  const paused = back.map(({ pausedMs }) => pausedMs);
  findings.count('of that, the longest pause that a client made by itself', Math.max(...paused), 'ms');
  await returnOf(scene, lost);
}

/** What was registered while a member was away is known there soon after its return. */
async function returnOf(scene: Scene, lost: PoolMember): Promise<void> {
  const { findings, log, newcomers, pool, residents } = scene;
  const [proberName, ...names] = newcomers.splice(0, 1 + newcomersAtOnce) as [string, ...string[]];
  const index = pool.members.indexOf(lost);
  const order = beginningWith(pool.members, index + 1);
  const late = names.map((name) => personOf(pool, name, order));
  const prober = personOf(pool, proberName, [lost]);
  try {
    const answers = await eachOf(late, (person) => person.register());
    findings.demand(
      answers.every((status) => status === 200),
      `REGISTER while ${lost.fqdn} is away was answered ${answers.join()}`,
    );
    await lost.restart();
    const started = monotonicMs();
    // The prober knows no other member.
    findings.demand((await prober.register()) === 200, `nobody can register at ${lost.fqdn} again`);
    const wanted = [...late, ...residents];
    log(`${lost.fqdn} is back; ${wanted.length} users are looked for through it`);
    const found = await Promise.all(wanted.map(({ address }) => reachedAfter(prober, address, started)));
    findings.delays(
      'it is back: who registered meanwhile answers a MESSAGE through it',
      found.slice(0, late.length),
    );
    findings.delays('it is back: all others answer a MESSAGE through it', found.slice(late.length));
  } finally {
    for (const person of [...late, prober]) await person[Symbol.asyncDispose]();
  }
}

const newcomersAtOnce = 4;
