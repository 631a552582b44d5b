import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { PacedHandshakes } from './paced-handshakes.ts';

/** A connection of an address, over which so many octets have come. */
class Connection extends EventEmitter {
  readonly remoteAddress: string;
  readonly label: string;
  bytesRead: number;
  destroyed = false;
  timeoutMs = 0;
  isRead = true;
  readonly _handle = {
    readStart: () => this.#set(true),
    readStop: () => this.#set(false),
  };
  constructor(remoteAddress: string, label: string, bytesRead: number) {
    super();
    this.remoteAddress = remoteAddress;
    this.label = label;
    this.bytesRead = bytesRead;
  }
  #set(isRead: boolean): number {
    this.isRead = isRead;
    return 0;
  }
  get readableLength(): number {
    return this.bytesRead;
  }
  get socket(): Socket {
    return this as unknown as Socket;
  }
  setTimeout(ms: number, run: () => void): void {
    this.timeoutMs = ms;
    if (ms === 0) this.off('timeout', run);
    else this.once('timeout', run);
  }
  destroy(): void {
    this.destroyed = true;
  }
}

function start({ asks = true } = {}) {
  let now = 0;
  let worked = 0;
  const due: { at: number; run: () => void }[] = [];
  const turns: (() => void)[] = [];
  const begun: string[] = [];
  const closed: string[] = [];
  const handshakes: PacedHandshakes = new PacedHandshakes({
    asks,
    silentMs: 10_000,
    begin: (socket) => void begun.push((socket as unknown as Connection).label),
    close: (socket) => {
      closed.push((socket as unknown as Connection).label);
      handshakes.leave(socket);
    },
    now: () => now,
    after: (ms, run) => void due.push({ at: now + ms, run }),
    schedule: (run) => void turns.push(run),
    worked: () => worked,
    atEndOfTurn: (run) => void turns.push(run),
  });
  const turn = () => {
    for (const run of turns.splice(0)) run();
  };
  return {
    begun,
    closed,
    handshakes,
    due,
    turn,
    connect(address: string, label: string, octets = 300): Connection {
      const connection = new Connection(address, label, octets);
      handshakes.add(connection.socket);
      turn();
      return connection;
    },
    /** A chain is verified for a client. */
    compute(connection: Connection, ms: number): void {
      connection.bytesRead += 15_000;
      worked += ms;
    },
    /** A handshake ends with a refusal, for which so long was computed. */
    refuse(connection: Connection, ms: number): void {
      connection.bytesRead += 15_000;
      worked += ms;
      handshakes.ended(connection.socket);
      handshakes.leave(connection.socket);
    },
    welcome(connection: Connection): void {
      connection.bytesRead += 3_000;
      worked += 1;
      handshakes.ended(connection.socket);
      handshakes.passed(connection.socket);
    },
    /** A handshake ends well with a certificate that counts as none. */
    ignore(connection: Connection, ms: number): void {
      connection.bytesRead += 15_000;
      worked += ms;
      handshakes.ended(connection.socket);
      handshakes.ignored(connection.socket);
    },
    leave: (connection: Connection) => handshakes.leave(connection.socket),
    pass(ms: number): void {
      const until = now + ms;
      for (;;) {
        due.sort((one, other) => one.at - other.at);
        const next = due[0];
        if (next === undefined || next.at > until) break;
        due.shift();
        now = next.at;
        next.run();
        turn();
      }
      now = until;
    },
  };
}

const [here, there] = ['192.0.2.1', '192.0.2.2'];

