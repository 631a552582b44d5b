import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { startWebNetwork } from './testing/web-network.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const places = 6;

/** Web services with six places in all. */
async function start() {
  const network = await startWebNetwork({
    withoutFrontEnds: true,
    limits: { maxConnections: places, maxConnectionsPerAddress: places },
  });
  ends.push(() => network[Symbol.asyncDispose]());
  const options = { port: network.web.port, host: '127.0.0.1', ca: network.root.certificatePem };
  const dial = (localAddress: string): TLSSocket => {
    // `localAddress` is taken by `connect` of net, which this one calls.
    const given = { ...options, servername: 'web1.contoso.example', localAddress };
    const socket = connect(given);
    socket.on('error', () => {}).resume();
    ends.push(() => socket.destroy());
    return socket;
  };
  return {
    /** Connects, and asks for nothing. */
    async hold(localAddress: string): Promise<TLSSocket> {
      const socket = dial(localAddress);
      await once(socket, 'secureConnect');
      return socket;
    },
    /** Asks for the page of web services; gives the first line of the answer, or nothing. */
    async ask(localAddress: string): Promise<string> {
      const socket = dial(localAddress).setEncoding('utf8');
      let received = '';
      socket.on('data', (text: string) => {
        received += text;
      });
      socket.end('GET / HTTP/1.1\r\nHost: web1.contoso.example\r\nConnection: close\r\n\r\n');
      await once(socket, 'close');
      return received.split('\r\n', 1)[0] ?? '';
    },
  };
}

it('users find web services while others hold all places, and only the address that has most of them gives one', async () => {
  const { ask, hold } = await start();
  const few = await hold('127.0.0.3');
  const many: TLSSocket[] = [];
  for (let count = 1; count < places; count++) many.push(await hold('127.0.0.2'));
  for (const address of ['127.0.0.4', '127.0.0.5']) expect(await ask(address)).toBe('HTTP/1.1 200 OK');
  expect(few.closed).toBe(false);
  expect(many.filter(({ closed }) => !closed)).toHaveLength(places - 2);
});
