import { writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createProgram } from '@entente/commands';
import type { Command } from 'commander';

/** Where the page is. */
export const pagePath = fileURLToPath(new URL('../../../../docs/reference/commands.md', import.meta.url));

/** The verbs in the order in which a network is made. */
function verbsOf(command: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] {
  if (command.commands.length === 0) return [[path.join(' '), command]];
  return command.commands.flatMap((child) => verbsOf(child, [...path, child.name()]));
}

/** What stands under "Example" in the help. */
function exampleOf(command: Command): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  const [, example = ''] = help.split(/\nExamples?:\n/);
  return example
    .split('\n\n')[0]
    ?.split('\n')
    .map((line) => line.replace(/^ {2}/, ''))
    .join('\n')
    .trimEnd() as string;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

function section([path, command]: readonly [string, Command]): string {
  const usage = command.usage().replace('[options] ', '').replace('[options]', '').trim();
  const rows = command.options.map(({ argChoices, defaultValue, description, flags }) => {
    const plain = defaultValue === undefined || (Array.isArray(defaultValue) && defaultValue.length === 0);
    const choices =
      argChoices === undefined ? '' : `: ${argChoices.map((choice) => `\`${choice}\``).join(', ')}`;
    return `| \`${flags.replaceAll('|', '\\|')}\` | ${cell(description)}${choices}${plain ? '' : ` (default \`${defaultValue}\`)`} |`;
  });
  return [
    `## ${path}`,
    '',
    cell(command.description()),
    '',
    '```bash',
    exampleOf(command),
    '```',
    '',
    `\`entente ${path}${usage === '' ? '' : ` ${usage}`}\``,
    '',
    '| option | meaning |',
    '| --- | --- |',
    ...rows,
  ].join('\n');
}

/** The page of the command line, from the help of its verbs. */
export async function commandsPage(): Promise<string> {
  const head = [
    '# Command line',
    '',
    'Every command of `entente`, from its own help. Exit status: 0 done or trusted, 1 refused or a failed check, 2 a usage error or a fault',
    'that the operator can fix. A fault is one sentence with its place and a remedy. Each answer ends with what to do next; `--json` gives',
    'one JSON object instead, with `ok` and `next`, on standard output. A fault then is one too: `fault` has `code`, `sentence`, `place`,',
    '`remedy` and `exitStatus`. [In a clone](../guides/first-network.md) `entente` is in `tooling/bin`.',
    '',
    'What takes something away, or signs what another prepared, asks first. Without a terminal it does nothing and ends with exit status 2',
    '(`ENTENTE_NOT_CONFIRMED`); a script gives `--yes`. `entente --version` prints the version. `entente help --json` lists all',
    'commands with their arguments and options for programs, `entente help topology --json` those of one group.',
    '',
    'This page is generated. To generate it again, run',
    '`node --conditions=@entente/source --import tsx packages/commands/test/reference/commands-page.ts`.',
    '',
  ];
  return `${head.join('\n')}\n${verbsOf(await createProgram())
    .map(section)
    .join('\n\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await writeFile(pagePath, await commandsPage());
