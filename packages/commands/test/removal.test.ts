import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runEntente, succeed } from './command-line.ts';
import { useTopologyFolder } from './topology-folder.ts';

useTopologyFolder();

/** Line of the topology, from 1, that has a text. */
async function lineOf(text: string): Promise<number> {
  const lines = (await readFile('topology.yaml', 'utf8')).split('\n');
  return lines.findIndex((line) => line.includes(text)) + 1;
}

async function refused(command: string): Promise<string> {
  const before = await readFile('topology.yaml', 'utf8');
  const { status, stderr } = await runEntente(`${command} --yes`);
  expect(status).toBe(2);
  expect(await readFile('topology.yaml', 'utf8')).toBe(before);
  return stderr;
}

describe('what is still named is not removed, and it is said where it is and what is done first', () => {
  it('a server that is the home of users', async () => {
    await succeed('topology add server fe2.contoso.example --role front-end');
    for (const user of ['bob', 'carol'])
      await succeed(`topology add user ${user}@contoso.example --home fe2.contoso.example`);
    const said = await refused('topology remove fe2.contoso.example');
    expect(said).toContain(
      `fe2.contoso.example is still the home of bob@contoso.example (line ${await lineOf('bob@')}), the home of carol@contoso.example (line ${await lineOf('carol@')})`,
    );
    expect(said).toContain(
      'entente topology add user bob@contoso.example --home <fqdn> --file topology.yaml',
    );
    expect(said).toContain('entente topology remove bob@contoso.example --kind user --file topology.yaml');
    expect(said).not.toContain('correct the name');
    for (const user of ['bob', 'carol'])
      await succeed(`topology add user ${user}@contoso.example --home fe1.contoso.example`);
    await succeed('topology remove fe2.contoso.example --yes');
  });

  it('a pool that a domain or a server names', async () => {
    await succeed('topology add pool pool1.contoso.example --role front-end --home');
    await succeed('topology add server fe2.contoso.example --role front-end --pool pool1.contoso.example');
    const said = await refused('topology remove pool1.contoso.example --kind pool');
    expect(said).toContain('the pool of the server fe2.contoso.example (line ');
    expect(said).toContain('the pool of the domain contoso.example (line ');
    expect(said).toContain('entente topology remove fe2.contoso.example --file topology.yaml');
    await succeed('topology remove fe2.contoso.example --yes');
    expect(await refused('topology remove pool1.contoso.example --kind pool')).toContain(
      'entente topology add domain contoso.example --pool <fqdn> --file topology.yaml',
    );
  });

  it('an entry of another kind, which is named with its option', async () => {
    await succeed('topology add pool pool2.contoso.example --role front-end');
    const said = await refused('topology remove pool2.contoso.example');
    expect(said).toContain('pool2.contoso.example is a pool of the topology, and not a server');
    expect(said).toContain('entente topology remove pool2.contoso.example --kind pool --file topology.yaml');
    expect(await refused('topology remove alice')).toContain('alice is an administrator of the topology');
    expect(await refused('topology remove alice --kind site')).toContain('--kind administrator');
    expect(await refused('topology remove nowhere')).toContain('the topology has no nowhere');
    await succeed('topology remove pool2.contoso.example --kind pool --yes');
  });

  it('an administrator whose signature is needed: the command that needs fewer is named, and works', async () => {
    const said = await refused('topology remove alice --kind administrator');
    const [, command = ''] = /entente (topology remove alice [^;()]*topology\.yaml)/.exec(said) ?? [];
    expect(command).toContain('--required 1');
    await succeed(`${command} --yes`);
  });
});

describe('a command that is named', () => {
  it('can be pasted where the name of a file has a space or what a shell takes for something else', async () => {
    const { stdout } = await runEntente([
      'topology',
      'init',
      'contoso.example',
      '--administrator',
      'alice',
      '--file',
      'a & b.yaml',
    ]);
    expect(stdout).toContain("entente topology check 'a & b.yaml'");
    expect(stdout).toContain("entente topology add server <fqdn> --role authority --file 'a & b.yaml'");
    const added = await runEntente([
      'topology',
      'add',
      'server',
      'ca.contoso.example',
      '--role',
      'authority',
      '--file',
      'a & b.yaml',
    ]);
    expect(added.stdout).toContain("entente topology sign 'a & b.yaml' --key <your key>");
  });

  it('has one access file: which of two counts, nobody would see', async () => {
    const { status, stderr } = await runEntente('cert list --as a.yaml --as b.yaml');
    expect([status, stderr]).toEqual([2, expect.stringContaining('a.yaml: give it once')]);
  });

  it('of which a text is refused says what to correct in one sentence', async () => {
    const name = ['topology', 'init', 'con toso', '--administrator', 'alice', '--file', 'other.yaml'];
    const { status, stderr } = await runEntente(name);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/; correct the text/)]);
  });
});
