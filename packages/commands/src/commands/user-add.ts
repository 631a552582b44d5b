import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { OperatorFault } from '@entente/host';
import { secretMode, writeWhole } from '@entente/pki/node';
import { createCredentialRecord } from '@entente/sip';
import { escapeInvisible } from '@entente/trust';
import type { Command } from 'commander';
import { Document, isMap, isSeq, parseDocument } from 'yaml';
import { give } from '../topology/answer.ts';
import { exists, readText } from '../topology/read-topology.ts';

interface UserAddOptions {
  readonly file: string;
  readonly md5Only?: boolean;
  readonly generate?: boolean;
  readonly replace?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `entente user add`: what a front end stores of a user, without the password.
 * @param program - the command line
 */
export function register(program: Command): void {
  const user = program.commands.find((command) => command.name() === 'user') ?? program.command('user');
  user
    .description('users and the digests of their passwords')
    .command('add')
    .summary('store the password digest of a user')
    .description(
      'Asks for a password, or reads it from the first line of standard input, and writes H(A1) (RFC 7616 §3.4.2) to users.yaml. The password itself is not stored.',
    )
    .argument('<address>', 'alice@contoso.example')
    .option('--file <path>', 'users.yaml of the front ends', 'users.yaml')
    .option('--generate', 'generate a password and print it once')
    .option('--md5-only', 'store an MD5 digest, for a client that supports nothing better; weak')
    .option('--replace', 'set a new password for an existing user')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente user add alice@contoso.example --file users.yaml --generate')
    .action(add);
}

async function add(address: string, options: UserAddOptions): Promise<void> {
  const { username, realm } = readAddress(address);
  const { file } = options;
  const document = (await exists(file)) ? readUsers(file, await readText(file)) : new Document({ users: [] });
  const list = document.get('users');
  if (!isSeq(list)) throw notUsers(file);
  const index = list.items.findIndex(
    (item) => isMap(item) && item.get('username') === username && item.get('realm') === realm,
  );
  if (index >= 0 && options.replace !== true) {
    throw new OperatorFault('ENTENTE_USER_EXISTS', {
      sentence: `the user ${address} exists`,
      place: file,
      remedy: 'give --replace to set a new password',
    });
  }
  const password =
    options.generate === true ? randomBytes(18).toString('base64url') : await askPassword(address);
  if (password === '') {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'expected a password, found an empty line',
      place: 'standard input',
      remedy: 'type a password, or give --generate',
    });
  }
  const algorithm = options.md5Only === true ? 'MD5' : 'SHA-256';
  const record = document.createNode(createCredentialRecord({ username, realm, password }, [algorithm]));
  list.flow = false;
  if (index >= 0) list.items[index] = record;
  else list.items.push(record);
  // H(A1) answers challenges as well as the password does.
  await writeWhole(file, document.toString({ lineWidth: 0 }), secretMode);
  const generated = options.generate === true ? { password } : {};
  give(
    {
      json: { user: address, file, algorithm, replaced: index >= 0, ...generated },
      lines: [
        `wrote the ${algorithm} digest of ${address} to ${file}`,
        ...(options.generate === true ? [`password (shown only once): ${password}`] : []),
      ],
      next: [
        `if the topology does not have the user: entente topology add user ${address} --home <front end>`,
        `restart the front end: it reads ${file} at start`,
      ],
    },
    options.json,
  );
}

function readAddress(address: string): { readonly username: string; readonly realm: string } {
  const [username, realm, ...more] = address.split('@');
  if (/^[^\s:"]+$/.test(username ?? '') && /^[a-z0-9][a-z0-9.-]*$/.test(realm ?? '') && more.length === 0) {
    return { username: username as string, realm: realm as string };
  }
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected user@domain in lower case, found ${address}`,
    place: 'argument <address>',
    remedy: 'give one like alice@contoso.example, without scheme',
  });
}

function readUsers(file: string, text: string): Document {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw notUsers(file);
  return document as unknown as Document;
}

function notUsers(file: string): OperatorFault {
  return new OperatorFault('ENTENTE_USERS_INVALID', {
    sentence: 'expected YAML with a list "users"',
    place: file,
    remedy: 'name a file that entente user add wrote, or a new one',
  });
}

/** The first line of standard input; on a terminal it is not shown. */
async function askPassword(address: string): Promise<string> {
  const { stdin, stderr } = process;
  const terminal = stdin.isTTY === true;
  if (terminal) stderr.write(`password of ${escapeInvisible(address)}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (terminal) stderr.write('\n');
  }
}