describe('handshakes of an address that owes something', () => {
  it('begin once it has waited, one by one; those of others at once', () => {
    const { begun, connect, pass, refuse } = start();
    refuse(connect(here, 'forged'), 420);
    for (const label of ['first', 'second', 'third']) connect(here, label);
    connect(there, 'other');
    expect(begun).toEqual(['forged', 'other']);
    pass(3_199);
    expect(begun).toHaveLength(2);
    pass(1);
    expect(begun.slice(2)).toEqual(['first']);
    pass(99);
    expect(begun.slice(2)).toEqual(['first']);
    pass(101);
    expect(begun.slice(2)).toEqual(['first', 'second', 'third']);
    pass(100);
    connect(here, 'later');
    expect(begun.at(-1)).toBe('later');
  });

  it('wait again where one that has begun is refused as well', () => {
    const { begun, connect, pass, refuse } = start();
    refuse(connect(here, 'forged'), 420);
    const second = connect(here, 'second');
    connect(here, 'third');
    pass(3_200);
    refuse(second, 300);
    pass(2_900);
    expect(begun).not.toContain('third');
    pass(200);
    expect(begun).toContain('third');
  });

  it('wait also where none that came before was long: what is free is free once', () => {
    const { begun, connect, refuse } = start();
    for (let count = 0; count < 4; count++) refuse(connect(here, `${count}`), 30);
    connect(here, 'next');
    expect(begun).toEqual(['0', '1', '2', '3']);
  });

  it('are owed for as well where they do not end, and are not begun for who has left', () => {
    const { begun, compute, connect, leave, pass, turn } = start();
    const first = connect(here, 'forged');
    compute(first, 420);
    turn();
    leave(first);
    const second = connect(here, 'second');
    leave(second);
    pass(60_000);
    expect(begun).toEqual(['forged']);
    connect(here, 'third');
    expect(begun).toEqual(['forged', 'third']);
  });

  it('are not owed for where they cost little once in a while, or where they ended well', () => {
    const { begun, connect, leave, refuse, welcome } = start();
    refuse(connect(here, 'short'), 3);
    leave(connect(here, 'left'));
    for (let count = 0; count < 200; count++) welcome(connect(here, 'welcome'));
    connect(here, 'next');
    expect(begun).toHaveLength(203);
  });

  it('wait as well at a listener that asks for no certificates', () => {
    const { begun, connect, pass, refuse } = start({ asks: false });
    refuse(connect(here, 'dear'), 420);
    connect(here, 'second');
    connect(there, 'other');
    expect(begun).toEqual(['dear', 'other']);
    pass(3_200);
    expect(begun).toEqual(['dear', 'other', 'second']);
  });
});

describe('a client whose certificate counts as none', () => {
  it('owes nothing for an ordinary handshake, and leaves its place to the next one of its address', () => {
    const { begun, connect, due, ignore } = start();
    for (let count = 0; count < 200; count++) ignore(connect('192.0.2.1', `${count}`), 1.5);
    expect(begun).toHaveLength(200);
    expect(due).toEqual([]);
  });

  it('has its address owe for a chain that was dear, as for one that is refused', () => {
    const { begun, connect, ignore, pass } = start();
    for (let count = 0; count < 3; count++) ignore(connect('192.0.2.1', `${count}`), 80);
    connect('192.0.2.1', 'next');
    connect('192.0.2.2', 'elsewhere');
    expect(begun).toEqual(['0', '1', 'elsewhere']);
    pass(60_000);
    expect(begun).toContain('next');
  });
});

