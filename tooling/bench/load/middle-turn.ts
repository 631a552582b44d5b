import type { Measurement } from './clients.ts';

/** Of two servers, one measurement each, one right after the other. */
export interface Turn {
  readonly bare: Measurement;
  readonly front: Measurement;
}

/**
 * Measures two servers in turns. What else the machine does comes and goes within seconds, and the first seconds of a server are those of its
 * compiler: one measurement of each, one after the other, says as much of that as of the servers.
 *
 * @param turns - how many, an odd number
 * @param measure - measures both; told which turn it is, from 0
 * @returns the turn with the middle ratio of processor times; what makes any turn invalid or disturbs it counts in it
 */
export async function middleTurn(turns: number, measure: (turn: number) => Promise<Turn>): Promise<Turn> {
  const found: Turn[] = [];
  for (let turn = 0; turn < turns; turn += 1) found.push(await measure(turn));
  const { bare, front } = found.toSorted((one, other) => ratioOf(one) - ratioOf(other))[turns >> 1] as Turn;
  const withAll = (one: Measurement, all: readonly Measurement[]): Measurement => ({
    ...one,
    invalid: all.flatMap(({ invalid }) => invalid),
    disturbed: all.flatMap(({ disturbed }) => disturbed),
  });
  return {
    bare: withAll(
      bare,
      found.map((turn) => turn.bare),
    ),
    front: withAll(
      front,
      found.map((turn) => turn.front),
    ),
  };
}

function ratioOf({ bare, front }: Turn): number {
  return (bare.serverMicros ?? 0) / (front.serverMicros ?? 1);
}
