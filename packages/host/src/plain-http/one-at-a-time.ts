import type { RequestListener } from 'node:http';
import { lineOf } from './request-queue.ts';

/**
 * Answers one request at a time on each connection. Those that a client has sent early are answered in order (RFC 9112 §9.3.2), and
 * nothing more is read from it meanwhile: an answer that nobody takes is then one answer, not as many as fit into a packet. A connection
 * that sends more than four early is closed, as RFC 9112 §9.3.1 lets a server do. A request with two Host fields, of which another
 * server may read the other one, is answered 400, and nothing after it (RFC 9112 §3.2). The server needs {@link readInPieces} too: the
 * platform parses a whole packet before anything is closed.
 * @param listener - answers requests; called for the next one when the answer before has been written, or its connection has ended
 */
export function oneAtATime(listener: RequestListener): RequestListener {
  return (incoming, outgoing) => lineOf(incoming.socket).enter({ incoming, outgoing }, listener);
}
