import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { createTestAuthority } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEntente, succeed } from './command-line.ts';

/** Control, bidirectional and invisible characters, as YAML writes them, and as they are shown. */
const yamlHostile = String.raw`\u001b[2J\u202egro\u200b`;
const hostile = '\u001b[2J\u202egro\u200b';
/** What a title of the topology may hold: no control characters. */
const title = '\u202egro\u200b';
const home = process.cwd();

/** Of all characters of these kinds only our own line ends may reach a terminal. */
const seen = /[^\P{C}\n]|[\u2028\u2029]/u;

describe('what a peer or a file has named', () => {
  let folder: string;
  let address: string;
  const closers: (() => unknown)[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-hostile-'));
    process.chdir(folder);
    await succeed('topology init contoso.example --administrator alice');
    await succeed('topology add server fe1.contoso.example --role front-end');
    await succeed('topology add server ca.contoso.example --role authority');
    const good = await readFile('topology.yaml', 'utf8');
    await succeed('topology sign --key administrators/alice.key');
    const titled = good.replace(/^network:.*$/m, `$&\ntitle: "${String.raw`\u202egro\u200b`}"`);
    await writeFile('topology.yaml', titled);
    await writeFile('field.yaml', good.replace(/^network:.*$/m, `$&\n"${yamlHostile}": 1`));
    await writeFile('name.yaml', good.replace('fe1.contoso.example', `"${yamlHostile}"`));
    await writeFile('role.yaml', good.replace('role: front-end', `role: "${yamlHostile}"`));
    await writeFile('broken.yaml', `network: contoso.example\n"${hostile}" 1\n`);

    const root = await createTestAuthority('Contoso Root');
    await writeFile('ca.crt', root.certificatePem);
    const { chainPem, keyPem } = await root.issue({
      commonName: hostile,
      dnsNames: ['fe1.contoso.example', '\u001b[2J.example'],
      crlUrl: 'http://127.0.0.1:1/\u001b[2J.crl',
    });
    const server = tls.createServer({ cert: chainPem, key: keyPem });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    process.chdir(home);
    for (const close of closers) close();
    await rm(folder, { recursive: true, force: true });
  });

  const commands: readonly (readonly [string, RegExp])[] = [
    ['topology check field.yaml', /\\u001b\[2J\\u202egro\\u200b/],
    ['topology check name.yaml', /\\u001b\[2J/],
    ['topology check role.yaml', /\\u001b\[2J/],
    ['topology check broken.yaml', /broken\.yaml/],
    ['topology check missing\u202e.yaml', /missing\\u202e\.yaml/],
    ['topology sign --key missing\u001b.key', /missing\\u001b\.key/],
    ['topology certs --for fe9\u200b.contoso.example', /fe9\\u200b/],
    ['topology diff', /\\u202egro\\u200b/],
    ['topology draw --format mermaid', /fe1\.contoso\.example/],
    ['topology draw', /fe1\.contoso\.example/],
    ['topology dns --zone', /fe1\.contoso\.example/],
    ['topology firewall', /row/],
    ['topology remove fe9\u202e.contoso.example', /fe9\\u202e/],
    ['explain ADDRESS --anchors ca.crt', /\\u001b\[2J/],
    ['explain ADDRESS --anchors ca.crt --name \u202ename.example', /\\u202ename\.example/],
    ['explain nobody\u202e.invalid:443 --anchors ca.crt', /nobody\\u202e\.invalid/],
  ];

  it.each(commands)('is shown escaped: entente %s', async (line, shown) => {
    const { stderr, stdout } = await runEntente(line.replace('ADDRESS', address));
    const out = stdout + stderr;
    expect(out).toMatch(shown);
    expect(out).not.toMatch(seen);
  });

  it('is in JSON what it is', async () => {
    const { stdout } = await runEntente('topology diff --json');
    expect(JSON.stringify(JSON.parse(stdout))).toContain(title);
    const explained = await runEntente(`explain ${address} --anchors ca.crt --json`);
    expect(JSON.parse(explained.stdout).subjects.join()).toContain('gro\u200b');
  });
});
