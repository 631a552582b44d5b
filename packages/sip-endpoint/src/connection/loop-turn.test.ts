import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { defaultOverloadRules, OverloadControl } from '../overload/overload-control.ts';
import { QueueDelay } from '../overload/queue-delay.ts';
import { ArrivedBytes, maxChunksOfPeer } from './arrived-bytes.ts';
import { LoopTurn, maxChunks } from './loop-turn.ts';

function turnByHand() {
  const runs: (() => void)[] = [];
  const turn = new LoopTurn((run) => void runs.push(run));
  const done: string[] = [];
  return {
    turn,
    done,
    scheduled: () => runs.length,
    finish: () => runs.shift()?.(),
    reader: (name: string, then = () => {}) => ({
      readArrived() {
        done.push(`read ${name}`);
        then();
      },
    }),
    writer: (name: string, then = () => {}) => ({
      flush() {
        done.push(`write ${name}`);
        then();
      },
    }),
  };
}

describe('a turn of the event loop', () => {
  it('reads from all connections before it writes to any, and writes in the same turn what was read', () => {
    const { done, finish, reader, scheduled, turn, writer } = turnByHand();
    turn.writes(writer('before'));
    turn.reads(reader('a', () => turn.writes(writer('a'))));
    turn.reads(reader('b', () => turn.writes(writer('b'))));
    expect(scheduled()).toBe(1);
    finish();
    expect(done).toEqual(['read a', 'read b', 'write before', 'write a', 'write b']);
    expect(scheduled()).toBe(0);
  });

  it('leaves for the next turn what comes while it reads, or is written while it writes', () => {
    const { done, finish, reader, scheduled, turn, writer } = turnByHand();
    turn.reads(reader('a', () => turn.reads(reader('late'))));
    turn.writes(writer('a', () => turn.writes(writer('late'))));
    finish();
    expect(done).toEqual(['read a', 'write a']);
    expect(scheduled()).toBe(1);
    finish();
    expect(done).toEqual(['read a', 'write a', 'read late', 'write late']);
    expect(scheduled()).toBe(0);
  });
});

describe('a turn that lasts', () => {
  it('asks after each connection whether too much waits by now, and those behind it find that', () => {
    let now = 0;
    const runs: (() => void)[] = [];
    const overload = new OverloadControl();
    const { intervalMs, targetMs } = defaultOverloadRules;
    const delay = new QueueDelay({ now: () => now, slept: () => 0 });
    const turn = new LoopTurn((run) => void runs.push(run), { delay, overload });
    const found: boolean[] = [];
    const reader = {
      readArrived() {
        found.push(overload.isOverloaded);
        now += targetMs + intervalMs - 1;
      },
    };
    for (let i = 0; i < 3; i++) turn.reads({ ...reader });
    runs.shift()?.();
    expect(found).toEqual([false, false, true]);
  });
});

describe('a turn beside other programs', () => {
  it('gives new work the time that a processor works for the process, and not what passes', () => {
    let now = 0;
    let worked = 0;
    const delay = new QueueDelay({ now: () => now, slept: () => 0, worked: () => worked });
    const runs: (() => void)[] = [];
    const turn = new LoopTurn((run) => void runs.push(run), { delay });
    const asked: boolean[] = [];
    const reader = {
      readArrived() {
        now += 1_000;
        worked += 0.6 * defaultOverloadRules.newMs;
        for (let i = 0; i <= defaultOverloadRules.leastNewPerTurn; i++) {
          const isTaken = turn.overload.admits({ peer: `${i}`, urgency: 'new' }, now);
          if (i === defaultOverloadRules.leastNewPerTurn) asked.push(isTaken);
        }
      },
    };
    const late = {
      readArrived() {
        now += 1_000;
      },
    };
    turn.reads(late);
    runs.shift()?.();
    for (let i = 0; i < 2; i++) turn.reads({ ...reader });
    runs.shift()?.();
    expect(asked).toEqual([true, false]);
  });
});

