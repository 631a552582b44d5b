import { once } from 'node:events';
import { Writable } from 'node:stream';
import tls, { type TLSSocket } from 'node:tls';
import { createTestAuthority } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import { OverloadControl } from '../overload/overload-control.ts';
import { GatheredWriter } from './gathered-writes.ts';
import { LoopTurn } from './loop-turn.ts';

function gathered({ isOverloaded }: { readonly isOverloaded: boolean }) {
  const runs: (() => void)[] = [];
  const overload = new OverloadControl();
  Object.defineProperty(overload, 'isOverloaded', { value: isOverloaded });
  const turn = new LoopTurn((run) => void runs.push(run), { overload });
  const written: (string | Buffer)[] = [];
  const socket = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  return { writer: new GatheredWriter(socket, turn), finish: () => runs.shift()?.(), socket, written };
}

/** Every byte that there is, more than once. */
const message = String.fromCharCode(...Array.from({ length: 700 }, (_, i) => i % 256));

describe('what is written to a socket', () => {
  it('goes out in one piece at the end of the turn', () => {
    const { finish, writer, written } = gathered({ isOverloaded: false });
    for (let i = 0; i < 10; i++) writer.write(message);
    expect(written).toEqual([]);
    expect(writer.pendingBytes).toBe(7_000);
    finish();
    expect(written).toEqual([message.repeat(10)]);
    expect(writer.pendingBytes).toBe(0);
  });

  it('waits as bytes where the turns are those of an overload, and is the same to the byte', () => {
    for (const count of [1, 2, 3, 4, 10]) {
      const { finish, writer, written } = gathered({ isOverloaded: true });
      for (let i = 0; i < count; i++) writer.write(message);
      expect(writer.pendingBytes).toBe(count * 700);
      finish();
      expect(written).toHaveLength(1);
      expect(Buffer.from(written[0] as string, 'latin1').toString('latin1')).toBe(message.repeat(count));
      expect(typeof written[0] === 'string').toBe(count < 3);
    }
  });

  it('begins with nothing after each turn, and nothing goes to a socket that is gone', () => {
    const { finish, socket, writer, written } = gathered({ isOverloaded: true });
    for (let i = 0; i < 3; i++) writer.write(message);
    finish();
    writer.write('next');
    finish();
    expect(written[1]).toBe('next');
    for (let i = 0; i < 3; i++) writer.write(message);
    socket.destroy();
    finish();
    expect(written).toHaveLength(2);
    expect(writer.pendingBytes).toBe(0);
  });
});

describe('what is written to a socket of TLS', () => {
  it('is the same to the byte for each peer, those who take nothing for a while among them', async () => {
    const own = await (await createTestAuthority('Contoso Test Root')).issue({
      dnsNames: ['fe1.contoso.example'],
    });
    const peers = 12;
    const sockets: TLSSocket[] = [];
    const server = tls.createServer({ cert: own.chainPem, key: own.keyPem }, (socket) => {
      sockets.push(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const clients = Array.from({ length: peers }, () =>
      tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }),
    );
    await expect.poll(() => sockets.length).toBe(peers);
    // Connections may be accepted in another order than they were asked for.
    const places = clients.map(({ localPort }) =>
      sockets.findIndex(({ remotePort }) => remotePort === localPort),
    );
    const turn = new LoopTurn();
    let taken = 0;
    const writers = sockets.map((socket) => new GatheredWriter(socket, turn));
    for (const writer of writers.slice(0, 2)) writer.onTaken = () => void taken++;
    const sent = sockets.map(() => '');
    // None of them reads yet: more is written than a kernel takes, however much that is.
    let rounds = 0;
    for (; rounds < 200 || sockets.some(({ writableLength }) => writableLength === 0); rounds++) {
      for (const [i, writer] of writers.entries()) {
        const text = `${rounds} for ${i} ${String.fromCharCode(((i * 7 + rounds) % 254) + 1).repeat(7_000)};`;
        sent[i] += text;
        writer.write(text);
      }
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
    const got = clients.map((client) => {
      let text = '';
      client.setEncoding('latin1');
      client.on('data', (piece: string) => {
        text += piece;
      });
      return once(client, 'end').then(() => text);
    });
    for (const [i, writer] of writers.entries()) {
      const last = `last for ${i}`;
      sent[i] += last;
      writer.write(last);
      writer.flush();
      sockets[i]!.end();
    }
    const all = await Promise.all(got);
    expect(all.map((text, i) => text === sent[places[i]!])).toEqual(all.map(() => true));
    expect(taken).toBe(2 * (rounds + 1));
    for (const end of [...sockets, ...clients]) end.destroy();
    server.close();
  });
});
