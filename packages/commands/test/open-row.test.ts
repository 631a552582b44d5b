import { readFile } from 'node:fs/promises';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { runEntente, succeed } from './command-line.ts';
import { useTopologyFolder } from './topology-folder.ts';

const { row: ask } = links.memberToAuthority;
const { row: push } = links.authorityToEdge;
const { row: other } = links.frontEndToFrontEnd;
useTopologyFolder();

const yaml = () => readFile('topology.yaml', 'utf8');

describe('entente topology add link and remove --kind link', () => {
  it('close a row for servers, and open it again for all or for some of them', async () => {
    await succeed('topology add server fe2.contoso.example --role front-end');
    const before = await yaml();
    const close = `topology add link ${ask} --a fe1.contoso.example,fe2.contoso.example --closed`;
    await succeed(close);
    await succeed(`topology remove ${ask} --kind link --a fe1.contoso.example,fe2.contoso.example --yes`);
    expect(await yaml()).toBe(before);
    await succeed(close);
    await succeed(`topology remove ${ask} --kind link --yes`);
    expect(await yaml()).toBe(before);
    await succeed(close);
    const { stdout } = await runEntente(`topology remove ${ask} --kind link --a fe1.contoso.example --yes`);
    expect(stdout).toContain('fe2.contoso.example');
    expect(await yaml()).toContain(`- row: ${ask}\n    a:\n      - fe2.contoso.example\n`);
  });

  it('remove nothing where more than one entry, or none, may be meant, and list the entries of the row', async () => {
    await succeed('topology add server fe2.contoso.example --role front-end');
    await succeed(`topology add link ${ask} --a fe1.contoso.example --closed`);
    await succeed(`topology add link ${ask} --a fe2.contoso.example --b ca.contoso.example --closed`);
    await succeed(`topology add link ${push} --closed`);
    const before = await yaml();
    for (const [line, listed] of [
      [`remove ${ask} --kind link`, `entente topology remove ${ask} --kind link --a fe1.contoso.example`],
      [`remove ${ask} --kind link --a ca.contoso.example`, '--a fe2.contoso.example --b ca.contoso.example'],
      [`remove ${push} --kind link --b fe2.contoso.example`, `entente topology remove ${push} --kind link`],
      [`remove ${other} --kind link`, 'entente topology check --links'],
      ['remove fe1.contoso.example --kind link', 'number of the row'],
      ['remove fe1.contoso.example --a fe1.contoso.example', '--kind link'],
    ] as const) {
      const { status, stderr } = await runEntente(`topology ${line} --yes`);
      expect(status, line).toBe(2);
      expect(stderr, line).toContain(listed);
      expect(await yaml(), line).toBe(before);
    }
  });
});
