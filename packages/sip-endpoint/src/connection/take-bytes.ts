import type { Readable } from 'node:stream';
import { readShared } from './shared-reads.ts';

/**
 * Takes what a socket reads, as it comes. A stream of Node hands each chunk over by itself while it flows and nothing waits in it, but asks for much on the
 * way, and looks once more a tick later whether it should read: 3 % of what a MESSAGE takes. So this is asked first; in any other state the stream does what
 * it always does, and so it does with the first chunk: `connect` of `@entente/tls` waits for that one, to know that the peer has not refused us.
 * @param socket - of TLS or TCP: it pushes what comes without being asked. A source that waits for `_read` would wait for ever
 * @param take - takes each chunk, which may be overwritten once it has returned; may pause the socket
 */
export function takeBytes(socket: Readable, take: (bytes: Uint8Array) => void): void {
  socket.on('data', take);
  const push = socket.push;
  let isFirst = true;
  const isTaken = (chunk: Uint8Array): boolean => {
    const flows = socket.readableFlowing === true && socket.readableLength === 0 && !socket.destroyed;
    const asAlways = isFirst;
    isFirst = false;
    if (asAlways || !flows || chunk.length === 0 || socket.listenerCount('data') !== 1) return false;
    take(chunk);
    return true;
  };
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean =>
    (chunk instanceof Uint8Array && isTaken(chunk)) || push.call(socket, chunk, encoding);
  // What waits in the stream has to be there later.
  readShared(socket, (bytes) => isTaken(bytes) || push.call(socket, Buffer.from(bytes)));
}
