import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ofATerminal } from '../check/consumer.ts';
import type { Packed } from '../check/packed.ts';
import type { Problem } from '../check/problem.ts';
import { startRegistryStub } from '../check/registry-stub.ts';
import { runCommand } from '../runner/command.ts';
import { settingsThatReach } from './place/newcomer.ts';
import { Program } from './place/program.ts';

/** Seconds that each step took, and all of them until the first message was delivered. */
export interface StepsToDelivery {
  readonly steps: readonly { readonly command: string; readonly seconds: number }[];
  readonly seconds: number;
}

const file = 'apps/create/package.json';
const first = 'npm create @entente my-net';
const runs = /Ctrl-C stops the servers\./;
/** How long all servers may take to start, in milliseconds. */
const startMs = 300_000;

/**
 * Does what a newcomer does who has Node and npm alone, in an empty folder with an empty cache: types `npm create @entente my-net`, and then what
 * that prints, until alice has delivered a message to bob.
 *
 * @param packed - every package; a registry on this machine has them, and npm's own has all others
 * @param log - is told the time
 * @param node - absolute path of the Node that they have
 */
export async function checkCreatedNetwork(
  packed: readonly Packed[],
  log: (line: string) => void,
  node: string,
): Promise<Problem[]> {
  try {
    const { seconds, steps } = await createNetwork(packed, node);
    const each = steps.map(({ command, seconds: one }) => `${command} ${one.toFixed(1)} s`).join(', ');
    log(`${first}, with an empty cache: first delivery after ${seconds.toFixed(1)} s (${each})`);
    return [];
  } catch (error) {
    return [{ file, message: `${first} leads to no delivery: ${(error as Error).message}` }];
  }
}

/**
 * The same, as a measurement.
 *
 * @param packed - every package
 * @param node - absolute path of the Node; default the one that runs this
 * @throws Error with the words of the command that does not do what it should
 */
export async function createNetwork(
  packed: readonly Packed[],
  node: string = process.execPath,
): Promise<StepsToDelivery> {
  const outside = await realpath(await mkdtemp(join(tmpdir(), 'entente-newcomer-')));
  await using registry = await startRegistryStub(packed);
  await mkdir(join(outside, 'empty'));
  const ours = registry.npmOptions.map((option) => option.replace(/^--/, ''));
  const settings = [...(await settingsThatReach(outside)), ...ours, `cache=${join(outside, 'cache')}`];
  await writeFile(join(outside, '.npmrc'), `${settings.join('\n')}\n`);
  const PATH = [dirname(node), process.env.PATH ?? ''].join(delimiter);
  const env = { ...ofATerminal(), HOME: outside, PATH };
  try {
    return await type({ cwd: join(outside, 'empty'), env });
  } finally {
    await rm(outside, { recursive: true, force: true });
  }
}

interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

async function type(at: Place): Promise<StepsToDelivery> {
  const steps: { command: string; seconds: number }[] = [];
  const startedAt = performance.now();
  const timed = async <T>(command: string, done: Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await done;
    steps.push({ command, seconds: (performance.now() - began) / 1_000 });
    return result;
  };
  const created = await timed('npm create', run(first, at));
  // A command a line, and after two spaces or more what it does.
  const next = [...created.matchAll(/^ {2}((?:cd|npm) .*?)(?: {2,}#.*)?$/gm)].map(
    ([, command = '']) => command,
  );
  const [toFolder = '', ...commands] = next;
  const [start, again, hello] = commands.splice(-3);
  if (!toFolder.startsWith('cd ') || again !== toFolder || start !== 'npm start' || hello === undefined)
    throw new Error(
      `expected commands up to npm start, and then one for a second terminal, found ${next.join('; ')}`,
    );
  const inside = { ...at, cwd: join(at.cwd, toFolder.slice('cd '.length)) };
  for (const command of commands) await timed(command, run(command, inside));
  await using terminal = new Program([`PATH=${inside.env.PATH}`, 'npm', 'start'], inside.cwd);
  await timed(start, terminal.says(runs, startMs));
  const delivered = await timed(hello, run(hello, inside));
  const seconds = (performance.now() - startedAt) / 1_000;
  if (!/^✓ delivered in \d+ ms/m.test(delivered)) throw new Error(`${hello} delivers nothing: ${delivered}`);
  const [, explain = ''] = /^ {2}(npx entente explain .*)$/m.exec(delivered) ?? [];
  await run(explain, inside);
  await pressCtrlC(terminal.pid, inside);
  await terminal.ends();
  // The status is that of npm, which says 130 for each Ctrl-C, whatever its script says.
  if (!terminal.output.includes('All servers have stopped'))
    throw new Error(`after Ctrl-C npm start does not say that all has stopped: ${terminal.output}`);
  return { steps, seconds };
}

/** Does what a terminal does: it sends SIGINT to each process of the group, whose first one is the child of the keeper. */
async function pressCtrlC(keeper: number, at: Place): Promise<void> {
  const processes = await run('ps -A -o pid=,ppid=', at);
  const [, first] = new RegExp(`^ *(\\d+) +${keeper}$`, 'm').exec(processes) ?? [];
  if (first === undefined) throw new Error('npm start does not run any more');
  process.kill(-Number(first), 'SIGINT');
}

/** Runs a command as it is printed. @returns what it says @throws Error where it fails */
async function run(command: string, { cwd, env }: Place): Promise<string> {
  const [program = '', ...args] = command.split(' ');
  const { status, stderr, stdout } = await runCommand(program, args, { cwd, env });
  if (status === 0) return stdout;
  throw new Error(`${command} ends with ${status}: ${(stdout + stderr).trim().slice(-2_000)}`);
}
