import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@entente/testkit';
import { spawnTied, type TiedProgram } from '@entente/testkit/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Beside this file, so that the examples find the packages by name, as a reader's project does after npm install.
const here = fileURLToPath(new URL('.', import.meta.url));
let directory: string;
let blocks: readonly { readonly language: string; readonly text: string }[];
let port: string;
const programs: TiedProgram[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(here, 'readme-'));
  const readme = await readFile(join(here, '../README.md'), 'utf8');
  blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
  port = String((await freePorts(1))[0]);
  const made = spawnSync('sh', ['-ec', blocks.find(({ language }) => language === 'sh')!.text], {
    cwd: directory,
  });
  if (made.status !== 0) throw new Error(made.stderr.toString());
});
afterAll(async () => {
  for (const program of programs) await program[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

function example(contains: string): string {
  const found = blocks.filter(({ language, text }) => language === 'js' && text.includes(contains));
  if (found.length !== 1) throw new Error(`expected one example with ${contains}, found ${found.length}`);
  return found[0]!.text.replaceAll('8443', port).replace('port: 443', `port: ${port}`);
}

async function start(contains: string): Promise<ChildProcess> {
  const file = join(directory, `${contains.replaceAll(/\W/g, '')}.mjs`);
  await writeFile(file, example(contains));
  const program = spawnTied(
    process.execPath,
    ['--conditions=@entente/source', '--import', 'tsx', file, 'localhost'],
    { cwd: directory },
  );
  programs.push(program);
  return program.process;
}

/** Runs an example to its end. */
async function output(contains: string): Promise<string> {
  const child = await start(contains);
  let text = '';
  child.stdout!.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return text;
}

function line(child: ChildProcess, containing: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk) => {
      text += chunk;
      if (text.includes(containing)) resolve(text);
    });
    child.once('close', () => reject(new Error(`ended after: ${text}`)));
  });
}

describe('the examples of the README', () => {
  it('each have at most fifteen lines', () => {
    for (const { text } of blocks) expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  });

  it('run: a server, a client that it welcomes, a refusal, and a look at the server with the roots of this system', async () => {
    const server = await start('serve(https');
    await line(server, `listening on port ${port}`);
    expect(await output('dispatcher(Agent')).toBe('hello, client.contoso.example\n\n');
    const refusal = await output('bank.contoso.example');
    expect(refusal).toContain('✗ refused: name-mismatch');
    expect(refusal).toContain('bank.contoso.example');
    expect(await output('serverChain')).toContain('✗ refused: unknown-issuer');
    // The client without certificate never came past its own verdict; this one does, and the server says why it is refused.
    const told = line(server, 'no-certificate');
    spawnSync('openssl', ['s_client', '-connect', `localhost:${port}`], { input: '\n' });
    expect(await told).toContain('expected a client certificate');
  });
});
