import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { type Line, lineOf } from './line.ts';

/** Octets that the platform parses at once: no more requests than fit in here are parsed before one of them is answered. */
export const pieceOctets = 512;

/** A connection of a listener of HTTP. */
interface ParsedSocket extends Socket {
  /** Set by the platform while it waits until its answers are taken: octets that it gets meanwhile are a fault. */
  readonly _paused?: boolean;
}

/**
 * Gives the platform's parser what has come on a connection a piece at a time. Left alone, it parses all that one packet has, thousands of
 * requests, before a connection that sends too many ends. What follows a request that is being answered by {@link oneAtATime}, or an answer
 * that the platform has written of its own accord, waits. What follows the last answer is not parsed.
 * @param server - without listeners for `upgrade` and `connect`; of connections that it gets from now on
 */
export function readInPieces(server: HttpServer | HttpsServer): void {
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: ParsedSocket) => {
    const parsers = socket.listeners('data') as ((octets: Buffer) => void)[];
    for (const parser of parsers) socket.removeListener('data', parser);
    const line = lineOf(socket);
    const parse = (octets: Buffer) => {
      for (const parser of parsers) parser.call(socket, octets);
    };
    socket.on('data', (octets: Buffer) => read(socket, line, octets, parse));
  });
}

function read(socket: ParsedSocket, line: Line, octets: Buffer, parse: (octets: Buffer) => void): void {
  for (let at = 0; at < octets.length; at += pieceOctets) {
    if (socket.destroyed || socket.writableEnded) return;
    const rest = octets.subarray(at);
    if (line.hasEnough || socket._paused === true) {
      hold(socket, rest);
      return;
    }
    const written = socket.bytesWritten;
    parse(rest.subarray(0, pieceOctets));
    // The platform refuses some requests itself. The answer that ends the connection has ended it by the next turn.
    if (socket.bytesWritten === written || rest.length <= pieceOctets) continue;
    if (socket.destroyed) return;
    hold(socket, rest.subarray(pieceOctets));
    setImmediate(() => socket.resume());
    return;
  }
}

function hold(socket: Socket, rest: Buffer): void {
  socket.pause();
  socket.unshift(rest);
}
