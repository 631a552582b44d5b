import { StepClock } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import type { SipConnection } from '../connection/connection.ts';
import { KeepAlive } from './keep-alive.ts';

/** A keep-alive on a clock that the test moves, and connections that count what it does. */
function start({ pingMs = 120_000, pongMs = 10_000, random = 0 } = {}) {
  const clock = new StepClock(1_000_000);
  let alive = 0;
  let readLateMs = 0;
  const afterReading: (() => void)[] = [];
  const read = () => {
    for (const run of afterReading.splice(0)) run();
  };
  const keepAlive = new KeepAlive({
    clock,
    random: () => random,
    timings: { pingMs, pongMs },
    onAlive: () => void alive++,
    readLateMs: () => readLateMs,
    afterReading: (run) => void afterReading.push(run),
  });
  const open = () => {
    const connection = { pings: [] as number[], isReceiving: false, isClosed: false };
    return Object.assign(connection, {
      ping: () => void connection.pings.push((clock.now() - 1_000_000) / 1_000),
      close() {
        connection.isClosed = true;
        keepAlive.ended();
      },
    }) as unknown as SipConnection & typeof connection;
  };
  const pass = (seconds: number) => {
    clock.move(seconds * 1_000);
    read();
  };
  /** Silence ends a connection after so many seconds, though the server answers. */
  const endAfter = (seconds: number) => {
    const connection = open();
    keepAlive.start(connection, 120, true);
    keepAlive.answered(connection);
    pass(seconds);
    keepAlive.ended();
  };
  /** What comes from now on has waited in this process for so many seconds before it is read. */
  const readLate = (seconds: number) => {
    readLateMs = seconds * 1_000;
  };
  return { clock, endAfter, keepAlive, open, pass, read, readLate, alive: () => alive };
}

describe('keep-alives of a flow (RFC 5626 §4.4, §4.4.1)', () => {
  it.each([
    [0, 96],
    [0.5, 108],
  ])(
    'begin at once, and come within 80 to 100 %% of the time that the server names: chance %f',
    (random, next) => {
      const { keepAlive, open, pass } = start({ random });
      const connection = open();
      keepAlive.start(connection, 120, true);
      keepAlive.answered(connection);
      pass(next - 1);
      expect(connection.pings).toEqual([0]);
      pass(1);
      expect(connection.pings).toEqual([0, next]);
    },
  );

  it.each([
    [0, 96],
    [1, 120],
  ])('come within 80 to 100 %% of two minutes where the server names no time: chance %f', (random, next) => {
    const { keepAlive, open, pass } = start({ random });
    const connection = open();
    keepAlive.start(connection, undefined, true);
    keepAlive.answered(connection);
    pass(next - 1);
    expect(connection.pings).toEqual([0]);
    pass(1);
    expect(connection.pings).toEqual([0, next]);
  });

  it('close the connection where no answer comes within 10 s', () => {
    const { keepAlive, open, pass } = start();
    const connection = open();
    keepAlive.start(connection, 120, true);
    pass(9);
    expect(connection.isClosed).toBe(false);
    pass(1);
    expect(connection.isClosed).toBe(true);
  });

  it('wait on while a message is arriving, which holds the answer up', () => {
    const { keepAlive, open, pass } = start();
    const connection = open();
    connection.isReceiving = true;
    keepAlive.start(connection, 120, true);
    pass(10);
    expect(connection.isClosed).toBe(false);
    connection.isReceiving = false;
    pass(10);
    expect(connection.isClosed).toBe(true);
  });

  it('expect no answer of a server that has not agreed to it, until it has given one', () => {
    const { alive, keepAlive, open, pass } = start();
    const connection = open();
    keepAlive.start(connection, undefined, false);
    pass(90);
    expect(connection.isClosed).toBe(false);
    keepAlive.answered(connection);
    expect(alive()).toBe(1);
    pass(6);
    pass(10);
    expect(connection.isClosed).toBe(true);
  });

  it('come more often once two connections in a row have ended after about the same silence', () => {
    const { endAfter, keepAlive, open, pass } = start();
    endAfter(4);
    endAfter(4.5);
    const connection = open();
    keepAlive.start(connection, 120, true);
    keepAlive.answered(connection);
    pass(2.4);
    expect(connection.pings).toHaveLength(2);
  });

  it('come as before where connections end after other silences, or in the middle of something', () => {
    const { endAfter, keepAlive, open, pass } = start();
    for (const seconds of [4, 20, 0.5, 60]) endAfter(seconds);
    const connection = open();
    keepAlive.start(connection, 120, true);
    keepAlive.answered(connection);
    pass(95);
    expect(connection.pings).toHaveLength(1);
  });
});

