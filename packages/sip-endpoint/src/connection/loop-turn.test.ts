import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ArrivedBytes } from './arrived-bytes.ts';
import { LoopTurn, maxReaders } from './loop-turn.ts';

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

describe('very many connections', () => {
  it('do not all wait: one beyond the most reads at once', () => {
    const { finish, scheduled, turn } = turnByHand();
    const read: string[] = [];
    const sockets = Array.from({ length: maxReaders + 1 }, (_, i) => {
      const socket = new PassThrough();
      new ArrivedBytes(socket, turn, () => void read.push(`${i}`));
      return socket;
    });
    for (const socket of sockets) socket.emit('data', Buffer.from('x'));
    expect(read).toEqual([`${maxReaders}`]);
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
    new ArrivedBytes(socket, turn, (bytes) => void read.push(Buffer.from(bytes).toString('latin1')));
    const come = (text: string) => void socket.emit('data', Buffer.from(text, 'latin1'));
    return { come, finish, read, scheduled, socket };
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

  it('never wait more than one chunk at a time, and keep their order', () => {
    const { come, finish, read, scheduled } = arriving();
    come('one');
    come('two');
    come('three');
    expect(read).toEqual(['one', 'two']);
    expect(scheduled()).toBe(1);
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
