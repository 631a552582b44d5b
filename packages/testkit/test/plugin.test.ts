import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Network, startNetwork } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const example = fileURLToPath(new URL('../../../examples/plugin-word-filter/', import.meta.url));
const run = promisify(execFile);

describe('a plugin from a tarball, installed with npm beside the configuration of a front end', () => {
  let directory: string;
  let network: Network;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-plugin-'));
    const { stdout } = await run('npm', ['pack', example, '--silent'], { cwd: directory });
    // A package.json of its own, or npm would install into a folder above that has one.
    await writeFile(join(directory, 'package.json'), '{ "private": true }');
    const install = ['install', '--no-audit', '--no-fund', join(directory, stdout.trim())];
    await run('npm', install, { cwd: directory });
    network = await startNetwork({
      directory,
      clients: ['alice', 'carol'],
      frontEndConfig: { plugins: [{ use: 'entente-plugin-word-filter', config: { words: ['Lottery'] } }] },
    });
  });
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it('refuses a MESSAGE with the word, and the log names the reason and the plugin', async () => {
    const carol = network.user('carol');
    const outcome = await network.user('alice').message(`sip:${carol.user.address}`, 'you won the LOTTERY');
    expect(outcome.status).toBe(403);
    const home = network.frontEnds.find(({ name }) => name === carol.user.home);
    const record = await home?.waitFor('the refusal', ({ reason }) => reason === 'refused-by-policy');
    expect(record).toMatchObject({ event: 'refused', status: 403, method: 'MESSAGE' });
    expect(record?.msg).toBe('plugin word-filter: the text holds word 1 of the list');
  });

  it('delivers a MESSAGE without it', async () => {
    const carol = network.user('carol');
    const outcome = await network.user('alice').message(`sip:${carol.user.address}`, 'see you at noon');
    expect(outcome.status).toBe(200);
    await carol.received('see you at noon');
    const texts = carol.process.records.filter(({ event }) => event === 'message').map(({ text }) => text);
    expect(texts, 'the refused one never arrived').toEqual(['see you at noon']);
  });
});
