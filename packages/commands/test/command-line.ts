import { createProgram, run } from '@entente/commands';
import { Command } from 'commander';
import { expect, vi } from 'vitest';

/** What a run of the command line came to. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the command line in this process.
 * @param line - words with spaces between them, or each word where one has a space
 */
export async function runEntente(line: string | readonly string[]): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
  process.exitCode = 0;
  try {
    const status = await run(
      typeof line === 'string' ? line.split(/\s+/).filter((word) => word !== '') : line,
    );
    return { status, stdout, stderr };
  } finally {
    process.exitCode = 0;
    vi.restoreAllMocks();
  }
}

/**
 * Runs one verb, without what the program does about faults: they are thrown.
 * @param register - of the module of the verb
 * @returns what it has written to its standard output
 */
export async function runVerb(
  register: (program: Command) => void,
  words: readonly string[],
): Promise<string> {
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  const program = new Command().exitOverride();
  register(program);
  try {
    await program.parseAsync([...words], { from: 'user' });
  } finally {
    vi.restoreAllMocks();
    process.exitCode = 0;
  }
  return output;
}

/** Runs it and expects it to succeed. */
export async function succeed(line: string): Promise<string> {
  const ran = await runEntente(line);
  expect(ran.status, `${line}\n${ran.stdout}${ran.stderr}`).toBe(0);
  return ran.stdout;
}

/** Runs it with `--json` and reads the object on its last line. */
export async function answerOf(
  line: string,
): Promise<{ readonly status: number; readonly json: Record<string, unknown> }> {
  const { status, stdout } = await runEntente(`${line} --json`);
  return { status, json: JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') };
}

/** Every verb below a command, with its full name. */
export async function verbsBelow(name: string): Promise<readonly (readonly [string, Command])[]> {
  const walk = (command: Command, path: string): (readonly [string, Command])[] =>
    command.commands.length === 0
      ? [[path, command]]
      : command.commands.flatMap((child) => walk(child, `${path} ${child.name()}`));
  const root = (await createProgram()).commands.find((command) => command.name() === name);
  if (root === undefined) throw new Error(`there is no command ${name}`);
  return walk(root, name);
}
