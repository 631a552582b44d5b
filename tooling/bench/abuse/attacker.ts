import { obey } from '../process/obey.ts';
import { attacks } from './attacks.ts';
import type { AttackOrder, RunningAttack } from './order.ts';

let running: RunningAttack | undefined;

/** The attackers' process: one attack, until the parent says stop. */
obey(async (order: AttackOrder | 'stop') => {
  if (order === 'stop') return running?.stop();
  const start = attacks[order.attack];
  if (start === undefined) throw new Error(`there is no attack "${order.attack}"`);
  running = await start(order.target);
  return undefined;
});
