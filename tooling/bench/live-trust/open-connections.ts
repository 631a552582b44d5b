import type { TLSSocket } from 'node:tls';
import { type ConnectOptions, connect } from '@entente/tls';
import { type ClosedEnd, monotonicMs, type Opening } from './order.ts';

/** As whom, and where to, connections are opened. */
export type Dialling = Pick<
  ConnectOptions,
  'trust' | 'identity' | 'allow' | 'host' | 'port' | 'expect' | 'link'
>;

/** Handshakes at once. */
const atOnce = 8;
/** For the answer to a greeting. */
const answerMs = 20_000;
const ping = Buffer.from('\r\n\r\n');

/**
 * Opens connections that stay open, each admitted by both ends.
 *
 * @param dialling - as whom, and where to
 * @param openings - one for each connection
 * @param onClosed - called when one closes, for whatever reason
 * @returns their local ports, in the order of the openings
 * @throws Error where one is not admitted
 */
export async function openConnections(
  dialling: Dialling,
  openings: readonly Opening[],
  onClosed: (closed: ClosedEnd) => void,
): Promise<readonly number[]> {
  const localPorts: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < openings.length; index = next++) {
      const opening = openings[index] as Opening;
      const socket = await connect(dialling);
      socket.once('close', () => onClosed({ id: opening.id, end: 'dialled', at: monotonicMs() }));
      await answered(socket, opening);
      answerKeepAlives(socket);
      localPorts[index] = socket.localPort ?? 0;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return localPorts;
}

/** Other servers ask on a connection whether we are there, and close it where nobody answers (RFC 5626 §3.5.1). */
function answerKeepAlives(socket: TLSSocket): void {
  socket.on('data', (bytes: Buffer) => {
    if (bytes.equals(ping)) socket.write('\r\n');
  });
}

function answered(socket: TLSSocket, { greeting, id }: Opening): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new Error(`${id}: ${why}`));
    };
    const timer = setTimeout(() => fail('no answer to the greeting'), answerMs);
    socket.once('error', (error) => fail(error.message));
    socket.once('close', () => fail('closed before the answer'));
    socket.once('data', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.write(greeting);
  });
}
