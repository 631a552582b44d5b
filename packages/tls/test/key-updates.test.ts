import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as tls from 'node:tls';
import { spawnTied } from '@entente/testkit/repository';
import { type ConnectionRefusal, type Credential, connect, serve } from '@entente/tls';
import { afterEach, expect, it, vi } from 'vitest';
import { octetsBelow } from '../src/live/bytes-on-the-wire.ts';
import { ended, presenting, serverName } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
const { common } = servers;
afterEach(() => void vi.useRealTimers());

/** A program of OpenSSL with a certificate, which changes its keys as often as it is told. */
async function openssl(identity: Credential, args: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'entente-key-updates-'));
  const { cert, key } = presenting(identity);
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key);
  const all = [...args, '-cert', certFile, '-key', keyFile, '-tls1_3'];
  const program = spawnTied('openssl', all, { stdin: 'pipe' });
  const { stdin, stderr, stdout } = program.process;
  let isOver = false;
  let output = '';
  const watchers = new Set<() => void>();
  const seen = () => {
    for (const watcher of [...watchers]) watcher();
  };
  for (const stream of [stdout, stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('latin1');
      seen();
    });
  stdin?.on('error', () => {});
  program.process.once('close', () => {
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
  return {
    get isOver() {
      return isOver;
    },
    /** Waits for what it prints. */
    async prints(pattern: RegExp): Promise<string | undefined> {
      await until(() => pattern.test(output));
      return pattern.exec(output)?.[1];
    },
    /** Forgets what it has printed, and changes the keys of its side. */
    changeKeys(): void {
      output = '';
      stdin?.write('K\n');
    },
    say: (text: string) => void stdin?.write(text),
    ended: () => until(() => isOver),
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

/** A client that is connected. */
async function client(port: number) {
  const program = await openssl(servers.world.client, ['s_client', '-connect', `127.0.0.1:${port}`]);
  await program.prints(/hello/);
  return {
    program,
    async changeKeys(times: number): Promise<void> {
      for (let count = 0; count < times; count++) {
        program.changeKeys();
        await program.prints(/KEYUPDATE/);
      }
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** A server that was dialled. */
async function dialled(refusals: ConnectionRefusal[]) {
  const program = await openssl(servers.world.server, ['s_server', '-accept', '127.0.0.1:0']);
  const port = Number(await program.prints(/ACCEPT 127\.0\.0\.1:([0-9]+)/));
  const socket = await connect({
    host: '127.0.0.1',
    port,
    trust: servers.world.trust,
    expect: { mode: 'host', name: serverName },
    allow: [serverName],
    onRefusal: (refusal) => refusals.push(refusal),
  });
  socket.on('error', () => {});
  return {
    socket,
    /** The program writes what it prints to no pipe before it ends: each one is waited for where it comes. */
    async changeKeys(times: number): Promise<void> {
      for (let count = 0; count < times; count++) {
        const before = octetsBelow(socket);
        program.changeKeys();
        while (octetsBelow(socket) === before && !socket.destroyed) await setImmediate();
      }
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await program[Symbol.asyncDispose]();
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
  flooding.program.say('done\n');
  await all;
  expect(server.connections).toBe(2);
  // However idle the machine is, each tenth look is one.
  vi.advanceTimersByTime(10_000);
  await flooding.program.ended();
  expect(server.connections).toBe(1);
  expect(modest.program.isOver).toBe(false);
  expect(servers.refusals).toMatchObject([
    { when: 'live', rejection: { reason: 'throttled', message: expect.stringContaining('key updates') } },
  ]);
});

it('a server that was dialled is closed for it as well, and one that changes them now and then is not', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const refusals: ConnectionRefusal[] = [];
  await using modest = await dialled(refusals);
  await using flooding = await dialled(refusals);
  const end = ended(flooding.socket);
  await modest.changeKeys(50);
  await flooding.changeKeys(3_200);
  vi.advanceTimersByTime(10_000);
  expect((await end).error).toMatchObject({ code: 'ENTENTE_REFUSED', rejection: { reason: 'throttled' } });
  expect(modest.socket.destroyed).toBe(false);
  expect(refusals).toMatchObject([{ when: 'live', rejection: { reason: 'throttled' } }]);
});
