import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { PublicLimits } from './public-limits.ts';

interface Asking {
  /** Requests whose answers have not ended. */
  underWay: number;
  deadline: NodeJS.Timeout | undefined;
}

/**
 * Closes connections on which no whole header comes in time, the first one or the next. Node looks for them only where the server itself
 * listens, and not where it is handed its connections.
 * @param server - whose connections are watched
 * @param limits - how long a header, and the pause before the next one, may take
 */
export function setHeaderDeadlines(
  server: Server,
  { headersTimeoutMs, keepAliveTimeoutMs }: Pick<PublicLimits, 'headersTimeoutMs' | 'keepAliveTimeoutMs'>,
): void {
  const asking = new WeakMap<Socket, Asking>();
  const wait = (socket: Socket, one: Asking, ms: number): void => {
    one.deadline = setTimeout(() => socket.destroy(), ms);
    one.deadline.unref();
  };
  server.on('connection', (socket: Socket) => {
    const one: Asking = { underWay: 0, deadline: undefined };
    asking.set(socket, one);
    wait(socket, one, headersTimeoutMs);
    socket.once('close', () => clearTimeout(one.deadline));
  });
  server.on('request', ({ socket }: IncomingMessage, outgoing: ServerResponse) => {
    const one = asking.get(socket);
    if (one === undefined) return;
    one.underWay++;
    clearTimeout(one.deadline);
    outgoing.once('close', () => {
      if (--one.underWay === 0 && !socket.destroyed) wait(socket, one, keepAliveTimeoutMs + headersTimeoutMs);
    });
  });
}
