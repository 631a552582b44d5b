import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { takeBytes } from './take-bytes.ts';

function taken() {
  const socket = new Readable({ read() {} });
  const chunks: string[] = [];
  takeBytes(socket, (bytes) => chunks.push(Buffer.from(bytes).toString()));
  return { socket, chunks };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('what a socket reads', () => {
  it('is handed over as it comes, before the call that brings it has returned', async () => {
    const { chunks, socket } = taken();
    await nextTurn();
    expect(socket.push(Buffer.from('one'))).toBe(true);
    expect(chunks).toEqual(['one']);
    expect(socket.readableLength).toBe(0);
  });

  it('shows the first chunk, and the end, to what has put a push of its own there before', async () => {
    const socket = new Readable({ read() {} });
    const seen: unknown[] = [];
    const push = socket.push;
    socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
      seen.push(chunk === null ? 'end' : String(chunk));
      return push.call(socket, chunk, encoding);
    };
    const chunks: string[] = [];
    takeBytes(socket, (bytes) => chunks.push(Buffer.from(bytes).toString()));
    await nextTurn();
    for (const text of ['one', 'two']) socket.push(Buffer.from(text));
    socket.push(null);
    expect(chunks).toEqual(['one', 'two']);
    expect(seen).toEqual(['one', 'end']);
  });

  it('waits while the socket is paused, asks its source to stop, and comes in order afterwards', async () => {
    const { chunks, socket } = taken();
    await nextTurn();
    socket.pause();
    socket.push(Buffer.from('one'));
    expect(socket.push(Buffer.alloc(socket.readableHighWaterMark))).toBe(false);
    expect(chunks).toEqual([]);
    socket.resume();
    // It flows again, and what has waited comes first.
    socket.push(Buffer.from('last'));
    expect(chunks).toEqual([]);
    await nextTurn();
    expect(chunks.map((chunk) => chunk.length)).toEqual([3, socket.readableHighWaterMark, 4]);
    socket.push(Buffer.from('more'));
    expect(chunks.at(-1)).toBe('more');
  });

  it('waits from the chunk on that had it paused, and its end comes after what has waited', async () => {
    const socket = new Readable({ read() {} });
    const seen: string[] = [];
    takeBytes(socket, (bytes) => {
      seen.push(Buffer.from(bytes).toString());
      if (seen.length === 1) socket.pause();
    });
    socket.on('end', () => seen.push('end'));
    await nextTurn();
    for (const text of ['one', 'two', 'three']) socket.push(Buffer.from(text));
    socket.push(null);
    await nextTurn();
    expect(seen).toEqual(['one']);
    socket.resume();
    await nextTurn();
    expect([seen.slice(1, -1).join(''), seen.at(-1)]).toEqual(['twothree', 'end']);
  });

  it('is not taken of a socket that was ended meanwhile', async () => {
    const { chunks, socket } = taken();
    await nextTurn();
    socket.destroy();
    socket.push(Buffer.from('late'));
    await nextTurn();
    expect(chunks).toEqual([]);
  });

  it('is followed by the end of the stream', async () => {
    const { chunks, socket } = taken();
    const seen: string[] = [];
    socket.on('end', () => seen.push(`end after ${chunks.length}`));
    await nextTurn();
    socket.push(Buffer.from('one'));
    socket.push(null);
    await nextTurn();
    expect(seen).toEqual(['end after 1']);
  });

  it('reaches others who listen as well', async () => {
    const { chunks, socket } = taken();
    const others: string[] = [];
    socket.on('data', (bytes: Buffer) => others.push(bytes.toString()));
    await nextTurn();
    socket.push(Buffer.from('one'));
    await nextTurn();
    expect([chunks, others]).toEqual([['one'], ['one']]);
  });
});
