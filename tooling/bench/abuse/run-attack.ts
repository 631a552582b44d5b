import { Child } from '../process/child.ts';
import { cores } from '../process/pinned.ts';
import type { AttackOrder } from './order.ts';

/**
 * Runs an attack in a process of its own while something else is done.
 * @param order - which attack, against whom
 * @param meanwhile - begun when the attack is under way
 * @returns what the attack did, and what was found meanwhile
 * @throws Error when the attack cannot begin or its process ends
 */
export async function whileAttacked<Found>(
  order: AttackOrder,
  meanwhile: () => Promise<Found>,
): Promise<{ readonly did: string; readonly found: Found }> {
  await using child = await Child.start(new URL('./attacker.ts', import.meta.url), { core: cores.generator });
  await child.ask(order);
  const found = await meanwhile();
  return { did: await child.ask<string>('stop'), found };
}
