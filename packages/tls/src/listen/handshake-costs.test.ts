import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HandshakeCosts } from './handshake-costs.ts';

/** A connection over which so many octets have come. */
class Connection {
  bytesRead = 0;
  get socket(): Socket {
    return this as unknown as Socket;
  }
}

function start(readable?: () => Iterable<Socket>) {
  let worked = 0;
  const ends: (() => void)[] = [];
  const atEndOfTurn = (run: () => void) => void ends.push(run);
  const costs = new HandshakeCosts({ worked: () => worked, atEndOfTurn, readable });
  return {
    costs,
    ends,
    begin(): Connection {
      const connection = new Connection();
      costs.begin(connection.socket);
      return connection;
    },
    /** OpenSSL computes for octets that have come over a connection. */
    compute(connection: Connection, ms: number, octets = 15_000): void {
      connection.bytesRead += octets;
      worked += ms;
    },
    /** Something else is done. */
    work: (ms: number) => {
      worked += ms;
    },
    endTurn(): void {
      for (const run of ends.splice(0)) run();
    },
  };
}

describe('a handshake', () => {
  it('that is refused has cost what was computed and judged for it, not what was for those before', () => {
    const { begin, compute, costs, endTurn, work } = start();
    const [good, bad] = [begin(), begin()];
    endTurn();
    compute(good, 30);
    costs.ended(good.socket);
    costs.forget(good.socket);
    compute(bad, 120);
    costs.ended(bad.socket);
    work(5);
    expect(costs.take(bad.socket)).toBe(125);
    expect(costs.take(bad.socket)).toBe(0);
    expect(costs.take(good.socket)).toBe(0);
  });

  it('that does not end has cost the turns in which anything came over it', () => {
    const { begin, compute, costs, endTurn, work } = start();
    const connection = begin();
    compute(connection, 4, 300);
    endTurn();
    work(1_000);
    endTurn();
    compute(connection, 120);
    endTurn();
    work(1_000);
    expect(costs.take(connection.socket)).toBe(124);
  });

  it('over which nothing can come is not looked at, however many of them there are', () => {
    const looked: Connection[] = [];
    const read: Connection[] = [];
    const { begin, compute, costs, endTurn } = start(() => read.map(({ socket }) => socket));
    for (let count = 0; count < 1_000; count++)
      Object.defineProperty(begin(), 'bytesRead', { get: () => looked.push(connection) });
    const connection = begin();
    read.push(connection);
    compute(connection, 120);
    endTurn();
    expect(looked).toEqual([]);
    expect(costs.take(connection.socket)).toBe(120);
  });

  it('that does not end has its cost also where another one that ends in the same turn is taken to have it', () => {
    const { begin, compute, costs, endTurn } = start();
    const [silent, other] = [begin(), begin()];
    endTurn();
    compute(silent, 120);
    compute(other, 1, 1_000);
    costs.ended(other.socket);
    costs.forget(other.socket);
    endTurn();
    expect(costs.take(silent.socket)).toBe(121);
  });

  it('that breaks off in a turn has cost what has passed of it', () => {
    const { begin, compute, costs, endTurn } = start();
    const connection = begin();
    endTurn();
    compute(connection, 120);
    expect(costs.take(connection.socket)).toBe(120);
  });

  it('has cost no more than its octets can have, however long the turn was', () => {
    const { begin, compute, costs, endTurn } = start();
    const [short, last] = [begin(), begin()];
    endTurn();
    compute(short, 900, 1_000);
    endTurn();
    // The last octet of a chain makes OpenSSL verify the whole of it.
    compute(last, 1, 14_999);
    endTurn();
    compute(last, 120, 1);
    expect(costs.take(last.socket)).toBe(121);
    expect(costs.take(short.socket)).toBeCloseTo(50);
  });

  it('has cost a millisecond at least where anything has come, and otherwise nothing', () => {
    const { begin, compute, costs } = start();
    const [silent, quick] = [begin(), begin()];
    compute(quick, 0.2, 300);
    expect(costs.take(quick.socket)).toBe(1);
    expect(costs.take(silent.socket)).toBe(0);
  });

  it('is looked at in each turn until none is under way', () => {
    const { begin, costs, endTurn, ends } = start();
    const both = [begin(), begin()];
    expect(ends).toHaveLength(1);
    for (const { socket } of both) {
      endTurn();
      expect(ends).toHaveLength(1);
      costs.forget(socket);
    }
    endTurn();
    expect(ends).toHaveLength(0);
    begin();
    expect(ends).toHaveLength(1);
  });
});
