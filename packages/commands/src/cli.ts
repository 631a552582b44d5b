import { readFileSync } from 'node:fs';
import type { FaultDescription } from '@entente/host';
import { Command, CommanderError, Help, type Option } from 'commander';
import { groupCommand } from './group-command.ts';
import { verbs } from './verbs.ts';

/**
 * The command line `entente`. A command that is not loaded has its place in the lists of commands, and no options.
 * @param args - the arguments after the program's name: only the command that they name is loaded; without them every command is
 * @returns the program
 */
export async function createProgram(args?: readonly string[]): Promise<Command> {
  const program = new Command('entente')
    .version(versionOfPackage(), '--version', 'print the version')
    .description(
      'Runs an Entente network: topology, certificates, users. Explains why a server is trusted or refused.',
    )
    .addHelpText(
      'after',
      '\nStart with one of these. Every command has --help with an example, and --json:\n  entente explain example.com:443\n  entente topology init contoso.example --administrator alice',
    );
  const words = args?.filter((word) => !word.startsWith('-') && word !== 'help').join(' ');
  const named = verbs.filter(({ path }) => words === undefined || `${words} `.startsWith(`${path} `));
  const isAll = named.some(({ readsOthers }) => readsOthers === true);
  // One file may register several.
  const files = new Set((isAll ? verbs : named).map(({ load }) => load));
  for (const { load, path, summary } of verbs) {
    if (find(program, path) !== undefined) continue;
    if (files.has(load)) (await load()).register(program);
    else {
      const names = path.split(' ');
      const group = names.length > 1 ? groupCommand(program, names[0] as string) : program;
      group.command(names.at(-1) as string).summary(summary);
    }
  }
  for (const [path, command] of allOf(program, 'entente')) {
    command
      .exitOverride()
      // Of a command that is not loaded no more is known.
      .configureHelp({ subcommandTerm: (child) => child.name(), optionDescription: describeOption })
      .showHelpAfterError(
        `(${path} --help shows the ${command.commands.length > 0 ? 'commands' : 'options and an example'})`,
      );
  }
  return program;
}

/** The default of an option that may be repeated is none, and an empty list says nothing to a reader. */
function describeOption(option: Option): string {
  const { defaultValue } = option;
  const hasNone = Array.isArray(defaultValue) && defaultValue.length === 0;
  const shown = hasNone
    ? Object.assign(Object.create(option) as Option, { defaultValue: undefined })
    : option;
  return new Help().optionDescription(shown);
}

/**
 * Runs the command line. With `--json` a fault too is one JSON object on standard output, where a program looks for the answer.
 * @param args - the arguments after the program's name
 * @returns exit status: 0 done, 1 refused or failed check, 2 usage
 */
export async function run(args: readonly string[]): Promise<number> {
  const asJson = wantsJson(args);
  if (asJson && args[0] === 'help' && (await giveCommands(args.slice(1)))) return 0;
  const program = await createProgram(args);
  const said: Said[] = [];
  for (const [, command] of allOf(program, ''))
    command.configureOutput({ writeErr: (text) => void said.push({ command, text }) });
  try {
    await program.parseAsync(helpAsked(program, args), { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      const misspelt = await misspeltIn(said, args);
      if (asJson) giveFault(usageFault(misspelt ?? error.message), 2);
      else process.stderr.write(said.map(({ text }) => text).join(''));
      return 2;
    }
    const { describeFault, reportFault } = await import('@entente/host');
    const fault = asJson ? describeFault(error, place) : undefined;
    if (fault === undefined) return reportFault('entente', error, place);
    giveFault(fault, 2);
    return 2;
  }
}

const place = 'the command line';

/** What commander writes to standard error, and of which command. */
interface Said {
  readonly command: Command;
  text: string;
}

/** Says of an option that is misspelt that it is unknown, where commander says that a required one is missing. */
async function misspeltIn([error]: readonly Said[], args: readonly string[]): Promise<string | undefined> {
  if (error?.text.startsWith('error: required option ') !== true) return undefined;
  const { misspeltOption } = await import('./misspelt-option.ts');
  const misspelt = misspeltOption(error.command, args);
  if (misspelt !== undefined) error.text = `error: ${misspelt}\n`;
  return misspelt;
}

/**
 * Prints the commands below some words for programs.
 * @returns whether there are any: what is refused is refused elsewhere
 */
async function giveCommands(args: readonly string[]): Promise<boolean> {
  if (args.some((word) => word.startsWith('-') && word !== '--json')) return false;
  const words = args.filter((word) => word !== '--json');
  const program = await createProgram();
  const named = words.length === 0 ? program : find(program, words.join(' '));
  if (named === undefined) return false;
  const { commandList } = await import('./command-list.ts');
  const commands = commandList(named, words);
  process.stdout.write(`${JSON.stringify({ ok: true, commands, next: [] })}\n`);
  return true;
}

/** Of the words behind `help` commander reads the first alone: here all of them are the command whose help is shown, and none is passed over. */
function helpAsked(program: Command, args: readonly string[]): readonly string[] {
  const [help, ...behind] = args;
  const words = behind.filter((word) => word !== '--json');
  if (help !== 'help' || words.length === 0 || words.some((word) => word.startsWith('-'))) return args;
  const path: string[] = [];
  let command = program;
  for (const word of words) {
    const below = command.commands.find((child) => child.name() === word);
    // A command without others below it has arguments, which say nothing here.
    if (below === undefined && command.commands.length === 0) break;
    path.push(word);
    // Said to be unknown, with what may be meant.
    if (below === undefined) return path;
    command = below;
  }
  return [...path, '--help'];
}

/** An argument after `--` is none of the options. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}

function giveFault({ code, sentence, place, remedy }: FaultDescription, exitStatus: number): void {
  const fault = { code, sentence, place, remedy, exitStatus };
  process.stdout.write(`${JSON.stringify({ ok: false, fault, next: [remedy] })}\n`);
}

function usageFault(message: string): FaultDescription {
  // Where a group is named without a verb, the message is only a mark of commander's own.
  const sentence = message.startsWith('(') ? 'expected a command' : message.replace(/^error: /, '');
  const remedy = 'give --help after the command: it shows the options and an example';
  return { code: 'ENTENTE_USAGE', sentence, place, remedy };
}

/** The package.json is beside `src`, and beside `dist` where the package is installed. */
function versionOfPackage(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Each command with its full name. */
function allOf(command: Command, path: string): (readonly [path: string, command: Command])[] {
  return [[path, command], ...command.commands.flatMap((child) => allOf(child, `${path} ${child.name()}`))];
}

/** The command at some words, where it is there. */
function find(program: Command, path: string): Command | undefined {
  return path
    .split(' ')
    .reduce<Command | undefined>(
      (command, name) => command?.commands.find((child) => child.name() === name),
      program,
    );
}
