import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@entente/testkit';
import { spawnTied } from '@entente/testkit/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const node = ['--conditions=@entente/source', '--import', join(root, 'node_modules/tsx/dist/esm/index.mjs')];

describe('the guide to a private CA and a mutual TLS service', { timeout: 120_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    mkdirSync(join(root, '.cache'), { recursive: true });
    folder = mkdtempSync(join(root, '.cache/mutual-tls-'));
    const [port] = await freePorts(1);
    const page = readFileSync(join(root, 'docs/guides/mutual-tls.md'), 'utf8');
    const programs = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
    for (const [index, name] of ['ca', 'server', 'client'].entries())
      writeFileSync(join(folder, `${name}.mts`), (programs[index] ?? '').replaceAll('8443', String(port)));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: readonly string[]): string => {
    const ran = spawnSync(process.execPath, [...node, ...args], { cwd: folder, encoding: 'utf8' });
    expect(ran.stderr, args.join(' ')).toBe('');
    return ran.stdout;
  };

  it('leads to an answer for the client, and to a refusal once it is revoked', async () => {
    for (const name of ['service', 'client']) run('ca.mts', 'issue', `${name}.contoso.example`);
    await using server = spawnTied(process.execPath, [...node, 'server.mts'], { cwd: folder });
    let printed = '';
    const says = (text: string) =>
      new Promise<void>((resolve) => {
        server.process.stdout?.on('data', (chunk: Buffer) => {
          printed += chunk.toString('utf8');
          if (printed.includes(text)) resolve();
        });
      });
    await says('listening');
    expect(run('client.mts')).toContain('hello, client.contoso.example');

    const refused = says('refused: revoked:');
    expect(run('ca.mts', 'revoke', 'client.contoso.example')).toContain('revoked 1');
    await expect.poll(() => run('client.mts')).toContain('peer-refused');
    await refused;
    run('ca.mts', 'reissue', 'client.contoso.example');
    await expect.poll(() => run('client.mts')).toContain('hello, client.contoso.example');
  });
});
