import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePorts } from '../network/free-ports.ts';
import { spawnTied, type TiedProgram } from '../process/tied-program.ts';
import { asServerUser, findPostgres, serverOwner } from './postgres-programs.ts';

const run = promisify(execFile);

/** Options of {@link startPostgres}. */
export interface PostgresOptions {
  /** Makes the server speak TLS: its certificate with chain, and its key, PEM. */
  readonly tls?: { readonly chainPem: string; readonly keyPem: string };
  /** Settings of `postgresql.conf` beside those of the fixture, e.g. `max_connections`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** An empty folder for the data, which the caller removes, e.g. on a small disk. Default a new one. */
  readonly folder?: string;
}

/** How a server is ended: `fast` rolls back and shuts down, `immediate` leaves recovery to the next start, `kill` is `kill -9`. */
export type PostgresStop = 'fast' | 'immediate' | 'kill';

/** A PostgreSQL server of its own, which ends with this process. */
export interface Postgres extends AsyncDisposable {
  /** Folder of its Unix socket, where any user of the machine may name any role. */
  readonly socketFolder: string;
  /** On 127.0.0.1, with password; also in the name of the Unix socket. */
  readonly port: number;
  /** The superuser, and a password that is valid for it on TCP. */
  readonly user: string;
  /** Valid for that user on TCP, in plain text. */
  readonly password: string;
  /** Ends the server, and waits until it has ended. */
  stop(how: PostgresStop): Promise<void>;
  /** Starts it again on the same data and port, and waits until it accepts connections. */
  start(): Promise<void>;
}

const signals = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const;
const user = 'postgres';
const password = 'correct horse';
/** A start may find what a killed server has left, for as long as its processes are ending. */
const starts = 20;

/**
 * Starts a new PostgreSQL on this machine, in a folder for temporary files. It sorts texts as people do, which is not how addresses are
 * compared.
 * @throws Error where {@link findPostgres} finds none
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const programs = findPostgres();
  if (programs === undefined) throw new Error('there is no PostgreSQL on this machine');
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'entente-postgres-')));
  const data = join(folder, 'data');
  const [port = 0] = await freePorts(1);
  let server: TiedProgram | undefined;

  const own = async (path: string): Promise<void> => {
    const owner = serverOwner();
    if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  };
  const write = async (name: string, text: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, text, { mode: 0o600 });
    await own(file);
    return file;
  };
  const initialise = async (): Promise<void> => {
    await own(folder);
    await mkdir(data, { mode: 0o700 });
    await own(data);
    const passwordFile = await write('password', `${password}\n`);
    const [program, ...before] = asServerUser(programs.initdb);
    const locale = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US', '--encoding=UTF8'];
    const access = ['--auth-local=trust', '--auth-host=scram-sha-256', `--pwfile=${passwordFile}`];
    await run(program, [...before, '-D', data, '-U', user, '--no-sync', ...locale, ...access], {
      cwd: folder,
    });
  };
  const tls = async (): Promise<Readonly<Record<string, string>>> => {
    if (options.tls === undefined) return {};
    const ssl_cert_file = await write('server.crt', options.tls.chainPem);
    return { ssl: 'on', ssl_cert_file, ssl_key_file: await write('server.key', options.tls.keyPem) };
  };
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    max_connections: '60',
    ...options.settings,
  };
  let sets: readonly string[] = [];

  const tryStart = async (): Promise<string | undefined> => {
    const [program, ...before] = asServerUser(programs.postgres);
    const tied = spawnTied(program, [...before, '-D', data, '-p', `${port}`, ...sets], { cwd: folder });
    const complaint: string[] = [];
    const lines = createInterface({ input: tied.process.stderr as NodeJS.ReadableStream });
    const ready = new Promise<boolean>((resolve) => {
      lines.on('line', (line) => {
        if (complaint.length < 100) complaint.push(line);
        if (line.includes('ready to accept connections')) resolve(true);
      });
      tied.process.on('close', () => resolve(false));
    });
    if (!(await ready)) return complaint.join('\n');
    server = tied;
    return undefined;
  };
  const start = async (): Promise<void> => {
    let complaint: string | undefined;
    for (let attempt = 0; attempt < starts; attempt++) {
      complaint = await tryStart();
      if (complaint === undefined) return;
      // What still runs of a killed server holds its shared memory.
      if (!complaint.includes('shared memory') && !complaint.includes('postmaster.pid')) break;
    }
    throw new Error(`PostgreSQL does not start: ${complaint}`);
  };
  const stop = async (how: PostgresStop): Promise<void> => {
    const ending = server;
    if (ending === undefined) return;
    server = undefined;
    const closed = once(ending.process, 'close');
    const [pid] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), signals[how]);
    await closed;
  };
  const dispose = async (): Promise<void> => {
    await server?.[Symbol.asyncDispose]();
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  };

  try {
    await initialise();
    sets = Object.entries({ ...settings, ...(await tls()) }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return { socketFolder: folder, port, user, password, start, stop, [Symbol.asyncDispose]: dispose };
}
