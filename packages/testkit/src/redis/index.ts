import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../network/free-ports.ts';
import { spawnTied, type TiedProgram } from '../process/tied-program.ts';

/** Why there is no server to test with; nothing where there is one. CI installs it: there a test must not be skipped. */
export const noRedis: string | undefined =
  process.env.CI !== 'true' && spawnSync('redis-server', ['--version']).status !== 0
    ? 'redis-server is not installed'
    : undefined;

/**
 * A server of Redis of the test's own: its own port, its own folder, every change flushed before it is acknowledged.
 * @param launcher - command line in front of the server
 */
export async function startRedis(launcher: readonly string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'entente-redis-'));
  const [port = 0] = await freePorts(1);
  let running: TiedProgram | undefined;
  const server = {
    place: { host: '127.0.0.1', port },
    /** The same server as a file, for processes in other networks. */
    socket: join(folder, 'redis.sock'),
    async start() {
      const options = {
        port: String(port),
        bind: '127.0.0.1',
        unixsocket: server.socket,
        dir: folder,
        appendonly: 'yes',
        appendfsync: 'always',
        save: '',
        loglevel: 'warning',
      };
      const [program = 'redis-server', ...before] = [...launcher, 'redis-server'];
      running = spawnTied(program, [
        ...before,
        ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
      ]);
      for (const stream of [running.process.stdout, running.process.stderr]) stream?.resume();
      while (!(await answers(port))) {
        const { exitCode } = running.process;
        if (exitCode !== null) throw new Error(`redis-server has ended by itself, with status ${exitCode}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    /** As by `kill -9`. */
    async kill() {
      await running?.[Symbol.asyncDispose]();
      running = undefined;
    },
    /** Sends a command, as an operator would. */
    async command(...parts: string[]): Promise<void> {
      await server.ask(...parts);
    },
    /** Sends a command, and takes the first line of what Redis answers, e.g. `:1` or `+OK`. */
    ask(...parts: string[]): Promise<string> {
      return new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(`${parts.join(' ')}\r\n`));
        socket.once('error', reject);
        socket.once('data', (answer) => {
          socket.destroy();
          resolve(answer.toString().split('\r\n')[0] ?? '');
        });
      });
    },
    async [Symbol.asyncDispose]() {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('error', () => end(false));
    // While it reads its file it answers -LOADING.
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')));
  });
}
