import { mkdtemp } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Packed } from '../../check/packed.ts';
import { startRegistryStub } from '../../check/registry-stub.ts';
import { runCommand } from '../../runner/command.ts';
import { answerStandIns } from './answer-stand-ins.ts';
import { type MachineName, machineNames, readGuideBlocks } from './guide-blocks.ts';
import { type Machine, startMachine } from './machine.ts';
import { packNextVersion } from './next-version.ts';
import { Services } from './services.ts';
import { Terminal } from './terminal.ts';

const guide = fileURLToPath(new URL('../../../docs/guides/two-machines.md', import.meta.url));
/** The release that appears while the network runs: higher than any that will be. */
export const nextVersion = '1000.0.0';
/** The command that asks for the newest release: at first the one that is there, and the next one when it is asked again. */
const asksForRelease = 'npm view';

/** What npm is spared: it asks for packages alone. */
const quiet = 'audit=false\nfund=false\nupdate-notifier=false\n';

/** Addresses of the machines, as in the guide. */
const addresses: Record<MachineName, readonly string[]> = {
  one: ['192.0.2.11/24'],
  two: ['192.0.2.12/24', '198.51.100.12/32'],
};
const hosts: Record<MachineName, readonly string[]> = {
  one: ['ca.contoso.example', 'fe1.contoso.example'],
  two: ['fe2.contoso.example', 'edge1.contoso.example'],
};

/** What a block of the guide printed. */
export interface PlayedBlock {
  readonly on: MachineName;
  readonly commands: string;
  readonly output: string;
}

/**
 * Plays the guide: two machines, each with namespaces of its own, on one link; our packages from their tarballs, installed with plain npm; and
 * each block of the page, in order, in the shell of its machine.
 *
 * @param packed - every package
 * @param log - is told what each block took
 * @returns what each block printed
 * @throws Error with what was printed, where a command fails
 */
export async function playTwoMachines(
  packed: readonly Packed[],
  log: (line: string) => void,
): Promise<readonly PlayedBlock[]> {
  const folder = await mkdtemp(join(tmpdir(), 'entente-machines-'));
  const machines = new Map<MachineName, Machine>();
  const closing: Server[] = [];
  await using registry = await startRegistryStub(packed);
  try {
    const socket = join(folder, 'registry.sock');
    await registry.listen(socket, await npmRegistry());
    const npmrc = `registry=${registry.origin}\n${quiet}`;
    for (const name of machineNames) {
      const asked = { npmrc, port: registry.port, socket };
      machines.set(name, await startMachine({ folder: join(folder, name), name, registry: asked }));
    }
    await connect(machines);
    const known = new Map(
      [...machines].flatMap(([name, machine]) => hosts[name].map((host) => [host, machine])),
    );
    for (const machine of machines.values())
      closing.push(await answerStandIns(machine, new Services(machine), known));
    const terminals = new Map([...machines].map(([name, machine]) => [name, new Terminal(machine)]));
    const release = async (): Promise<void> =>
      registry.publish(await packNextVersion(packed, join(folder, 'next'), nextVersion));
    return await playBlocks({ terminals, release, log });
  } finally {
    for (const server of closing) server.close();
    for (const machine of machines.values()) await machine[Symbol.asyncDispose]();
    // Tens of thousands of files: a program for it takes a fraction of the time.
    await runCommand('rm', ['-rf', folder], { cwd: '/' });
  }
}

interface Play {
  readonly terminals: ReadonlyMap<MachineName, Terminal>;
  /** Publishes the next release. */
  readonly release: () => Promise<void>;
  readonly log: (line: string) => void;
}

/** Every block in order; those of both machines at the same time. */
async function playBlocks({ log, release, terminals }: Play): Promise<readonly PlayedBlock[]> {
  const played: PlayedBlock[] = [];
  let releases = 0;
  for (const { commands, on } of await readGuideBlocks(guide)) {
    if (commands.includes(asksForRelease) && releases++ > 0) await release();
    const run = async (name: MachineName): Promise<void> => {
      const started = performance.now();
      const output = await (terminals.get(name) as Terminal).run(commands);
      const seconds = (performance.now() - started) / 1_000;
      log(`  machine ${name}, ${seconds.toFixed(1)} s: ${commands.split('\n', 1)[0]}`);
      played.push({ on: name, commands, output });
    };
    await Promise.all(on.map(run));
  }
  return played;
}

/** The registry that npm asks here. */
async function npmRegistry(): Promise<string> {
  const { status, stderr, stdout } = await runCommand('npm', ['config', 'get', 'registry'], {
    cwd: tmpdir(),
  });
  if (status !== 0) throw new Error(`npm config get registry: ${stderr}`);
  return stdout.trim().replace(/\/?$/, '/');
}

/** One link between the two, and on each the addresses of the guide. */
async function connect(machines: ReadonlyMap<MachineName, Machine>): Promise<void> {
  const [one, two] = [...machines.values()] as [Machine, Machine];
  const far = ['peer', 'name', 'eth0', 'netns', `${two.pid}`];
  const link = ['link', 'add', 'eth0', 'netns', `${one.pid}`, 'type', 'veth', ...far];
  const { status, stderr } = await runCommand('ip', link, { cwd: '/' });
  if (status !== 0) throw new Error(`no link between the machines: ${stderr}`);
  for (const [name, machine] of machines) {
    for (const address of addresses[name]) machine.run(['ip', 'address', 'add', address, 'dev', 'eth0']);
    machine.run(['ip', 'link', 'set', 'eth0', 'up']);
  }
  one.run(['ip', 'route', 'add', '198.51.100.0/24', 'dev', 'eth0']);
}
