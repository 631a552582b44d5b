import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from '@entente/testkit/repository';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli.ts';
import { type Asked, brokenServers, type Made, name } from './broken-servers.ts';
import { authority, named, OpensslAuthority } from './openssl-authority.ts';

let directory: string;
let made: Made;

const missing = (() => {
  try {
    execFileSync('openssl', ['version']);
    return undefined;
  } catch {
    return 'openssl is not installed';
  }
})();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-broken-'));
  if (missing !== undefined) return;
  const openssl = new OpensslAuthority(directory);
  const [root, stranger] = await Promise.all(
    ['Contoso Root', 'Fabrikam Root'].map((subject) =>
      openssl.issue(undefined, { subject, extensions: authority }),
    ),
  );
  const good = await openssl.issue(root, { extensions: named(`DNS:${name}`) });
  const client = await openssl.issue(root, {
    subject: 'a client',
    extensions: named('DNS:edge1.contoso.example').map((one) => one.replace('serverAuth', 'clientAuth')),
  });
  made = { openssl, root: root!, stranger: stranger!, good, client, list: await openssl.list(root!) };
});
afterAll(() => rm(directory, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function explained({
  args,
  server,
}: Asked): Promise<{ readonly status: number; readonly out: string }> {
  await using running = server;
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  process.exitCode = undefined;
  const status = await run(['explain', `127.0.0.1:${running.port}`, ...args]);
  vi.restoreAllMocks();
  return { status, out };
}

describe('entente explain names the fault of a server, and its remedy cures it', () => {
  it.for(brokenServers.map((one) => [one.fault, one] as const))(
    '%s',
    async ([, { broken, cured, remedy, says }], context) => {
      needs(context, missing);
      const before = await explained(await broken(made));
      expect(before.out).toMatch(says);
      expect(before.out).toMatch(remedy);
      expect(before.status).toBe(1);
      const after = await explained(await cured(made));
      expect(after.out).toMatch(/✓ trusted/);
      expect(after.out).not.toContain('✗');
      expect(after.status).toBe(0);
    },
  );

  it('knows more than twenty of them', () => {
    expect(new Set(brokenServers.map(({ fault }) => fault)).size).toBeGreaterThan(20);
  });
});
