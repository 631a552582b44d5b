import type { FuzzTarget } from '../target.ts';

/** Throws behind three doors, each of which shows only once the one before is open: blind mutation does not get there. */
export const target: FuzzTarget = {
  name: 'planted-maze',
  seeds: () => [new TextEncoder().encode('........')],
  run(input) {
    if (input[0] !== 77) return;
    opened(1);
    if (input[1] !== 65) return;
    opened(2);
    if (input[2] === 33) throw new Error('the end of the maze');
  },
};

let doors = 0;
function opened(door: number): void {
  doors = Math.max(doors, door);
}
