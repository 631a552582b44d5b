import { describe, expect, it } from 'vitest';
import { LivingServers } from './server-liveness.ts';

/** Two servers that answer as the test says. */
function start() {
  let servers = ['fe1', 'fe2'];
  const waiting: { readonly server: string; readonly answer: (isLiving: boolean | Error) => void }[] = [];
  const changes: [string, boolean][] = [];
  const living = new LivingServers({
    servers: () => servers,
    ask: (server) =>
      new Promise((resolve, reject) => {
        const answer = (value: boolean | Error) => (value instanceof Error ? reject(value) : resolve(value));
        waiting.push({ server, answer });
      }),
    onChange: (...change) => changes.push(change),
  });
  return {
    changes,
    living,
    list: (next: string[]) => {
      servers = next;
    },
    /** One second, in which those that are asked answer. */
    async second(answers: Record<string, boolean | Error>) {
      living.tick();
      const asked = waiting.splice(0).map(({ answer, server }) => {
        const given = answers[server];
        if (given !== undefined) answer(given);
        return server;
      });
      await new Promise((resolve) => setImmediate(resolve));
      return asked;
    },
  };
}

describe('a server', () => {
  it('counts as living until it has been asked, and then as it answers', async () => {
    const { changes, living, second } = start();
    expect(living.isLiving('fe1')).toBe(true);
    await second({ fe1: false, fe2: true });
    expect([living.isLiving('fe1'), living.isLiving('fe2')]).toEqual([false, true]);
    await second({ fe1: true, fe2: new Error('no route') });
    expect([living.isLiving('fe1'), living.isLiving('fe2')]).toEqual([true, false]);
    expect(changes).toEqual([
      ['fe1', false],
      ['fe2', true],
      ['fe1', true],
      ['fe2', false],
    ]);
  });

  it('that has not answered yet is not asked again', async () => {
    const { second } = start();
    expect(await second({ fe2: true })).toEqual(['fe1', 'fe2']);
    expect(await second({ fe2: true })).toEqual(['fe2']);
  });

  it('that has sent something itself counts as living at once, unless it is not listed', async () => {
    const { changes, living, second } = start();
    await second({ fe1: false, fe2: true });
    living.heard('fe1');
    living.heard('edge1');
    expect(living.isLiving('fe1')).toBe(true);
    expect(changes.slice(2)).toEqual([['fe1', true]]);
  });

  it('that is listed no longer is forgotten', async () => {
    const { list, living, second } = start();
    await second({ fe1: false, fe2: true });
    list(['fe2']);
    await second({ fe2: true });
    expect(living.isLiving('fe1')).toBe(true);
  });
});
