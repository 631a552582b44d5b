import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const fromSource = ['--conditions=@entente/source', '--import', 'tsx', bin];

it('ends as it would have when its reader has seen enough', async () => {
  const child = spawn(process.execPath, [...fromSource, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const [status] = await once(child, 'close');
  expect(Buffer.concat(errors).toString()).toBe('');
  expect(status).toBe(0);
});
