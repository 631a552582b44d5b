import { monotonicMs } from '../live-trust/order.ts';
import type { Scene } from './front-end-lost.ts';
import { type Person, personOf } from './person.ts';
import type { PoolMember } from './pool.ts';
import { eachOf, reachedAfter } from './reach.ts';

/** How the link between two members is cut. */
export interface Link {
  cut(): void;
  heal(): void;
}

/** Users who register on each side while the link is cut. */
const newcomersOnEachSide = 2;
/** Users of one side who send to the other one while nothing gets through. */
const sendersAcross = 4;

/**
 * Cuts the link between the first two members of a pool; a third one sees both. Nobody is told: packets vanish.
 * @param scene - three members, with users on each
 * @param link - between the first two
 */
export async function cutLink(scene: Scene, link: Link): Promise<void> {
  const { findings, log, newcomers, pool, residents } = scene;
  const [left, right, middle] = pool.members as [PoolMember, PoolMember, PoolMember];
  const on = (member: PoolMember): readonly Person[] =>
    residents.filter((person) => person.member === member);
  const sides = [
    { member: left, people: on(left) },
    { member: right, people: on(right) },
  ] as const;
  const between = on(middle);
  log(
    `${sides[0].people.length} and ${sides[1].people.length} users are on the two sides, ${between.length} on ${middle.fqdn}`,
  );

  const within = sides.flatMap(({ people }) =>
    people.flatMap((person) => [
      // From the same side, from the third member, and to it.
      [people.find((other) => other !== person)!, person] as const,
      [between[0]!, person] as const,
      [person, between.at(-1)!] as const,
    ]),
  );
  const reachAll = (since: number): Promise<(number | undefined)[]> =>
    Promise.all(within.map(([from, to]) => reachedAfter(from, to.address, since)));
  findings.delays('before: the same users answer each other', await reachAll(monotonicMs()), false);
  const cut = monotonicMs();
  link.cut();
  const reached = await reachAll(cut);
  findings.delays('a link is cut: users of its ends and of the third member answer each other', reached);

  const late = sides.flatMap(({ member }) =>
    newcomers
      .splice(0, newcomersOnEachSide)
      .map((name) => ({ member, person: personOf(pool, name, [member]) })),
  );
  try {
    const begun = monotonicMs();
    const registering = await eachOf(late, async ({ person }) => ({
      status: await person.register(),
      afterMs: monotonicMs() - begun,
    }));
    findings.demand(
      registering.every(({ status }) => status === 200),
      `REGISTER beside a cut link was answered ${registering.map(({ status }) => status).join()}`,
    );
    findings.delays(
      'a link is cut: REGISTER is answered 200',
      registering.map(({ afterMs }) => afterMs),
    );
    const registered = monotonicMs();
    const known = await Promise.all(
      late.flatMap(({ member, person }) => {
        const beside = sides.find((side) => side.member === member)!.people[0]!;
        return [beside, between[0]!].map((from) => reachedAfter(from, person.address, registered));
      }),
    );
    findings.delays('a link is cut: who registers now answers this side and the third member', known);

    const refusals = await eachOf(sides[0].people.slice(0, sendersAcross), async (person) => {
      const asked = monotonicMs();
      const status = await person.message(sides[1].people[0]!.address);
      return { status, afterMs: monotonicMs() - asked };
    });
    log(
      `across the cut link a MESSAGE is answered ${[...new Set(refusals.map(({ status }) => status))].join()}`,
    );
    findings.delays(
      'a link is cut: a MESSAGE across it has its answer, whatever that is',
      refusals.map(({ afterMs, status }) => (status === undefined ? undefined : afterMs)),
      false,
    );

    const healed = monotonicMs();
    link.heal();
    const everybody = [
      ...sides.flatMap(({ member, people }) => people.map((person) => ({ member, person }))),
      ...late,
    ];
    const across = everybody.map(({ member, person }) => {
      const sender = sides.find((side) => side.member !== member)!.people[0]!;
      return [sender, person] as const;
    });
    const again = await Promise.all(across.map(([from, to]) => reachedAfter(from, to.address, healed)));
    findings.delays('the link is back: all users of one end answer those of the other, new ones too', again);
  } finally {
    for (const { person } of late) await person[Symbol.asyncDispose]();
  }
}
