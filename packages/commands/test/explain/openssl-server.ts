import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { spawnTied } from '@entente/testkit/repository';

/** A server that answers until it is disposed of. */
export interface Running extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts `openssl s_server`.
 * @param args - options of it
 */
export async function opensslServer(args: readonly string[]): Promise<Running> {
  const program = spawnTied('openssl', ['s_server', '-accept', '127.0.0.1:0', '-rev', ...args]);
  let said = '';
  const port = await new Promise<number>((resolve, reject) => {
    program.process.stdout?.on('data', (chunk) => {
      said += chunk;
      const accepts = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(said);
      if (accepts !== null) resolve(Number(accepts[1]));
    });
    program.process.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    program.process.once('close', () => reject(new Error(`openssl s_server ended: ${said}`)));
  });
  return { port, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

/** What a server says in the clear: one answer to each message of the client, the first to its arrival where that is written so. */
export interface ClearWords {
  readonly greeting?: string | Uint8Array;
  readonly answers: readonly (string | Uint8Array)[];
}

/**
 * Stands before a TLS server, talks in the clear first, and hands the connection on then.
 * @param words - what it says
 * @param behind - undefined: the connection ends after the words
 */
export async function clearServer(words: ClearWords, behind?: Running): Promise<Running> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    if (words.greeting !== undefined) socket.write(words.greeting);
    const left = [...words.answers];
    const answer = (): void => {
      const next = left.shift();
      if (next === undefined) return;
      if (left.length > 0) socket.once('data', answer);
      socket.write(next);
      if (left.length > 0) return;
      if (behind === undefined) socket.end();
      else join(socket, behind, sockets);
    };
    socket.once('data', answer);
  });
  return { port: await listening(server), [Symbol.asyncDispose]: () => closed(server, sockets, behind) };
}

function join(socket: Socket, { port }: Running, sockets: Set<Socket>): void {
  const onward = connect({ host: '127.0.0.1', port });
  sockets.add(onward);
  onward.on('error', () => socket.destroy()).on('close', () => sockets.delete(onward));
  socket.pipe(onward).pipe(socket);
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server, sockets: ReadonlySet<Socket>, behind?: Running): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  await behind?.[Symbol.asyncDispose]();
}
