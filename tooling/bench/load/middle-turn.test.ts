import { describe, expect, it } from 'vitest';
import { measurement } from '../testing/measurement.ts';
import { middleTurn } from './middle-turn.ts';

const disturbedBy = (serverMicros: number, ...reasons: string[]) =>
  measurement(
    serverMicros,
    reasons,
    reasons.map((why) => `${why} as well`),
  );

describe('two servers in turns', () => {
  it('are compared in the turn with the middle ratio, and what is invalid or disturbed in any counts', async () => {
    const micros = [
      [20, 100],
      [40, 50],
      [30, 50],
    ] as const;
    const asked: number[] = [];
    const { bare, front } = await middleTurn(3, async (turn) => {
      asked.push(turn);
      const [one, other] = micros[turn] as (typeof micros)[number];
      return {
        bare: disturbedBy(one, ...(turn === 0 ? ['disturbed'] : [])),
        front: disturbedBy(other, ...(turn === 1 ? ['late'] : [])),
      };
    });
    expect(asked).toEqual([0, 1, 2]);
    expect([bare.serverMicros, front.serverMicros]).toEqual([30, 50]);
    expect([bare.invalid, front.invalid]).toEqual([['disturbed'], ['late']]);
    expect([bare.disturbed, front.disturbed]).toEqual([['disturbed as well'], ['late as well']]);
  });

  it('are left to the judge where the platform does not tell their processor time', async () => {
    const { bare } = await middleTurn(1, async () => ({
      bare: measurement(undefined),
      front: measurement(undefined),
    }));
    expect(bare.serverMicros).toBeUndefined();
  });
});
