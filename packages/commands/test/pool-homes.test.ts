import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runEntente, succeed } from './command-line.ts';
import { useTopologyFolder } from './topology-folder.ts';

const written = 'write "pool: pool1.contoso.example" at contoso.example, under domains of topology.yaml';

/** Does what the remedy says. */
async function writePool(): Promise<void> {
  const text = await readFile('topology.yaml', 'utf8');
  const domain = '  - name: contoso.example\n';
  expect(text).toContain(domain);
  await writeFile('topology.yaml', text.replace(domain, `${domain}    pool: pool1.contoso.example\n`));
}

describe('a pool of front ends without --home', () => {
  useTopologyFolder();

  it('says at once how it becomes the home of users, and so does check: by the line to write', async () => {
    await succeed('topology remove fe1.contoso.example --yes');
    expect(await succeed('topology add pool pool1.contoso.example')).toContain(written);
    const added = await succeed(
      'topology add server fe2.contoso.example --role front-end --pool pool1.contoso.example',
    );
    const remedy =
      'Write "pool: pool1.contoso.example" at contoso.example, under domains: entente topology add pool does so with --home.';
    expect(added).toContain(remedy);
    expect((await runEntente('topology check')).stdout).toContain(`→ ${remedy}`);
    await writePool();
    expect((await runEntente('topology check')).stdout).not.toContain('domain-without-home');
  });

  it('says nothing of it where the domain has a pool, or the pool has another role', async () => {
    await succeed('topology add pool pool1.contoso.example --home');
    for (const line of ['pool2.contoso.example', 'directors.contoso.example --role director'])
      expect(await succeed(`topology add pool ${line}`)).not.toContain('under domains');
  });
});

describe('a front end without a pool', () => {
  useTopologyFolder();

  it('says how its domain gets one, by commands and lines that work', async () => {
    const { stdout } = await runEntente('topology check');
    expect(stdout).toContain(
      '→ Add a pool with entente topology add pool <fqdn> --role front-end --home, and write "pool: <fqdn>" at its front ends, under servers.',
    );
    await succeed('topology add pool pool1.contoso.example --role front-end --home');
    const text = await readFile('topology.yaml', 'utf8');
    const server = '  - fqdn: fe1.contoso.example\n';
    expect(text).toContain(server);
    await writeFile('topology.yaml', text.replace(server, `${server}    pool: pool1.contoso.example\n`));
    expect((await runEntente('topology check')).stdout).not.toContain('domain-without-home');
  });
});
