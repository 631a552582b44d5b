import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { answerOf, runEntente, succeed } from './command-line.ts';
import { useTopologyFolder } from './topology-folder.ts';

const named = 'entente topology add domain contoso.example --pool pool1.contoso.example --file topology.yaml';

describe('a pool of front ends without --home', () => {
  useTopologyFolder();

  it('says at once how it becomes the home of users, and so does check: by a command that works', async () => {
    await succeed('topology remove fe1.contoso.example --yes');
    expect(await succeed('topology add pool pool1.contoso.example')).toContain(named);
    const added = await succeed(
      'topology add server fe2.contoso.example --role front-end --pool pool1.contoso.example',
    );
    const remedy =
      'Make it the home of its users: entente topology add domain contoso.example --pool pool1.contoso.example.';
    expect(added).toContain(remedy);
    expect((await runEntente('topology check')).stdout).toContain(`→ ${remedy}`);
    await succeed(named.replace('entente ', ''));
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

describe('the home of the users of a domain that is there', () => {
  useTopologyFolder();

  it('is another pool by one command, which says which one it was', async () => {
    for (const name of ['pool1', 'pool2'])
      await succeed(`topology add pool ${name}.contoso.example --role front-end`);
    const first = 'topology add domain contoso.example --pool pool1.contoso.example';
    expect(await succeed(first)).not.toContain('before');
    const { json } = await answerOf('topology add domain contoso.example --pool pool2.contoso.example');
    expect(json).toMatchObject({
      added: { name: 'contoso.example', pool: 'pool2.contoso.example' },
      before: [{ domain: 'contoso.example', pool: 'pool1.contoso.example' }],
    });
    const text = await readFile('topology.yaml', 'utf8');
    expect(text).toContain('  - name: contoso.example\n    pool: pool2.contoso.example\n');
    expect(text).not.toContain('pool: pool1.contoso.example');
    expect(await succeed(first)).toContain(
      'the users of contoso.example were at home at pool2.contoso.example before',
    );
  });

  it('is a new pool by --home, which says whom it takes over from another one', async () => {
    await succeed('topology add pool pool1.contoso.example --home');
    const said = await succeed('topology add pool pool2.contoso.example --home');
    expect(said).toContain('the users of contoso.example were at home at pool1.contoso.example before');
  });

  it('is not changed without --pool: a domain that is there already is not added', async () => {
    const before = await readFile('topology.yaml', 'utf8');
    const { status, stderr } = await runEntente('topology add domain contoso.example --title again');
    expect(status).toBe(2);
    expect(stderr).toContain('contoso.example is there already');
    expect(await readFile('topology.yaml', 'utf8')).toBe(before);
  });
});
