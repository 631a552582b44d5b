import { describe, expect, it } from 'vitest';
import type { Interval } from '../timer/interval.ts';
import { type Drained, drain } from './drain.ts';

/** Time that passes when the test says so. */
class Looks implements Interval {
  #run: (() => void) | undefined;

  start(run: () => void): () => void {
    this.#run = run;
    return () => {
      this.#run = undefined;
    };
  }

  pass(count: number): void {
    for (let i = 0; i < count; i++) this.#run?.();
  }
}

class Connection implements Drained {
  states: string[] = [];
  isClosed = false;
  readonly server: string | undefined;

  constructor(server?: string) {
    this.server = server;
  }

  get transactions() {
    const { states } = this;
    return {
      size: states.length,
      copy: () => states.map((state, place) => ({ place, transaction: { state } })),
    };
  }

  close(): void {
    this.isClosed = true;
  }
}

/** Drains these connections; what is asked for is how it ended, or undefined while it goes on. */
function draining(
  connections: readonly Connection[],
  more: { readonly withinMs?: number; readonly keepServersUntil?: Promise<unknown> } = {},
) {
  const interval = new Looks();
  const open = () => connections.filter(({ isClosed }) => !isClosed);
  const ended = drain(open, { withinMs: 10_000, interval, ...more });
  return { ended, interval, open };
}

describe('a server that drains', () => {
  it('closes idle connections of clients a few at a time, and those of servers after them', async () => {
    const servers = [new Connection('fe2.contoso.example')];
    const clients = Array.from({ length: 50 }, () => new Connection());
    const { ended, interval, open } = draining([...servers, ...clients]);
    const left = [open().length];
    for (let i = 0; i < 2; i++) {
      interval.pass(1);
      left.push(open().length);
    }
    expect(left).toEqual([31, 11, 0]);
    expect(await ended).toBe(true);
  });

  it('closes all idle clients within three quarters of its time, however many there are', () => {
    const clients = Array.from({ length: 3_000 }, () => new Connection());
    const { interval, open } = draining(clients, { withinMs: 4_000 });
    interval.pass(29);
    expect(open()).toEqual([]);
  });

  for (const state of ['calling', 'trying', 'proceeding'])
    it(`keeps a connection on which a transaction is ${state}, and half a second longer for an ACK`, async () => {
      const busy = new Connection();
      busy.states = [state];
      const { ended, interval } = draining([busy]);
      interval.pass(20);
      expect(busy.isClosed).toBe(false);
      busy.states = [];
      interval.pass(4);
      expect(busy.isClosed).toBe(false);
      interval.pass(1);
      expect(busy.isClosed).toBe(true);
      expect(await ended).toBe(true);
    });

  it('does not wait for transactions that are answered, beyond half a second for an ACK', () => {
    const answered = new Connection();
    answered.states = ['accepted', 'completed', 'confirmed'];
    const { interval } = draining([answered]);
    interval.pass(4);
    expect(answered.isClosed).toBe(false);
    interval.pass(1);
    expect(answered.isClosed).toBe(true);
  });

  it('keeps links to servers while a client is connected, or another side of the server is not done', async () => {
    const [link, busy] = [new Connection('fe2.contoso.example'), new Connection()];
    busy.states = ['proceeding'];
    let otherSideDone = (): void => {};
    const keepServersUntil = new Promise<void>((resolve) => {
      otherSideDone = resolve;
    });
    const { ended, interval } = draining([link, busy], { keepServersUntil });
    busy.states = [];
    interval.pass(10);
    expect([busy.isClosed, link.isClosed]).toEqual([true, false]);
    otherSideDone();
    await keepServersUntil;
    interval.pass(1);
    expect(link.isClosed).toBe(true);
    expect(await ended).toBe(true);
  });

  it('ends when its time is over, with what is still under way', async () => {
    const busy = new Connection();
    busy.states = ['proceeding'];
    const { ended, interval } = draining([busy], { withinMs: 1_000 });
    interval.pass(10);
    expect(await ended).toBe(false);
    expect(busy.isClosed).toBe(false);
  });

  it('ends at once where its time is 0', async () => {
    const busy = new Connection();
    busy.states = ['proceeding'];
    expect(await draining([busy], { withinMs: 0 }).ended).toBe(false);
  });
});