describe('a turn with more to read than is possible', () => {
  /** Reads of a flood, a link and one request, in the order in which they have come. */
  function readAll(isOverloaded: boolean): readonly string[] {
    let now = 0;
    const runs: (() => void)[] = [];
    const overload = new OverloadControl();
    const delay = new QueueDelay({ now: () => now, slept: () => 0 });
    const turn = new LoopTurn((run) => void runs.push(run), { delay, overload });
    if (isOverloaded) {
      turn.reads({
        readArrived() {
          now += 10_000;
        },
      });
      runs.shift()?.();
    }
    expect(overload.isOverloaded).toBe(isOverloaded);
    const read: string[] = [];
    for (const [name, chunks, isShared] of [
      ['flood', 5, false],
      ['link', 9, true],
      ['one', 1, false],
    ] as const) {
      const socket = new PassThrough();
      new ArrivedBytes(socket, turn, () => void read.push(name), isShared);
      for (let i = 0; i < chunks; i++) socket.emit('data', Buffer.alloc(1_000));
    }
    for (const run of runs.splice(0)) run();
    return [...new Set(read)];
  }

  it('reads first from those who have sent little lately, and leaves a link its place', () => {
    expect(readAll(true)).toEqual(['one', 'link', 'flood']);
  });

  it('counts what has come within half a second, not what waits: a flood of short messages is one', () => {
    let now = 0;
    const runs: (() => void)[] = [];
    const overload = new OverloadControl();
    const delay = new QueueDelay({ now: () => now, slept: () => 0 });
    const turn = new LoopTurn((run) => void runs.push(run), { delay, overload });
    const read: string[] = [];
    const open = (name: string) => {
      const socket = new PassThrough();
      new ArrivedBytes(socket, turn, () => void read.push(name), false);
      return (bytes: number) => socket.emit('data', Buffer.alloc(bytes));
    };
    const [flood, long] = [open('flood'), open('long')];
    const finish = (): readonly string[] => {
      read.length = 0;
      // As long as requests are refused there is too much to do.
      overload.admits({ peer: 'another', urgency: 'first-registration' }, now + 1_000);
      for (const run of runs.splice(0)) run();
      return [...read];
    };
    // Behind a turn of a second; each one after it takes 30 ms.
    turn.reads({
      readArrived() {
        now += 1_000;
      },
    });
    finish();
    for (let i = 0; i < 16; i++) {
      flood(700);
      finish();
      now += 30;
    }
    flood(700);
    long(4_000);
    expect(finish()).toEqual(['long', 'flood']);
    // Half a second and more later nothing of it counts any more.
    now += 2_000;
    flood(700);
    long(4_000);
    expect(finish()).toEqual(['flood', 'long']);
  });

  it('reads in the order in which it came where it has not', () => {
    expect(readAll(false)).toEqual(['flood', 'link', 'one']);
  });
});

describe('bytes that wait', () => {
  it('are copies, and not overwritten before they are read', () => {
    const runs: (() => void)[] = [];
    const overload = new OverloadControl({ ...defaultOverloadRules, intervalMs: 0 });
    let now = 0;
    const delay = new QueueDelay({ now: () => (now += 300), slept: () => 0 });
    const turn = new LoopTurn((run) => void runs.push(run), { delay, overload });
    const read: string[] = [];
    const open = (then = (_text: string) => {}) => {
      const socket = new PassThrough();
      new ArrivedBytes(
        socket,
        turn,
        (bytes) => {
          const text = Buffer.from(bytes).toString('latin1');
          read.push(text);
          then(text);
        },
        false,
      );
      return (text: string) => {
        const bytes = Buffer.from(text, 'latin1');
        socket.emit('data', bytes);
        bytes.fill('x');
      };
    };
    turn.reads({ readArrived() {} });
    runs.shift()?.();
    expect(overload.isOverloaded).toBe(true);
    const other = open();
    const late = open();
    const first = open((text) => {
      if (text === 'a') other('while others are read');
    });
    first('a');
    first('b');
    runs.shift()?.();
    late('in the next turn');
    runs.shift()?.();
    expect(read).toEqual(['a', 'b', 'while others are read', 'in the next turn']);
  });
});

describe('very many connections', () => {
  it('do not all wait: one beyond the most reads at once', () => {
    const { finish, scheduled, turn } = turnByHand();
    const read: string[] = [];
    const sockets = Array.from({ length: maxChunks + 1 }, (_, i) => {
      const socket = new PassThrough();
      new ArrivedBytes(socket, turn, () => void read.push(`${i}`), false);
      return socket;
    });
    for (const socket of sockets) socket.emit('data', Buffer.from('x'));
    expect(read).toEqual([`${maxChunks}`]);
    finish();
    expect(read).toHaveLength(sockets.length);
    expect(scheduled()).toBe(0);
  });
});

