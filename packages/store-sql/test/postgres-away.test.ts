import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePorts } from '@entente/testkit';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('./postgres-opening-process.ts', import.meta.url));

/** What a process prints that opens the accounts where nothing listens; it rejects where that ends with another status than 0. */
async function opening(need: 'needed' | 'spared'): Promise<string> {
  const [port] = await freePorts(1);
  const node = ['--conditions=@entente/source', '--import', 'tsx'];
  const { stdout } = await promisify(execFile)(process.execPath, [...node, script, String(port), need]);
  return stdout;
}

it('a process that waits for PostgreSQL alone goes on until it knows that the server is away, and hears what to do', async () => {
  expect(await opening('needed')).toMatch(/^ENTENTE_ACCOUNTS_UNAVAILABLE: check that PostgreSQL runs .*\n$/);
});

it('a process that can do without PostgreSQL goes on without it, and hears what to do', async () => {
  expect(await opening('spared')).toMatch(/^opened without it: check that PostgreSQL runs .*\n$/);
});
