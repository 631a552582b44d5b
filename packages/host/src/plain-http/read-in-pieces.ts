import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { ParsingTurn } from './parsing-turn.ts';
import { type Line, lineOf } from './request-queue.ts';

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
 * that the platform has written of its own accord, waits, and so does what would take long: in 64 kB there is room for ten thousand chunks of a body, 6 µs
 * each. What follows the last answer is not parsed.
 * @param server - without listeners for `upgrade` and `connect`; of connections that it gets from now on
 * @param now - milliseconds, of a clock that is never set
 */
export function readInPieces(
  server: HttpServer | HttpsServer,
  now: () => number = () => performance.now(),
): void {
  const turn = new ParsingTurn(now);
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: ParsedSocket) => {
    const parsers = socket.listeners('data') as ((octets: Buffer) => void)[];
    for (const parser of parsers) socket.removeListener('data', parser);
    const line = lineOf(socket);
    const parse = (octets: Buffer) => {
      for (const parser of parsers) parser.call(socket, octets);
    };
    const reading: Reading = { line, parse, turn, parsedIn: 0, isDue: false };
    socket.on('data', (octets: Buffer) => read(socket, reading, octets));
  });
}

/** What a connection is read with. */
interface Reading {
  readonly line: Line;
  readonly parse: (octets: Buffer) => void;
  readonly turn: ParsingTurn;
  /** The turn in which a piece of it was parsed last. */
  parsedIn: number;
  /** Whether it goes on in the next turn. */
  isDue: boolean;
}

function read(socket: ParsedSocket, reading: Reading, octets: Buffer): void {
  const { line, parse, turn } = reading;
  turn.begin();
  for (let at = 0; at < octets.length; at += pieceOctets) {
    if (socket.destroyed || socket.writableEnded) return;
    const rest = octets.subarray(at);
    if (line.hasEnough || socket._paused === true) {
      hold(socket, rest);
      return;
    }
    // A handler that reads a body lets the connection go on in the same turn.
    if (reading.parsedIn === turn.count && turn.isOver) {
      goOnLater(socket, reading, rest);
      return;
    }
    const written = socket.bytesWritten;
    parse(rest.subarray(0, pieceOctets));
    reading.parsedIn = turn.count;
    // The platform refuses some requests itself. The answer that ends the connection has ended it by the next turn.
    if (socket.bytesWritten === written || rest.length <= pieceOctets) continue;
    if (socket.destroyed) return;
    goOnLater(socket, reading, rest.subarray(pieceOctets));
    return;
  }
}

function goOnLater(socket: Socket, reading: Reading, rest: Buffer): void {
  hold(socket, rest);
  if (reading.isDue) return;
  reading.isDue = true;
  setImmediate(() => {
    reading.isDue = false;
    socket.resume();
  });
}

function hold(socket: Socket, rest: Buffer): void {
  socket.pause();
  socket.unshift(rest);
}
