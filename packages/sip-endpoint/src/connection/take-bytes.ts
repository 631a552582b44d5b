import type { Readable } from 'node:stream';

/**
 * Takes what a socket reads, as it comes. A stream of Node hands each chunk over by itself while it flows and nothing waits in it, but asks for much on the
 * way, and looks once more a tick later whether it should read: 3 % of what a MESSAGE takes. So this is asked first; whatever else a stream may be
 * doing, it does as always.
 * @param socket - whose listeners for `data` are set after this
 * @param take - takes each chunk
 */
export function takeBytes(socket: Readable, take: (bytes: Uint8Array) => void): void {
  socket.on('data', take);
  const push = socket.push;
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    const flows = socket.readableFlowing === true && socket.readableLength === 0;
    if (!flows || !(chunk instanceof Uint8Array) || socket.listenerCount('data') !== 1)
      return push.call(socket, chunk, encoding);
    take(chunk);
    return true;
  };
}
