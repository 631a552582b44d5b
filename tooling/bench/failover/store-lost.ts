import { setTimeout as pause } from 'node:timers/promises';
import type { startRedis } from '@entente/testkit/redis';
import { monotonicMs } from '../live-trust/order.ts';
import type { Scene } from './front-end-lost.ts';
import { beginningWith, type Person, personOf } from './person.ts';
import type { PoolMember } from './pool.ts';
import { eachOf, reachedAfter } from './reach.ts';

type RedisServer = Awaited<ReturnType<typeof startRedis>>;

/** One REGISTER, and what became of it. */
interface Attempt {
  readonly person: Person;
  readonly begun: number;
  readonly ended: number;
  readonly status: number | undefined;
}

/** Users who register at once. */
const atOnce = 3;
/** REGISTERs that have to be refused before the store is started again. */
const refusedAtLeast = 4;
/** Between two attempts of one who registers. */
const pauseMs = 20;

/**
 * Kills the store while users register, and starts it again: what was acknowledged is known to each member afterwards, and also to one that
 * starts again and knows nothing but what the store has kept.
 * @param scene - its members share the store
 * @param redis - the store, which flushes each change before it acknowledges it
 */
export async function loseStore(scene: Scene, redis: RedisServer): Promise<void> {
  const { findings, log, newcomers, pool, residents } = scene;
  const proberNames = newcomers.splice(0, pool.members.length);
  const probers = pool.members.map((member, index) => personOf(pool, proberNames[index]!, [member]));
  const registrants = newcomers.splice(0).map((name, index) => {
    const order = beginningWith(pool.members, index % pool.members.length);
    return personOf(pool, name, order);
  });
  try {
    for (const person of probers)
      findings.demand((await person.register()) === 200, 'a user cannot register');
    // A handshake takes longer than a registration: what counts here is the latter.
    await eachOf(registrants, (person) => person.connect());
    const stream = new RegistrationStream(registrants);
    await stream.until(() => stream.attempts.length >= registrants.length / 3);
    const killing = monotonicMs();
    await redis.kill();
    const away = monotonicMs();
    const refused = (): number => stream.attempts.filter(({ begun }) => begun > away).length;
    await stream.until(() => refused() >= refusedAtLeast);
    const found = await Promise.all(
      residents.map(({ address }, index) => reachedAfter(probers[index % probers.length]!, address, away)),
    );
    findings.delays('the store is killed: all users answer a MESSAGE without it', found);
    const starting = monotonicMs();
    await redis.start();
    const back = monotonicMs();
    await stream.end(() => stream.acknowledgedSince(back) > 0);
    const { attempts } = stream;
    const acknowledged = attempts.filter(({ status }) => status === 200);
    const while_ = attempts.filter(({ begun, ended }) => begun > away && ended < starting);
    log(
      `${acknowledged.filter(({ ended }) => ended < killing).length} registrations were acknowledged before, ${while_.length} tried without the store, ${stream.acknowledgedSince(back)} acknowledged after`,
    );
    findings.demand(
      acknowledged.some(({ ended }) => ended < killing),
      'no registration was acknowledged before the store was killed',
    );
    findings.demand(
      while_.every(({ status }) => status === 503),
      `REGISTER without the store was answered ${[...new Set(while_.map(({ status }) => status))].join()}, expected 503`,
    );
    findings.count('REGISTERs that were refused with 503 without the store', while_.length, 'requests');
    const first = Math.min(...acknowledged.filter(({ begun }) => begun > away).map(({ ended }) => ended));
    findings.delays('the store is back: the first REGISTER is answered 200', [Math.max(0, first - back)]);

    await lookForAll(scene, 'the store is back', probers, acknowledged, back);
    await readAgain(scene, probers, acknowledged);
  } finally {
    for (const person of [...probers, ...registrants]) await person[Symbol.asyncDispose]();
  }
}

/** A member that starts has no copy of its own: it knows what the store has kept. */
async function readAgain(
  scene: Scene,
  probers: readonly Person[],
  acknowledged: readonly Attempt[],
): Promise<void> {
  const { pool } = scene;
  const last = pool.members.length - 1;
  const member = pool.members[last] as PoolMember;
  const prober = probers[last] as Person;
  await member.kill();
  await member.restart();
  const started = monotonicMs();
  await prober.register();
  await lookForAll(scene, `${member.fqdn} starts again`, [prober], acknowledged, started);
}

async function lookForAll(
  { findings }: Scene,
  when: string,
  probers: readonly Person[],
  acknowledged: readonly Attempt[],
  since: number,
): Promise<void> {
  const found = await Promise.all(
    probers.flatMap((prober) =>
      acknowledged.map(({ person }) => reachedAfter(prober, person.address, since)),
    ),
  );
  const what = `each of ${acknowledged.length} acknowledged registrations is found by ${probers.length === 1 ? 'it' : 'each member'}`;
  findings.delays(`${when}: ${what}`, found);
  const lost = found.filter((after) => after === undefined).length;
  findings.count(`${when}: acknowledged registrations that are lost`, lost, 'registrations');
}

/** Users who register one after the other, each until it is acknowledged. */
class RegistrationStream {
  readonly attempts: Attempt[] = [];
  readonly #waiting: Person[];
  readonly #workers: Promise<void>[];
  #isEnding: (() => boolean) | undefined;

  constructor(people: readonly Person[]) {
    this.#waiting = [...people];
    this.#workers = Array.from({ length: atOnce }, () => this.#work());
  }

  acknowledgedSince(since: number): number {
    return this.attempts.filter(({ begun, status }) => begun >= since && status === 200).length;
  }

  /** Waits until something holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await pause(pauseMs);
  }

  /** Lets it end once something holds, which then has been seen. */
  async end(holds: () => boolean): Promise<void> {
    this.#isEnding = holds;
    await Promise.all(this.#workers);
  }

  async #work(): Promise<void> {
    while (this.#isEnding?.() !== true) {
      const person = this.#waiting.shift();
      // All others are acknowledged, or being tried.
      if (person === undefined) return;
      const begun = monotonicMs();
      const status = await person.register();
      this.attempts.push({ person, begun, ended: monotonicMs(), status });
      if (status === 200) continue;
      this.#waiting.push(person);
      await pause(pauseMs);
    }
  }
}
