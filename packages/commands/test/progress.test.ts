import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Progress } from '../src/progress.ts';
import { runEntente } from './command-line.ts';
import { makeAuthority } from './made-authority.ts';

let folder: string;
let config: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-progress-'));
  config = join(await makeAuthority(folder), 'authority.yaml');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const { isTTY } = process.stderr;
const onTerminal = (is: boolean) =>
  Object.defineProperty(process.stderr, 'isTTY', { value: is, configurable: true });
afterEach(() => {
  vi.restoreAllMocks();
  onTerminal(isTTY);
});

describe('how far a long command is', () => {
  it('stands on one line of a terminal, and what follows on the next', () => {
    onTerminal(true);
    let shown = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      shown += String(text);
      return true;
    });
    {
      using progress = new Progress(undefined);
      progress.show('10 of 10');
      progress.show('done');
    }
    expect(shown).toBe('\r10 of 10\rdone    \n');
    {
      using _unused = new Progress(false);
    }
    expect(shown, 'nothing where nothing was shown').toBe('\r10 of 10\rdone    \n');
  });

  it('is shown while an authority is backed up and restored, on a terminal alone, and not with --json', async () => {
    const backUp = (name: string, more = '') =>
      runEntente(`ca backup --to ${join(folder, name)} --config ${config}${more}`);
    const restore = (name: string, more = '') =>
      runEntente(`ca restore ${join(folder, 'one')} --unverified --directory ${join(folder, name)}${more}`);
    onTerminal(true);
    const written = await backUp('one');
    expect(written.stderr).toMatch(
      /^\rwriting the backup\rcopying the database *\rcopied 1 file *(\rcopied \d+ files *)+\n$/,
    );
    expect(written.stdout).toMatch(/^backed up \d+ files to /m);
    const put = await restore('ca1');
    expect(put.stderr).toMatch(
      /^\rcopied 1 of (\d+) files[\s\S]*\rcopied \1 of \1 files[\s\S]*\rchecking the database/,
    );
    expect(put.stdout).toMatch(/^restored \d+ files to /m);
    expect((await backUp('two', ' --json')).stderr).toBe('');
    expect((await restore('ca2', ' --json')).stderr).toBe('');
    onTerminal(false);
    expect((await backUp('three')).stderr).toBe('');
    expect((await restore('ca3')).stderr).toBe('');
  });
});
