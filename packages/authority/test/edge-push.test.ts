import { createTestLog, StepClock } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import { EdgePush } from '../src/push/edge-push.ts';
import type { PushOutcome } from '../src/push/push-round.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A server that answers when the test says so. */
function scene() {
  const clock = new StepClock(1_000_000);
  const lines: { readonly event?: string; readonly reason?: string }[] = [];
  const pushes: {
    readonly signal: AbortSignal;
    readonly answer: (outcome: Partial<PushOutcome>) => Promise<unknown>;
    readonly fail: (error: Error) => Promise<unknown>;
  }[] = [];
  let newest = 7;
  const edge = new EdgePush({
    fqdn: 'edge1.contoso.example',
    authority: 'ca.contoso.example',
    push: (signal) =>
      new Promise((resolve, reject) => {
        const fail = (error: Error) => {
          reject(error);
          return settled();
        };
        signal.addEventListener('abort', () => void fail(signal.reason as Error));
        pushes.push({
          signal,
          answer(outcome) {
            resolve({ holds: newest, peer: undefined, ...outcome });
            return settled();
          },
          fail,
        });
      }),
    newest: () => newest,
    clock,
    log: createTestLog(({ fields }) => void lines.push(fields)),
    random: () => 1,
  });
  return {
    clock,
    edge,
    pushes,
    events: () => lines.map(({ event }) => event),
    last: () => pushes.at(-1) as (typeof pushes)[number],
    news(sequence: number) {
      newest = sequence;
      edge.news();
    },
  };
}

describe('pushes to one server', () => {
  it('are one at a time, and once more for everything that came meanwhile', async () => {
    const { last, news, pushes } = scene();
    for (const sequence of [7, 8, 9]) news(sequence);
    expect(pushes).toHaveLength(1);
    await last().answer({});
    expect(pushes).toHaveLength(2);
    await last().answer({});
    expect(pushes).toHaveLength(2);
  });

  it('are tried again after a failure, with pauses that grow to a minute, and news do not shorten them', async () => {
    const { clock, last, news, pushes } = scene();
    news(7);
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 9; attempt++) {
      await last().fail(new Error('connect ECONNREFUSED'));
      news(7 + attempt);
      expect(pushes).toHaveLength(attempt);
      const before = clock.now();
      while (pushes.length === attempt && clock.now() - before < 120_000) clock.move(500);
      pauses.push((clock.now() - before) / 1_000);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    await last().answer({});
    news(17);
    expect(pushes, 'and after a success there is no pause').toHaveLength(11);
  });

  it('are given up after ten minutes, so that a server which answers for ever is dialled again', async () => {
    const { clock, events, last, news } = scene();
    news(7);
    clock.move(600_000);
    await settled();
    expect(last().signal.aborted).toBe(true);
    expect(events()).toEqual(['push-failed']);
  });

  it('say once that a server is not reached, once more where the reason is another, and then every hour', async () => {
    const { clock, events, last, news, pushes } = scene();
    news(7);
    for (let attempt = 1; attempt <= 60; attempt++) {
      await last().fail(new Error('connect ECONNREFUSED'));
      clock.move(60_000);
      await settled();
    }
    expect(pushes).toHaveLength(61);
    expect(events()).toEqual(['push-failed']);
    await last().fail(new Error('connect ECONNREFUSED'));
    expect(events()).toEqual(['push-failed', 'push-failed']);
  });

  it('say that a server does not hold what it was told of', async () => {
    const { events, last, news } = scene();
    news(8);
    await last().answer({ holds: 7 });
    expect(events()).toEqual(['link', 'push-not-taken']);
  });

  it('end with the authority, also one that is under way', async () => {
    const { edge, events, last, news, pushes } = scene();
    news(7);
    const ended = edge[Symbol.asyncDispose]();
    expect(last().signal.aborted).toBe(true);
    await ended;
    news(8);
    expect(pushes).toHaveLength(1);
    expect(events()).toEqual([]);
  });
});
