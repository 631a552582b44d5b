import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { HandshakeQueue, handshakesPerTurn } from './handshake-queue.ts';

function start() {
  const runs: (() => void)[] = [];
  const begun: Socket[] = [];
  const queue = new HandshakeQueue(
    (socket) => void begun.push(socket),
    (run) => void runs.push(run),
  );
  const sockets = Array.from({ length: 2 * handshakesPerTurn + 3 }, () => new Socket());
  return { begun, queue, sockets, turn: () => runs.shift()?.(), scheduled: () => runs.length };
}

it('begins so many handshakes in a turn and no more, in the order in which the connections came', () => {
  const { begun, queue, scheduled, sockets, turn } = start();
  for (const socket of sockets) queue.add(socket);
  expect(begun).toEqual(sockets.slice(0, handshakesPerTurn));
  turn();
  expect(begun.length).toBe(2 * handshakesPerTurn);
  turn();
  expect(begun).toEqual(sockets);
  turn();
  expect(scheduled(), 'nothing is left to do').toBe(0);
});

it('lets nobody overtake those that wait', () => {
  const { begun, queue, sockets, turn } = start();
  for (const socket of sockets) queue.add(socket);
  turn();
  const late = new Socket();
  queue.add(late);
  expect(begun).not.toContain(late);
  turn();
  expect(begun.at(-1)).toBe(late);
});

it('begins none for a connection that was closed meanwhile, and survives its reset', () => {
  const { begun, queue, sockets, turn } = start();
  for (const socket of sockets) queue.add(socket);
  const [reset, closed] = sockets.slice(-2) as [Socket, Socket];
  reset.emit('error', new Error('ECONNRESET'));
  reset.destroy();
  queue.remove(closed);
  turn();
  turn();
  expect(begun.length).toBe(sockets.length - 2);
  expect(queue.waiting).toBe(0);
});
