import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until something is so, in a hook, where `expect.poll` may not be used. It has no limit of its own: that of the hook ends what hangs.
 * @param holds - looked at 20 times a second
 */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(50);
}
