import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { succeed } from './command-line.ts';

/** Each test runs in a folder of its own, with a topology of two administrators, of whom both must sign, a front end and an authority. */
export function useTopologyFolder(): void {
  const home = process.cwd();
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-topology-'));
    process.chdir(folder);
    await succeed('topology init contoso.example --administrator alice bob --required 2');
    await succeed('topology add server fe1.contoso.example --role front-end');
    await succeed('topology add server ca.contoso.example --role authority');
  });
  afterEach(async () => {
    process.chdir(home);
    await rm(folder, { recursive: true, force: true });
  });
}
