import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BenchOptions, type BenchOutcome, type BenchSuite, measured } from '../suite.ts';

/** What the help of the command line costs the processor, as it is installed, beside a Node that does nothing. */
export const suite: BenchSuite = { name: 'command', run };

const program = fileURLToPath(new URL('../../../apps/cli/dist/bin.js', import.meta.url));

function run({ log, short }: BenchOptions): BenchOutcome {
  if (!existsSync(program))
    return { results: [], invalid: [], skipped: ['apps/cli is not built: run pnpm build'] };
  const rounds = short ? 5 : 21;
  const nothing: number[] = [];
  const help: number[] = [];
  const invalid = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    nothing.push(processorMs(['-e', '0'], invalid));
    help.push(processorMs([program, '--help'], invalid));
  }
  log(`${rounds} rounds in turns: ${help.map((ms) => ms.toFixed(0)).join(' ')} ms`);
  return {
    results: [
      measured('entente --help, processor time (median)', median(help), 'ms', {
        against: { what: 'node -e 0, same run', value: median(nothing) },
        aim: { atMost: 150 },
      }),
    ],
    invalid: [...invalid],
  };
}

/** User and system time of a process: the shell reports what its children took. */
function processorMs(args: readonly string[], invalid: Set<string>): number {
  const { status, stdout } = spawnSync(
    'bash',
    ['-c', '"$@" > /dev/null && times', 'bash', process.execPath, ...args],
    {
      encoding: 'utf8',
    },
  );
  const children = stdout.split('\n')[1] ?? '';
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, m, s]) => Number(m) * 60_000 + Number(s) * 1_000,
  );
  if (status !== 0 || times.length !== 2) invalid.add(`node ${args.join(' ')} failed`);
  return times.reduce((sum, ms) => sum + ms, 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
