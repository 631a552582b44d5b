import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { spawnTied } from '@entente/testkit/repository';
import { loopbackForwarder } from './loopback-forwarder.ts';
import { standIn, standInNames } from './stand-in.ts';

/** What a machine has when it is new. */
export interface MachineSetting {
  readonly name: string;
  /** Its folders are below this one, which is empty. */
  readonly folder: string;
  /** Its npm asks a registry at this port of loopback, which is behind this file. */
  readonly registry: { readonly port: number; readonly socket: string; readonly npmrc: string };
}

/** Namespaces of the kernel that are a machine for the programs in them: network, processes, host name, and folders that it writes to. */
export interface Machine extends AsyncDisposable {
  readonly name: string;
  /** Its first process, as this machine here counts them. */
  readonly pid: number;
  /** Where its stand-ins for programs of systemd and SSH ask what to do. */
  readonly socket: string;
  /** What comes before a program that is run there, as root. */
  readonly launcher: readonly string[];
  /** Starts a program there. */
  spawn(command: readonly string[], stdin?: 'ignore' | 'pipe'): ChildProcess;
  /** Runs a program of its own to its end. @throws Error where that fails */
  run(command: readonly string[], input?: Buffer): Buffer;
}

const ownFolders = ['opt', 'root', 'var', 'media'] as const;
const overlaid = ['etc', 'usr/local'] as const;

/** The first process: gives itself the folders, and stays. Its number is the one of the host, as long as `/proc` is. */
const first = `
set -e
read -r pid rest < /proc/self/stat
folder=$1
mount -t tmpfs tmpfs "$folder/changes"
for path in ${overlaid.join(' ')}; do
  mkdir -p "$folder/changes/$path.upper" "$folder/changes/$path.work"
  mount -t overlay overlay -o "lowerdir=/$path,upperdir=$folder/changes/$path.upper,workdir=$folder/changes/$path.work" "/$path"
done
for path in ${ownFolders.join(' ')}; do mount --rbind "$folder/$path" "/$path"; done
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
ip link set lo up
echo "pid $pid"
exec sleep infinity
`;

/**
 * Starts a machine. It has no connection but its loopback.
 *
 * @param setting - its name and folders
 */
export async function startMachine({ folder, name, registry }: MachineSetting): Promise<Machine> {
  for (const path of [...ownFolders, 'changes', 'bin', 'var/lib', 'var/tmp', 'var/log'])
    mkdirSync(join(folder, path), { recursive: true });
  const socket = join(folder, 'supervisor.sock');
  const namespaces = ['--net', '--uts', '--mount', '--pid', '--propagation', 'private'];
  const holder = spawnTied('unshare', [
    ...namespaces,
    '--fork',
    '--kill-child=KILL',
    'sh',
    '-c',
    first,
    'sh',
    folder,
  ]);
  const pid = Number(await saidBy(holder.process, /^pid (\d+)$/m));
  const launcher = ['nsenter', `--target=${pid}`, '--net', '--uts', '--mount', '--pid', '--'];
  const environment = [
    'env',
    '-i',
    'HOME=/root',
    'LANG=C.UTF-8',
    `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  ];
  const command = (words: readonly string[]): [string, string[]] => {
    const [program = '', ...args] = [...launcher, ...environment, ...words];
    return [program, args];
  };
  const machine: Machine = {
    name,
    pid,
    socket,
    launcher,
    spawn: (words, stdin = 'ignore') =>
      spawn(...command(words), { stdio: [stdin, 'pipe', 'pipe'], cwd: '/' }),
    run: (words, input) =>
      execFileSync(...command(words), {
        cwd: '/',
        maxBuffer: 2 ** 26,
        ...(input !== undefined && { input }),
      }),
    [Symbol.asyncDispose]: () => holder[Symbol.asyncDispose](),
  };
  try {
    machine.run(['hostname', name]);
    // Node and npm of this run, and what stands in for programs that need a machine which was booted.
    const programs = dirname(process.execPath);
    for (const program of ['node', 'npm'])
      if (programs !== '/usr/local/bin' && existsSync(join(programs, program)))
        machine.run(['ln', '-sf', join(programs, program), `/usr/local/bin/${program}`]);
    for (const program of standInNames) {
      const file = join(folder, 'bin', program);
      writeFileSync(file, standIn(program, socket));
      chmodSync(file, 0o755);
      machine.run(['cp', file, `/usr/local/bin/${program}`]);
    }
    writeFileSync(join(folder, 'root/.npmrc'), registry.npmrc);
    machine.run([
      'sh',
      '-c',
      'printf "127.0.0.1 localhost\\n" > /etc/hosts; printf "nameserver 127.0.0.1\\n" > /etc/resolv.conf',
    ]);
    const forwarding = machine.spawn(['node', '-e', loopbackForwarder, `${registry.port}`, registry.socket]);
    await saidBy(forwarding, /forwarding/);
    return machine;
  } catch (error) {
    await holder[Symbol.asyncDispose]();
    throw error;
  }
}

/** Waits until a program has printed something. @throws Error with what it said, where it ends before */
function saidBy(program: ChildProcess, wanted: RegExp): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    for (const stream of [program.stdout, program.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        const match = wanted.exec(printed);
        if (match !== null) resolve(match[1] ?? '');
      });
    program.once('error', reject);
    program.once('close', () => reject(new Error(`a machine cannot be started: ${printed}`)));
  });
}