describe('a reader that throws', () => {
  it('leaves the others, and what is written, for the next turn', () => {
    const { done, finish, reader, scheduled, turn, writer } = turnByHand();
    const broken = reader('a', () => {
      throw new Error('broken');
    });
    turn.writes(writer('a'));
    turn.reads(broken);
    turn.reads(reader('b'));
    expect(finish).toThrow('broken');
    expect(scheduled()).toBe(1);
    finish();
    expect(done).toEqual(['read a', 'read b', 'write a']);
    expect(scheduled()).toBe(0);
  });
});

describe('bytes that have come', () => {
  function arriving() {
    const { finish, scheduled, turn } = turnByHand();
    const socket = new PassThrough();
    const read: string[] = [];
    new ArrivedBytes(socket, turn, (bytes) => void read.push(Buffer.from(bytes).toString('latin1')), false);
    const come = (text: string) => void socket.emit('data', Buffer.from(text, 'latin1'));
    return { come, finish, read, scheduled, socket, turn };
  }

  it('are read at the end of the turn, once', () => {
    const { come, finish, read, scheduled } = arriving();
    come('one');
    expect(read).toEqual([]);
    finish();
    expect(read).toEqual(['one']);
    expect(scheduled()).toBe(0);
    come('two');
    finish();
    expect(read).toEqual(['one', 'two']);
  });

  it('wait for the end of the turn in so many chunks of a peer and no more, and keep their order', () => {
    const { come, finish, read, scheduled } = arriving();
    const chunks = Array.from({ length: maxChunksOfPeer + 1 }, (_, i) => `${i}`);
    for (const chunk of chunks.slice(0, maxChunksOfPeer)) come(chunk);
    expect(read).toEqual([]);
    come(chunks[maxChunksOfPeer] as string);
    expect(read).toEqual(chunks.slice(0, maxChunksOfPeer));
    expect(scheduled()).toBe(1);
    finish();
    expect(read).toEqual(chunks);
    expect(scheduled()).toBe(0);
  });

  it('are read in the next turn where the reading of those before throws', () => {
    const { finish, turn } = turnByHand();
    const socket = new PassThrough();
    const read: string[] = [];
    new ArrivedBytes(
      socket,
      turn,
      (bytes) => {
        read.push(`${bytes}`);
        if (read.length === 1) throw new Error('broken');
      },
      false,
    );
    for (const text of ['one', 'two']) socket.emit('data', Buffer.from(text));
    expect(finish).toThrow('broken');
    expect(read).toEqual(['one']);
    finish();
    expect(read).toEqual(['one', 'two']);
  });

  it('are read in their order where too many chunks of others wait', () => {
    const { come, finish, read, turn } = arriving();
    come('one');
    while (turn.holds());
    come('two');
    expect(read).toEqual(['one', 'two']);
    finish();
    come('three');
    expect(read).toEqual(['one', 'two']);
    finish();
    expect(read).toEqual(['one', 'two', 'three']);
  });

  it('are read before the end of the stream is heard', () => {
    const { come, finish, read, socket } = arriving();
    socket.on('end', () => void read.push('end'));
    come('last');
    socket.emit('end');
    expect(read).toEqual(['last', 'end']);
    finish();
    expect(read).toEqual(['last', 'end']);
  });

  it('are not read where the connection was ended before the turn was over', () => {
    const { come, finish, read, socket } = arriving();
    come('one');
    socket.destroy();
    finish();
    expect(read).toEqual([]);
  });
});

describe('the delay of a turn', () => {
  it('is measured when its first bytes come, and once however many come', () => {
    const times: number[] = [];
    const delay = new QueueDelay({ now: () => 5 * times.push(0), slept: () => 0 });
    times.length = 0;
    const runs: (() => void)[] = [];
    const turn = new LoopTurn((run) => void runs.push(run), { delay });
    const reader = { readArrived() {} };
    for (let i = 0; i < 3; i++) turn.reads(reader);
    turn.writes({ flush() {} });
    expect(times.length).toBe(1);
    runs.shift()?.();
    expect(times.length, 'once more for each connection that was read').toBe(4);
    turn.writes({ flush() {} });
    runs.shift()?.();
    expect(times.length, 'what is written alone has not waited').toBe(4);
    turn.reads(reader);
    expect(times.length).toBe(5);
  });

  it('decides whether new requests are asked about', () => {
    let now = 0;
    const delay = new QueueDelay({ now: () => now, slept: () => 0 });
    const runs: (() => void)[] = [];
    const turn = new LoopTurn((run) => void runs.push(run), { delay });
    for (; now < 2_000; now += 300) {
      turn.reads({ readArrived() {} });
      runs.shift()?.();
    }
    expect(turn.overload.isOverloaded).toBe(true);
  });
});
