import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs that isolation needs, and the packages that bring them. */
const needed: ReadonlyMap<string, string> = new Map([
  ['setpriv', 'util-linux'],
  ['unshare', 'util-linux'],
  ['ip', 'iproute2'],
]);

/**
 * An address that is not 127.0.0.1, for programs that ignore that one. Everything that nobody here has leads to loopback too: a program that
 * looks for the Internet is seen by a capture of loopback, and answered by no one.
 */
export const ownAddress = '192.0.2.10';

/** Where foreign programs find DNS: the test network's server is on the port that they all expect. */
const resolverConfiguration = 'nameserver 127.0.0.1\noptions timeout:1 attempts:2\n';
const hosts = '127.0.0.1 localhost\n';

/** How long a command that is asked to stop may take. */
const stopMs = 30_000;

/** Whether this process has a network of its own: nothing but loopback, and names resolved by the test network alone. */
export function isIsolated(): boolean {
  const onlyLoopback = Object.values(networkInterfaces())
    .flat()
    .every((entry) => entry?.internal === true);
  return onlyLoopback && readFileSync('/etc/resolv.conf', 'utf8') === resolverConfiguration;
}

/**
 * Runs a command in namespaces of its own, so that it neither reaches nor hears anything else on the machine, foreign programs resolve names
 * by the test network, and all that it starts ends with it: the kernel ends a process namespace with its first process, which is the
 * command, and that one with this process.
 *
 * @param command - program and arguments; it has the standard streams of this process
 * @param signal - asks the command to stop
 * @returns exit status of the command
 * @throws Error where a program is missing
 */
export async function runIsolated(command: readonly string[], signal: AbortSignal): Promise<number> {
  for (const [program, name] of needed) {
    if (spawnSync(program, ['--version']).error !== undefined)
      throw new Error(`${program} is not installed: apt-get install -y --no-install-recommends ${name}`);
  }
  const directory = await mkdtemp(join(tmpdir(), 'entente-interop-'));
  try {
    await writeFile(join(directory, 'resolv.conf'), resolverConfiguration);
    await writeFile(join(directory, 'hosts'), hosts);
    return await run(directory, command, signal);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Run by the first process inside, which then becomes the command. */
const prepare = [
  'set -e',
  'ip link set lo up',
  `ip address add ${ownAddress}/32 dev lo`,
  `ip route add default dev lo src ${ownAddress}`,
  'mount --bind "$1/resolv.conf" /etc/resolv.conf',
  'mount --bind "$1/hosts" /etc/hosts',
  'shift',
  'exec "$@"',
].join('\n');

function run(directory: string, command: readonly string[], signal: AbortSignal): Promise<number> {
  const namespaces = ['--net', '--pid', '--mount', '--mount-proc', '--propagation', 'private'];
  // Anybody else than the superuser becomes it in a namespace of users, where the system has them.
  if (process.getuid?.() !== 0) namespaces.push('--user', '--map-root-user');
  const withUs = ['--pdeathsig', 'KILL', '--', 'unshare', ...namespaces, '--fork', '--kill-child=KILL', '--'];
  const child = spawn('setpriv', [...withUs, 'sh', '-c', prepare, 'sh', directory, ...command], {
    stdio: 'inherit',
  });
  let hard: NodeJS.Timeout | undefined;
  // The parent of the namespace passes no signals on, and takes the command with it.
  const stop = (): void => {
    for (const inside of childrenOf(child.pid as number)) process.kill(inside, 'SIGTERM');
    hard = setTimeout(() => child.kill('SIGKILL'), stopMs);
  };
  signal.addEventListener('abort', stop, { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(hard);
      signal.removeEventListener('abort', stop);
      resolve(status ?? 1);
    });
  });
}

function childrenOf(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').map(Number);
  } catch {
    // It has ended by itself.
    return [];
  }
}
