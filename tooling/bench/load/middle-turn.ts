import type { Measurement } from './run-load.ts';

/** Of two servers, one measurement each, one right after the other. */
export interface Turn {
  readonly bare: Measurement;
  readonly front: Measurement;
}

/**
 * Measures two servers in turns. What else the machine does comes and goes within seconds, and the first seconds of a server are those of its
 * compiler: one measurement of each, one after the other, says as much of that as of the servers.
 *
 * @param turns How many, an odd number.
 * @param measure Measures both; told which turn it is, from 0.
 * @returns The turn with the middle ratio of processor times; what makes any turn invalid or disturbs it counts in it.
 */
export async function middleTurn(turns: number, measure: (turn: number) => Promise<Turn>): Promise<Turn> {
  const found: Turn[] = [];
  for (let turn = 0; turn < turns; turn += 1) found.push(await measure(turn));
  const sorted = [...found].sort((one, other) => ratioOf(one) - ratioOf(other));
  const { bare, front } = sorted[turns >> 1] as Turn;
  return {
    bare: { ...bare, ...reasonsOf(found.map((turn) => turn.bare)) },
    front: { ...front, ...reasonsOf(found.map((turn) => turn.front)) },
  };
}

function reasonsOf(all: readonly Measurement[]): Pick<Measurement, 'invalid' | 'disturbed'> {
  return {
    invalid: all.flatMap(({ invalid }) => invalid),
    disturbed: all.flatMap(({ disturbed }) => disturbed),
  };
}

function ratioOf({ bare, front }: Turn): number {
  return (bare.serverMicros ?? 0) / (front.serverMicros ?? 1);
}
