import { setTimeout } from 'node:timers/promises';
import { agentOf } from '@entente/testkit/repository';
import type { FailoverPool } from '../../bench/failover/pool.ts';
import { domain } from '../harness/authority-place.ts';

const everyMs = 200;

/**
 * A user asks a room for its commands again and again: the application answers over one front end after the other, and dials them.
 * @param pool - where the user is
 * @param name - user part of the address
 * @param room - `sip:` address
 * @returns ends that
 */
export async function talkWithRoom(pool: FailoverPool, name: string, room: string): Promise<AsyncDisposable> {
  const { agent } = agentOf({
    domain,
    name,
    password: pool.password,
    trust: pool.trust,
    servers: pool.members,
    stay: { baseMs: everyMs },
  });
  const { status } = await agent.register();
  if (status !== 200) throw new Error(`REGISTER of ${name}: ${status}`);
  let isOver = false;
  const talk = async (): Promise<void> => {
    while (!isOver) {
      // While the front end may not reach the application, nothing is answered, and asked again.
      for (const text of ['/join', '/help']) await agent.message(room, text).catch(() => {});
      await setTimeout(everyMs);
    }
  };
  const talking = talk();
  return {
    async [Symbol.asyncDispose]() {
      isOver = true;
      await agent[Symbol.asyncDispose]();
      await talking;
    },
  };
}
