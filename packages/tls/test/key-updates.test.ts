import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { serve } from '@entente/tls';
import { afterEach, expect, it, vi } from 'vitest';
import { presenting } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
const { common } = servers;
afterEach(() => void vi.useRealTimers());

/** A client of OpenSSL that is connected, and changes its keys as often as it is told. */
async function client(port: number) {
  const directory = await mkdtemp(join(tmpdir(), 'entente-key-updates-'));
  const { cert, key } = presenting(servers.world.client);
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key);
  const own = ['-cert', certFile, '-key', keyFile, '-tls1_3'];
  // It ends with its standard input, and so with this process.
  const program = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...own]);
  const { stdin, stderr, stdout } = program;
  let isOver = false;
  let output = '';
  const watchers = new Set<() => void>();
  const seen = () => {
    for (const watcher of [...watchers]) watcher();
  };
  for (const stream of [stdout, stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('latin1');
      seen();
    });
  stdin.on('error', () => {});
  program.once('close', () => {
    isOver = true;
    seen();
  });
  const until = (isThere: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!isThere() && !isOver) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });
  await until(() => output.includes('hello'));
  return {
    get isOver() {
      return isOver;
    },
    /** Changes the keys of its side, and waits until that is sent. */
    async changeKeys(times: number): Promise<void> {
      for (let count = 0; count < times; count++) {
        output = '';
        stdin.write('K\n');
        await until(() => output.includes('KEYUPDATE'));
      }
    },
    say: (text: string) => void stdin.write(text),
    ended: () => until(() => isOver),
    async [Symbol.asyncDispose]() {
      program.kill();
      await until(() => isOver);
      await rm(directory, { recursive: true });
    },
  };
}

it('a client that changes its keys without end is closed, and one that changes them now and then is not', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  let heard = () => {};
  const all = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const server = await serve(tls, common(), (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => heard());
    socket.write('hello');
  });
  servers.closeAfterwards(() => server.close());
  await using modest = await client(server.port);
  await using flooding = await client(server.port);
  await modest.changeKeys(50);
  await flooding.changeKeys(3_200);
  // What comes in their order has come after them.
  flooding.say('done\n');
  await all;
  expect(server.connections).toBe(2);
  // However idle the machine is, each tenth look is one.
  vi.advanceTimersByTime(10_000);
  await flooding.ended();
  expect(server.connections).toBe(1);
  expect(modest.isOver).toBe(false);
  expect(servers.refusals).toMatchObject([
    { when: 'live', rejection: { reason: 'throttled', message: expect.stringContaining('key updates') } },
  ]);
});
