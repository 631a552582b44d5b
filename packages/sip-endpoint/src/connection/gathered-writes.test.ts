import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { OverloadControl } from '../overload/overload-control.ts';
import { GatheredWriter } from './gathered-writes.ts';
import { LoopTurn } from './loop-turn.ts';

function gathered({ isOverloaded }: { readonly isOverloaded: boolean }) {
  const runs: (() => void)[] = [];
  const overload = new OverloadControl();
  Object.defineProperty(overload, 'isOverloaded', { value: isOverloaded });
  const turn = new LoopTurn((run) => void runs.push(run), { overload });
  const written: (string | Buffer)[] = [];
  const socket = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  return { writer: new GatheredWriter(socket, turn), finish: () => runs.shift()?.(), socket, written };
}

/** Every byte that there is, more than once. */
const message = String.fromCharCode(...Array.from({ length: 700 }, (_, i) => i % 256));

describe('what is written to a socket', () => {
  it('goes out in one piece at the end of the turn', () => {
    const { finish, writer, written } = gathered({ isOverloaded: false });
    for (let i = 0; i < 10; i++) writer.write(message);
    expect(written).toEqual([]);
    expect(writer.pendingBytes).toBe(7_000);
    finish();
    expect(written).toEqual([message.repeat(10)]);
    expect(writer.pendingBytes).toBe(0);
  });

  it('waits as bytes where the turns are those of an overload, and is the same to the byte', () => {
    for (const count of [1, 2, 3, 4, 10]) {
      const { finish, writer, written } = gathered({ isOverloaded: true });
      for (let i = 0; i < count; i++) writer.write(message);
      expect(writer.pendingBytes).toBe(count * 700);
      finish();
      expect(written).toHaveLength(1);
      expect(Buffer.from(written[0] as string, 'latin1').toString('latin1')).toBe(message.repeat(count));
      expect(typeof written[0] === 'string').toBe(count < 3);
    }
  });

  it('begins with nothing after each turn, and nothing goes to a socket that is gone', () => {
    const { finish, socket, writer, written } = gathered({ isOverloaded: true });
    for (let i = 0; i < 3; i++) writer.write(message);
    finish();
    writer.write('next');
    finish();
    expect(written[1]).toBe('next');
    for (let i = 0; i < 3; i++) writer.write(message);
    socket.destroy();
    finish();
    expect(written).toHaveLength(2);
    expect(writer.pendingBytes).toBe(0);
  });
});
