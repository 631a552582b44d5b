import { spawnSync } from 'node:child_process';
import type { Packed } from '../../check/packed.ts';
import type { Problem } from '../../check/problem.ts';
import { runCommand } from '../../runner/command.ts';
import { nextVersion, type PlayedBlock, playTwoMachines } from './play-guide.ts';

const file = 'docs/guides/two-machines.md';
const programs: readonly (readonly [program: string, name: string])[] = [
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['setpriv', 'util-linux'],
  ['ip', 'iproute2'],
  ['curl', 'curl'],
  ['useradd', 'passwd'],
];

/** Why there can be no machines here; undefined where there can. */
export function noMachines(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'machines are namespaces of Linux with users of their own, which root alone can create';
  const missing = programs.find(([program]) => spawnSync(program, ['--version']).error !== undefined);
  return missing === undefined ? undefined : `${missing[0]} is not installed (package ${missing[1]})`;
}

/** What a block has to print, found by a text of it. */
interface Outcome {
  readonly block: string;
  readonly prints: RegExp;
}

function outcomesOf(version: string): readonly Outcome[] {
  const started = (which: string): RegExp =>
    new RegExp(`"event":"started","version":"${which.replaceAll('.', '\\.')}"`);
  return [
    { block: "say carol 'hello from outside'", prints: /message: 200[\s\S]*message: 200/ },
    { block: "grep 'hello from outside' bob.log", prints: /hello from machine one/ },
    { block: 'entente ca backup', prints: /as the running authority was/ },
    { block: "say alice 'from the new release'", prints: started(nextVersion) },
    { block: "say alice 'from the new release'", prints: /message: 200[\s\S]*message: 200/ },
    { block: "say alice 'from the release before, again'", prints: started(version) },
    { block: "say alice 'from the release before, again'", prints: /message: 200[\s\S]*message: 200/ },
    { block: "say dave 'from a new user'", prints: /nothing needs attention[\s\S]*message: 200/ },
    {
      block: 'entente topology firewall',
      prints: /perimeter → internal +edge1\.contoso\.example +ca\.contoso\.example/,
    },
  ];
}

/**
 * Does what the guide to two machines says, with our tarballs: each of its blocks on the machine that it names.
 *
 * @param packed - every package
 * @param log - is told what each block took
 * @returns what went wrong; on a machine where it cannot be done, and that is not CI, nothing
 */
export async function checkTwoMachines(
  packed: readonly Packed[],
  log: (line: string) => void,
): Promise<Problem[]> {
  const missing = noMachines();
  if (missing !== undefined) {
    if (process.env.CI === 'true')
      return [{ file, message: `${missing}: install it, nothing is skipped in CI` }];
    log(`  ${file}: skipped, ${missing}`);
    return [];
  }
  let played: readonly PlayedBlock[];
  try {
    played = await playTwoMachines(packed, log);
  } catch (error) {
    return [{ file, message: (error as Error).message }];
  }
  const problems = outcomesOf(await versionOf(packed)).flatMap(({ block, prints }) => {
    const found = played.filter(({ commands }) => commands.includes(block));
    if (found.length === 1 && prints.test(found[0]?.output ?? '')) return [];
    return [
      {
        file,
        message: `expected one block with "${block}" that prints ${prints}:\n${found.map(({ output }) => output).join('\n')}`,
      },
    ];
  });
  if (problems.length === 0)
    log(
      `  ${file}: installed, joined, delivered, upgraded, rolled back, backed up and restored on two machines`,
    );
  return problems;
}

async function versionOf([first]: readonly Packed[]): Promise<string> {
  const manifest = await runCommand('tar', ['-xzOf', first?.tarball ?? '', 'package/package.json'], {
    cwd: '/',
  });
  return (JSON.parse(manifest.stdout) as { version: string }).version;
}
