import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-exiting-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** How a process ends. */
async function endOf(program: string): Promise<object> {
  const script = fileURLToPath(new URL(`./${program}.ts`, import.meta.url));
  const node = ['--conditions=@entente/source', '--import', 'tsx'];
  const child = spawn(process.execPath, [...node, script, join(folder, 'records.sqlite')]);
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += String(text);
  });
  const [status, signal] = await once(child, 'close');
  return { status, signal, complaint };
}

describe('a process that exits while its thread uses the database', () => {
  const inOrder = { status: 7, signal: null, complaint: '' };

  it('ends with its own status, and is not aborted by a statement of the thread', async () => {
    expect(await endOf('exiting-process')).toEqual(inOrder);
  });

  it('waits for the statement that is under way, and no other begins', async () => {
    expect(await endOf('latched-process')).toEqual(inOrder);
  });
});
