import { cores, startPinned } from '../load/pinned-process.ts';
import type { AttackNotice, AttackOrder } from './order.ts';

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
  const child = startPinned(new URL('./attacker.ts', import.meta.url), cores.generator);
  const next = (): Promise<AttackNotice> =>
    new Promise((resolve, reject) => {
      child.once('message', (notice: AttackNotice) => {
        if (notice.type === 'fault') reject(new Error(`${order.attack}: ${notice.message}`));
        else resolve(notice);
      });
      child.once('exit', (code) =>
        reject(new Error(`${order.attack}: the attackers ended with status ${code}`)),
      );
    });
  try {
    const begun = next();
    child.send(order);
    await begun;
    const found = await meanwhile();
    const ended = next();
    child.send('stop');
    const notice = await ended;
    return { did: notice.type === 'done' ? notice.did : '', found };
  } finally {
    child.removeAllListeners();
    child.kill();
  }
}
