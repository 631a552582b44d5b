import { describe, expect, it } from 'vitest';
import { middleTurn } from './middle-turn.ts';
import type { Measurement } from './run-load.ts';

const measurement = (serverMicros: number | undefined, ...reasons: string[]): Measurement =>
  ({
    serverMicros,
    perSecond: 1,
    invalid: reasons,
    disturbed: reasons.map((why) => `${why} as well`),
  }) as unknown as Measurement;

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
        bare: measurement(one, ...(turn === 0 ? ['disturbed'] : [])),
        front: measurement(other, ...(turn === 1 ? ['late'] : [])),
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
