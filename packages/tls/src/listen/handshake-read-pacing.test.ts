import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freshMs, HandshakeReads } from './handshake-read-pacing.ts';

/** An accepted connection, from whose handle is read as long as nobody stops that. */
class Connection {
  readonly label: string;
  bytesRead = 0;
  isRead = true;
  readonly _handle = {
    readStart: () => this.#set(true),
    readStop: () => this.#set(false),
  };
  constructor(label: string) {
    this.label = label;
  }
  #set(isRead: boolean): number {
    this.isRead = isRead;
    return 0;
  }
  get socket(): Socket {
    return this as unknown as Socket;
  }
}

function start(yields: (label: string) => boolean = () => false) {
  let worked = 0;
  let now = 0;
  const turns: (() => void)[] = [];
  const due: { readonly ms: number; readonly run: () => void }[] = [];
  const all: Connection[] = [];
  const reads = new HandshakeReads({
    yields: (socket) => yields((socket as unknown as Connection).label),
    worked: () => worked,
    now: () => now,
    atEndOfTurn: (run) => void turns.push(run),
    after: (ms, run) => void due.push({ ms, run }),
  });
  return {
    reads,
    /** A handshake begins; something of it may have come. */
    begin(label: string, octets = 300): Connection {
      const connection = new Connection(label);
      all.push(connection);
      reads.add(connection.socket);
      connection.bytesRead = octets;
      return connection;
    },
    /** A turn of the event loop; what is read from brings a certificate. */
    turn(ms = 0, bring = false): void {
      worked += ms;
      if (bring) for (const connection of all) if (connection.isRead) connection.bytesRead += 5_000;
      for (const run of turns.splice(0)) run();
    },
    /** Time passes. */
    pass(ms: number): void {
      now += ms;
    },
    read: () => all.filter(({ isRead }) => isRead).map(({ label }) => label),
    /** Nothing comes until a timer is due: what is to be done at the end of a turn is done first, and then the timer. Says whether there was one. */
    idle(): boolean {
      const timers = due.splice(0);
      if (timers.length === 0) return false;
      for (const run of turns.splice(0)) run();
      for (const { run } of timers) run();
      return true;
    },
    /** The pause is over. */
    goOn(): number {
      const pauses = due.filter(({ ms }) => ms >= 100);
      due.length = 0;
      for (const { run } of pauses) run();
      return pauses[0]?.ms ?? 0;
    },
  };
}

describe('handshakes that are read', () => {
  it('are all of which nothing has come, and of the others two in a turn, one at first', () => {
    const { begin, read, turn } = start();
    for (const label of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) begin(label);
    begin('silent', 0);
    expect(read()).toHaveLength(8);
    const counts = [0, 1, 2, 3].map(() => {
      turn();
      return read().length - 1;
    });
    expect(counts).toEqual([1, 2, 2, 2]);
    expect(read()).toContain('silent');
  });

  it('each have a turn, also those for which others come first', () => {
    const { begin, read, turn } = start((label) => label === 'owing');
    const seen = new Set<string>();
    begin('owing');
    for (let count = 0; count < 9; count++) begin(`${count}`);
    for (let count = 0; count < 12; count++) {
      turn();
      for (const label of read()) seen.add(label);
    }
    expect(seen.size).toBe(10);
  });

  it('are first those of addresses that owe nothing and have one under way', () => {
    const { begin, read, turn } = start((label) => label.startsWith('owing'));
    begin('owing1');
    begin('owing2');
    begin('newcomer');
    turn();
    expect(read()).toEqual(['newcomer']);
  });

  it('are those that have begun lately before many that have not got on for long, which have every fourth turn', () => {
    const { begin, pass, read, turn } = start();
    for (let count = 0; count < 40; count++) begin(`before${count}`);
    for (let count = 0; count < 20; count++) turn();
    pass(freshMs + 1);
    for (let count = 0; count < 20; count++) turn();
    const newcomers = ['newcomer1', 'newcomer2'];
    for (const label of newcomers) begin(label);
    turn();
    const turns = Array.from({ length: 8 }, () => {
      turn();
      return read();
    });
    expect(turns.filter((labels) => labels.every((label) => newcomers.includes(label)))).toHaveLength(6);
    expect(turns.filter((labels) => labels.some((label) => label.startsWith('before')))).toHaveLength(2);
  });

  it('are not all of which nothing has come for long: those have their turns, in which what they say at last is read', () => {
    const { begin, pass, read, turn } = start();
    const silent = Array.from({ length: 30 }, (_, at) => begin(`silent${at}`, 0));
    turn();
    expect(read()).toHaveLength(30);
    pass(freshMs + 1);
    turn();
    expect(read().length).toBeLessThanOrEqual(2);
    const looked = new Set<string>();
    for (const one of silent)
      Object.defineProperty(one, 'bytesRead', { get: () => looked.add(one.label) && 0 });
    turn();
    expect(looked.size).toBeLessThanOrEqual(4);
    const seen = new Set<string>();
    for (let count = 0; count < 20; count++) {
      for (const label of read()) seen.add(label);
      turn();
    }
    expect(seen.size).toBe(30);
  });

  it('have their turns one after another where nothing else happens in the process', () => {
    const { begin, idle, pass, read, turn } = start();
    for (let count = 0; count < 8; count++) begin(`silent${count}`, 0);
    pass(freshMs + 1);
    turn();
    const seen = new Set<string>();
    for (let count = 0; count < 8; count++) {
      for (const label of read()) seen.add(label);
      expect(idle()).toBe(true);
    }
    expect(seen.size).toBe(8);
  });

  it('keep no timer where none waits', () => {
    const { begin, idle, pass, reads, turn } = start();
    const silent = Array.from({ length: 8 }, (_, at) => begin(`silent${at}`, 0));
    pass(freshMs + 1);
    turn();
    for (const { socket } of silent) reads.remove(socket);
    expect(idle()).toBe(true);
    expect(idle()).toBe(false);
  });

  it('are none after a long turn in which one was read, for as long, so that others have half of the time', () => {
    const { begin, goOn, read, turn } = start();
    for (const label of ['a', 'b', 'c']) begin(label);
    turn();
    expect(read()).toEqual(['a']);
    turn(250, true);
    expect(read()).toEqual([]);
    turn();
    expect(read()).toEqual([]);
    expect(goOn()).toBe(250);
    expect(read()).toEqual(['b']);
  });

  it('go on after a long turn in which none was read, because it was not for them', () => {
    const { begin, read, turn } = start();
    for (const label of ['a', 'b', 'c']) begin(label);
    turn();
    expect(read()).toEqual(['a']);
    turn(250);
    expect(read()).toEqual(['b']);
  });

  it('are read once they have ended, whether or not it was their turn', () => {
    const { begin, reads, turn } = start();
    const connections = ['a', 'b', 'c'].map((label) => begin(label));
    turn();
    for (const { socket } of connections) reads.remove(socket);
    turn();
    expect(connections.map(({ isRead }) => isRead)).toEqual([true, true, true]);
  });
});
