import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const fromSource = ['--conditions=@entente/source', '--import', 'tsx', bin];

const full = existsSync('/dev/full');

// Skipped where there is no such device.
it.skipIf(!full).each(['--help', 'completion bash', 'topology check missing.yaml --json'])(
  'says in one sentence that its answer could not be written, and ends with status 2: entente %s',
  async (line) => {
    const disk = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [...fromSource, ...line.split(' ')], {
      stdio: ['ignore', disk, 'pipe'],
    });
    closeSync(disk);
    const errors: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
    const [status] = await once(child, 'close');
    expect(Buffer.concat(errors).toString()).toMatch(
      /^entente: standard output: the answer could not be written: the disk is full; .+ \(ENOSPC\)\n$/,
    );
    expect(status).toBe(2);
  },
);

it('ends as it would have when its reader has seen enough', async () => {
  const child = spawn(process.execPath, [...fromSource, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const [status] = await once(child, 'close');
  expect(Buffer.concat(errors).toString()).toBe('');
  expect(status).toBe(0);
});
