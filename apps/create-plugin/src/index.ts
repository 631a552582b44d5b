import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exporterFiles } from './exporter-files.ts';
import { policyFiles } from './policy-files.ts';

/** The files of a new plugin, by name. */
export type PluginFiles = Readonly<Record<string, string>>;

/** What each port begins with. */
const ports: Readonly<Record<string, (name: string, version: string) => PluginFiles>> = {
  'request-policy': policyFiles,
  exporter: exporterFiles,
};

/** A port that is implemented from a whole example: a store has to pass every rule of its suite. */
const byExample: ReadonlyMap<string, string> = new Map([['locations', 'examples/plugin-sqlite-locations']]);

const usage = `Usage: npm create @entente/plugin FOLDER [-- --port PORT]

Writes the first files of a plugin into a new folder.

  FOLDER       its last part is the name of the plugin: lower-case letters, digits and hyphens
  --port PORT  ${Object.keys(ports).join(' or ')}; default request-policy. For locations, begin with a copy of
               ${byExample.get('locations')} of the repository
  --help       shows this`;

/** Where the words go. */
export interface Streams {
  /** For what it does, a line without its end. */
  readonly say: (line: string) => void;
  /** For what is wrong, the same. */
  readonly complain: (line: string) => void;
}

/**
 * Runs the command.
 * @param args - of the command line
 * @param streams - where the words go
 * @returns the exit status: 0 once the files are there, 1 where the folder exists or cannot be written, 2 for a command line that asks for what does not exist
 */
export function run(args: readonly string[], { complain, say }: Streams): 0 | 1 | 2 {
  const wanted = readArguments(args);
  if ('problem' in wanted) {
    complain(`create-plugin: ${wanted.problem}; see --help`);
    return 2;
  }
  if (wanted.help) {
    say(usage);
    return 0;
  }
  const folder = resolve(wanted.folder);
  if (existsSync(folder)) {
    complain(`create-plugin: expected a new folder, found ${folder}; choose another name, or remove it`);
    return 1;
  }
  const files = wanted.filesOf(basename(folder), ownVersion());
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  } catch (error) {
    const { message } = error as Error;
    complain(`create-plugin: ${folder} cannot be written: ${message}; choose a folder that you may write to`);
    return 1;
  }
  say(`Created ${Object.keys(files).join(', ')} in ${folder}.`);
  say(`Next: cd ${wanted.folder} && npm install && npm test`);
  return 0;
}

type Wanted =
  | { readonly problem: string }
  | { readonly help: true }
  | { readonly help: false; readonly folder: string; readonly filesOf: (typeof ports)[string] };

function readArguments(args: readonly string[]): Wanted {
  let parsed: { values: { help?: boolean; port?: string }; positionals: readonly string[] };
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: 'boolean' }, port: { type: 'string' } },
    });
  } catch (error) {
    return { problem: (error as Error).message.split('\n')[0] as string };
  }
  const { positionals, values } = parsed;
  if (values.help === true) return { help: true };
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0)
    return { problem: `expected one folder, found ${positionals.length}` };
  const name = basename(resolve(folder));
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name))
    return { problem: `expected a name of lower-case letters, digits and hyphens, found ${name}` };
  const { port = 'request-policy' } = values;
  const filesOf = Object.hasOwn(ports, port) ? ports[port] : undefined;
  if (filesOf === undefined) {
    const example = byExample.get(port);
    const instead = example === undefined ? '' : `: begin with a copy of ${example} of the repository`;
    return { problem: `expected --port ${Object.keys(ports).join(' or ')}, found ${port}${instead}` };
  }
  return { help: false, folder, filesOf };
}

/** The packages of one release go together. */
function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