describe('keep-alives that are to notice a dead server soon', () => {
  const soon = { pingMs: 2_000, pongMs: 2_000 };
  /** The server answers each ping after so many seconds. */
  const answering = ({ keepAlive, open, pass }: ReturnType<typeof start>, seconds: number) => {
    const connection = open();
    keepAlive.start(connection, 120, true);
    pass(seconds);
    keepAlive.answered(connection);
    return connection;
  };

  it('come more often than the server demands, and less often never', () => {
    const parts = start({ ...soon, random: 1 });
    const connection = answering(parts, 0);
    parts.pass(2);
    expect(connection.pings).toEqual([0, 2]);
    const spared = start({ pingMs: 840_000, random: 1 });
    const other = answering(spared, 0);
    spared.pass(120);
    expect(other.pings).toEqual([0, 120]);
  });

  it('close a connection 2 s after a ping without an answer', () => {
    const parts = start(soon);
    const connection = answering(parts, 0.01);
    parts.pass(1.6);
    parts.pass(1.9);
    expect(connection.isClosed).toBe(false);
    parts.pass(0.1);
    expect(connection.isClosed).toBe(true);
  });

  it('wait longer for a server that was slow, and never longer than 10 s (RFC 5626 §4.4.1)', () => {
    for (const [answeredAfter, patience] of [
      [1, 4],
      [1.9, 7.6],
    ] as const) {
      const parts = start({ ...soon, pingMs: 10_000 });
      const connection = answering(parts, answeredAfter);
      parts.pass(8 - answeredAfter);
      expect(connection.pings).toHaveLength(2);
      parts.pass(patience - 0.1);
      expect(connection.isClosed).toBe(false);
      parts.pass(0.1);
      expect(connection.isClosed).toBe(true);
    }
    const parts = start({ ...soon, pingMs: 60_000, pongMs: 9_000 });
    const connection = answering(parts, 8);
    parts.pass(40);
    parts.pass(9.9);
    expect(connection.isClosed).toBe(false);
    parts.pass(0.1);
    expect(connection.isClosed).toBe(true);
  });

  it('do not take it for a slow server where this process was late to read the answer', () => {
    const parts = start(soon);
    parts.readLate(1.8);
    const connection = answering(parts, 1.9);
    parts.pass(1.6);
    parts.pass(2);
    expect(connection.isClosed).toBe(true);
  });

  it('take an answer that had come before the time was over, though this process was held up and reads it after that', () => {
    const parts = start(soon);
    const connection = answering(parts, 0);
    parts.pass(1.6);
    // Timers that are due come first, then what the sockets have.
    parts.clock.move(3_000);
    parts.keepAlive.answered(connection);
    parts.read();
    expect(connection.isClosed).toBe(false);
  });

  it('forget how slow a server was once it is fast again', () => {
    const parts = start(soon);
    const connection = answering(parts, 1.9);
    for (let count = 0; count < 40; count++) {
      parts.pass(1.6);
      parts.keepAlive.answered(connection);
    }
    parts.pass(1.6);
    parts.pass(2);
    expect(connection.isClosed).toBe(true);
  });

  it('teach no shorter time where one server after the other dies', () => {
    const parts = start(soon);
    for (let death = 0; death < 3; death++) {
      const connection = answering(parts, 0);
      parts.pass(1.6);
      // The second one has longer: it may be the network that is slow.
      parts.pass(8);
      expect(connection.isClosed).toBe(true);
    }
    const connection = answering(parts, 0);
    parts.pass(1.5);
    expect(connection.pings).toHaveLength(1);
  });
});
