import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { median, sum } from '../statistics.ts';
import type { Bench, BenchSuite } from '../suite.ts';

/** What the help of the command line costs the processor, as it is installed, beside a Node that does nothing. */
export const suite: BenchSuite = { name: 'command', measure };

const program = fileURLToPath(new URL('../../../apps/cli/dist/bin.js', import.meta.url));

function measure(bench: Bench): void {
  if (!existsSync(program)) {
    bench.skipped.push('apps/cli is not built: run pnpm build');
    return;
  }
  const rounds = bench.short ? 5 : 21;
  const nothing: number[] = [];
  const help: number[] = [];
  for (let round = 0; round < rounds; round++) {
    nothing.push(processorMs(bench, ['-e', '0']));
    help.push(processorMs(bench, [program, '--help']));
  }
  bench.log(`${rounds} rounds in turns: ${help.map((ms) => ms.toFixed(0)).join(' ')} ms`);
  bench.figure('entente --help, processor time (median)', median(help), 'ms', {
    against: { what: 'node -e 0, same run', value: median(nothing) },
    aim: { atMost: 150 },
  });
}

/** User and system time of a process: the shell reports what its children took. */
function processorMs(bench: Bench, args: readonly string[]): number {
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
  bench.demand(status === 0 && times.length === 2, `node ${args.join(' ')} failed`);
  return sum(times);
}
