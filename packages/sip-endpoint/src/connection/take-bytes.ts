import type { Readable } from 'node:stream';

/**
 * Takes what a socket reads, as it comes. A stream of Node hands each chunk over by itself while it flows and nothing waits in it, but asks for much on the
 * way, and looks once more a tick later whether it should read: 3 % of what a MESSAGE takes. So this is asked first; in any other state the stream does what
 * it always does, and so it does with the first chunk: `connect` of `@entente/tls` waits for that one, to know that the peer has not refused us.
 * @param socket - of TLS or TCP: it pushes what comes without being asked. A source that waits for `_read` would wait for ever
 * @param take - takes each chunk; may pause the socket
 */
export function takeBytes(socket: Readable, take: (bytes: Uint8Array) => void): void {
  socket.on('data', take);
  const push = socket.push;
  let isFirst = true;
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    const flows = socket.readableFlowing === true && socket.readableLength === 0 && !socket.destroyed;
    const asAlways = isFirst;
    isFirst = false;
    if (
      asAlways ||
      !flows ||
      !(chunk instanceof Uint8Array) ||
      chunk.length === 0 ||
      socket.listenerCount('data') !== 1
    )
      return push.call(socket, chunk, encoding);
    take(chunk);
    return true;
  };
}