describe('where certificates are asked for', () => {
  it('four handshakes of an address are under way at most, because their chains may come together', () => {
    const { begun, connect, handshakes, leave, turn, welcome } = start();
    const all = Array.from({ length: 8 }, (_, count) => connect(here, `${count}`));
    connect(there, 'other');
    expect(begun).toEqual(['0', '1', '2', '3', 'other']);
    welcome(all[0]!);
    leave(all[2]!);
    // Its verdict needs a revocation list.
    handshakes.ended(all[1]!.socket);
    handshakes.waits(all[1]!.socket);
    turn();
    expect(begun.slice(5)).toEqual(['4', '5', '6']);
    welcome(all[3]!);
    turn();
    expect(begun.slice(8)).toEqual(['7']);
    for (const one of [1, 4, 5, 6, 7]) welcome(all[one]!);
    connect(here, 'later');
    expect(begun.at(-1)).toBe('later');
  });

  it('one whose verdict waits for a list is owed for until it passes', () => {
    const { begun, compute, connect, handshakes, pass, refuse, turn } = start();
    const [first, second] = [connect(here, 'first'), connect(here, 'second')];
    for (const one of [first, second]) {
      compute(one, 120);
      handshakes.ended(one.socket);
      handshakes.waits(one.socket);
    }
    turn();
    connect(here, 'next');
    expect(begun).toEqual(['first', 'second']);
    for (const one of [first, second]) handshakes.passed(one.socket);
    // It looks again when what was owed would have been over.
    pass(1_400);
    expect(begun).toEqual(['first', 'second', 'next']);
    pass(100);
    refuse(connect(here, 'cheap'), 90);
    connect(here, 'last');
    expect(begun.slice(3)).toEqual(['cheap', 'last']);
  });

  it('those that wait for room wait for what is owed meanwhile', () => {
    const { begun, connect, pass, refuse } = start();
    const all = Array.from({ length: 6 }, (_, count) => connect(here, `${count}`));
    refuse(all[0]!, 120);
    for (const one of all.slice(1, 4)) refuse(one, 100);
    expect(begun).toHaveLength(4);
    pass(3_200);
    expect(begun).toHaveLength(5);
    pass(100);
    expect(begun).toHaveLength(6);
  });

  it('one that does not get on for three seconds is closed while others of its address wait, and otherwise not', () => {
    const { begun, closed, connect, pass, welcome } = start();
    const stalled = Array.from({ length: 4 }, (_, count) => connect(here, `${count}`));
    pass(60_000);
    expect(closed).toEqual([]);
    welcome(stalled[0]!);
    connect(here, 'next');
    connect(here, 'waits');
    pass(1_000);
    expect(closed).toEqual(['1', '2', '3']);
    expect(begun.at(-1)).toBe('waits');
  });

  it('one that waits and says nothing has no turn, and is closed in the end', () => {
    const { begun, closed, connect, pass, turn, welcome } = start();
    const all = Array.from({ length: 4 }, (_, count) => connect(here, `${count}`));
    const [first, second, third] = ['a', 'b', 'c'].map((label) => connect(here, label, 0)) as [
      Connection,
      Connection,
      Connection,
    ];
    connect(here, 'speaks');
    welcome(all[0]!);
    expect(begun.slice(4)).toEqual(['speaks']);
    welcome(all[1]!);
    first.bytesRead = 300;
    first.emit('readable');
    turn();
    expect(begun.slice(5)).toEqual(['a']);
    expect(first.timeoutMs).toBe(0);
    expect(first.listenerCount('timeout')).toBe(0);
    expect(second.timeoutMs).toBe(10_000);
    second.emit('timeout');
    expect(second.destroyed).toBe(true);
    // It ends the connection.
    third.emit('readable');
    expect(third.destroyed).toBe(true);
    // Nobody is closed for the sake of those.
    pass(60_000);
    expect(closed).toEqual([]);
    expect(begun).toHaveLength(6);
  });

  it('and for none, all begin', () => {
    const { begun, connect } = start({ asks: false });
    for (let count = 0; count < 8; count++) connect(here, `${count}`, 0);
    expect(begun).toHaveLength(8);
  });

  it('nothing is watched any more once none waits', () => {
    const { connect, due, pass, turn, welcome } = start();
    const all = Array.from({ length: 6 }, (_, count) => connect(here, `${count}`));
    for (const one of all.slice(0, 4)) welcome(one);
    turn();
    pass(1_000);
    expect(due).toEqual([]);
    for (const one of all.slice(4)) welcome(one);
  });

  it('are not all read in one turn where they are of many addresses, which owe nothing yet', () => {
    const { connect, turn } = start();
    const connections = Array.from({ length: 12 }, (_, at) => connect(`192.0.2.${at}`, `${at}`));
    turn();
    expect(connections.filter(({ isRead }) => isRead)).toHaveLength(2);
  });
});
