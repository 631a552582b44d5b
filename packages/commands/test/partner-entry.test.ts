import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runEntente, succeed } from './command-line.ts';
import { useTopologyFolder } from './topology-folder.ts';

useTopologyFolder();

const yaml = async (): Promise<string> => readFile('topology.yaml', 'utf8');

describe('the entry of a partner', () => {
  it('has roots that come and go one by one, and keeps everything else of its entry', async () => {
    await succeed(
      'ca init --domain contoso.example --fqdn ca.contoso.example --directory ca --topology topology.yaml --https-url https://ca.contoso.example --objects-url http://ca.contoso.example',
    );
    const old = `${'ab:'.repeat(31)}AB`;
    await succeed(`topology add partner fabrikam --domain fabrikam.example --fingerprint ${old}`);
    const numbered = (await yaml()).replace('id: fabrikam\n', "id: fabrikam\n    numbers: ['+49301']\n");
    await writeFile('topology.yaml', numbered);
    await succeed('topology add anchor --partner fabrikam --certificate ca/root_ca.crt --name root2');
    const both = await yaml();
    expect(both).toContain(old.replaceAll(':', '').toLowerCase());
    expect(both).toContain('name: root2');
    await succeed('topology remove root --kind anchor --partner fabrikam --yes');
    const after = await yaml();
    expect(after).not.toContain(old.replaceAll(':', '').toLowerCase());
    expect(after).toContain('name: root2');
    expect(after).toMatch(/numbers: \[ ?'\+49301' ?\]/);
    await succeed('topology remove root2 --kind anchor --partner fabrikam --yes');
    expect(await yaml()).not.toContain('root2');
    expect(await yaml()).toMatch(/numbers: \[ ?'\+49301' ?\]/);

    const unknown = await runEntente('topology remove root9 --kind anchor --partner contoso --yes');
    expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining('fabrikam') });
    const other = await runEntente('topology remove fabrikam --kind partner --partner fabrikam --yes');
    expect(other).toMatchObject({ status: 2, stderr: expect.stringContaining('option --partner') });
  });

  it.each([
    ['--address 192.0.2.7', '--address'],
    ['--port 5061', '--port'],
    ['--server edge.fabrikam.example --match-host-name', '--match-host-name'],
    ['--blocked --server edge.fabrikam.example', '--server'],
    [`--blocked --fingerprint ${'ab'.repeat(32)}`, '--fingerprint'],
    ['--blocked --server-auth-only', '--server-auth-only'],
  ])('is added with no option that its kind has no place for: %s', async (options, option) => {
    const before = await yaml();
    const { status, stderr } = await runEntente(
      `topology add partner fabrikam --domain fabrikam.example ${options}`,
    );
    expect(status).toBe(2);
    expect(stderr).toContain(`option ${option}: `);
    expect(stderr).toContain('ENTENTE_USAGE');
    expect(await yaml()).toBe(before);
  });
});
