import type { FuzzTarget } from '../target.ts';

/** Throws after three conditions, each of which shows only once the one before holds: blind mutation does not get there. */
export const target: FuzzTarget = {
  name: 'planted-maze',
  seeds: () => [new TextEncoder().encode('........')],
  run(input) {
    if (input[0] !== 77) return;
    passed(1);
    if (input[1] !== 65) return;
    passed(2);
    if (input[2] === 33) throw new Error('the end of the maze');
  },
};

let furthest = 0;
function passed(condition: number): void {
  furthest = Math.max(furthest, condition);
}
