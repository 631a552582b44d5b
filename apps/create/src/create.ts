import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { freePorts, isDomain, layOut, portsNeeded } from '@entente/network-folder';
import { folderFiles } from './folder-files.ts';

const usage = `Usage: npm create @entente FOLDER [-- --domain DOMAIN]

Writes a SIP network of your own into a new folder: an authority, two front ends, the users alice and bob, all on
this machine. Its keys are created there when it is started first, with npm start.

  FOLDER           its last part is the name of the network: lower-case letters, digits and hyphens
  --domain DOMAIN  the domain of the network, in lower case; default FOLDER.example, which belongs to nobody
  --help           shows this`;

/** Where the words go. */
export interface Streams {
  /** For what it does, a line without its end. */
  readonly say: (line: string) => void;
  /** For what is wrong, the same. */
  readonly complain: (line: string) => void;
}

/**
 * Runs `npm create @entente`.
 * @param args - of the command line
 * @param streams - where the words go
 * @returns the exit status: 0 once the files are there, 1 where the folder has something in it or cannot be written, 2 for a command line that asks for what does
 * not exist
 */
export async function create(args: readonly string[], { complain, say }: Streams): Promise<0 | 1 | 2> {
  const wanted = readArguments(args);
  if ('problem' in wanted) {
    complain(`create: ${wanted.problem}; see npm create @entente -- --help`);
    return 2;
  }
  if (wanted.help) {
    say(usage);
    return 0;
  }
  const { domain } = wanted;
  const folder = resolve(wanted.folder);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    complain(
      `create: expected a new folder, found ${folder} with files in it; choose another name, or remove the folder. The network in it is started with npm start`,
    );
    return 1;
  }
  try {
    const plan = layOut(domain, await freePorts(portsNeeded));
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(folderFiles(basename(folder), plan, ownVersion())))
      writeFileSync(join(folder, name), text);
  } catch (error) {
    const { line, message } = error as Error & { readonly line?: string };
    complain(
      `create: ${line ?? `${folder} cannot be written: ${message}; choose a folder that you may write to`}`,
    );
    return 1;
  }
  say(`Created the network ${domain} in ${folder}; README.md says what each file is.

Next:
  cd ${wanted.folder}
  npm install
  npm start        # creates the keys, signs the topology and starts the servers; Ctrl-C stops them

When it says that the network runs, in a second terminal:
  cd ${wanted.folder}
  npm run hello    # alice sends bob the first message`);
  return 0;
}

type Wanted =
  | { readonly problem: string }
  | { readonly help: true }
  | { readonly help: false; readonly folder: string; readonly domain: string };

function readArguments(args: readonly string[]): Wanted {
  let parsed: { values: { help?: boolean; domain?: string }; positionals: readonly string[] };
  try {
    const options = { help: { type: 'boolean' }, domain: { type: 'string' } } as const;
    parsed = parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    return { problem: (error as Error).message.split('\n')[0] as string };
  }
  const { positionals, values } = parsed;
  if (values.help === true) return { help: true };
  const [folder, ...more] = positionals;
  if (folder === undefined) return { problem: 'expected a folder for the network, e.g. my-net, found none' };
  if (more.length > 0) return { problem: `expected one folder, found ${positionals.length}` };
  const name = basename(resolve(folder));
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40)
    return { problem: `expected a name of at most 40 lower-case letters, digits and hyphens, found ${name}` };
  const { domain = `${name}.example` } = values;
  if (!isDomain(domain))
    return { problem: `expected a domain in lower case, e.g. my-net.example, found ${domain}` };
  return { help: false, folder, domain };
}

/** The packages of one release go together. */
function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
