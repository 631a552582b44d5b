import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifiersOf } from '@entente/accounts';
import { formatFeedPage } from '@entente/accounts/feed';
import type { Network } from '@entente/testkit';
import { encodeSignedTopology, signTopology, type TopologyDocument, topologyHash } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administratorOptions } from './administrator-options.ts';
import { answerOf, runEntente } from './command-line.ts';
import { newestTopology } from './newest-topology.ts';
import { sharedNetwork } from './shared-network.ts';

const alice = 'alice@contoso.example';

// The tests build on each other: the accounts change as they go.
describe('the users at an authority', () => {
  let network: Network;
  let folder: string;
  let options: string;
  beforeAll(async () => {
    network = await sharedNetwork();
    folder = await mkdtemp(join(tmpdir(), 'entente-users-'));
    options = administratorOptions(network);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const user = (line: string) => answerOf(`user ${line} ${options}`);
  const written = async (name: string, text: string) => {
    const file = join(folder, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  const listed = async (filter = '') => {
    const { json } = await user(`list ${filter}`);
    return json.users as {
      address: string;
      state: string;
      home?: string;
      algorithms: string[];
      version: number;
    }[];
  };

  it('are added once, with a password that is shown once or read from a file, and that no argument has', async () => {
    const added = await user(`add ${alice} --generate`);
    expect(added).toMatchObject({ status: 0, json: { ok: true, user: alice, added: true } });
    expect(String(added.json.password)).toHaveLength(24);
    expect(await user(`add ${alice} --generate`)).toMatchObject({
      status: 1,
      json: { ok: false, refusal: { reason: 'account-exists' } },
    });
    const secret = await written('password', 'correct horse\nand more\n');
    const bob = await runEntente(
      `user add sip:Bob@contoso.example --password-file ${secret} --md5-only ${options}`,
    );
    expect(bob).toMatchObject({ status: 0, stdout: expect.stringMatching(/^added Bob@contoso\.example\n/) });
    expect(bob.stdout).not.toContain('horse');
    expect((await listed()).map(({ address, algorithms }) => [address, ...algorithms])).toEqual([
      ['Bob@contoso.example', 'MD5'],
      [alice, 'SHA-256'],
    ]);
    const empty = await written('empty', '\n');
    expect(
      await runEntente(`user add carol@contoso.example --password-file ${empty} ${options}`),
    ).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('found an empty line'),
    });
  });

  it('are disabled and enabled, each said truly where nothing changed', async () => {
    const disabled = await runEntente(`user disable ${alice} ${options}`);
    expect(disabled).toMatchObject({ status: 0, stdout: expect.stringMatching(/^disabled alice/) });
    expect(disabled.stdout).toContain(`entente user enable ${alice}`);
    expect(await listed('--state disabled')).toMatchObject([{ address: alice, state: 'disabled' }]);
    expect(await user(`disable ${alice}`)).toMatchObject({ status: 0, json: { changed: false } });
    expect(await user(`enable ${alice}`)).toMatchObject({ status: 0, json: { changed: true } });
  });

  it('get another password and another home, and the old ones are gone', async () => {
    const [before] = await listed(alice);
    expect(await user(`passwd ${alice} --generate`)).toMatchObject({ status: 0, json: { changed: true } });
    const [fe1 = ''] = network.organisation.frontEnds.map(({ fqdn }) => fqdn);
    expect(await user(`move ${alice} --home ${fe1}`)).toMatchObject({ status: 0, json: { home: fe1 } });
    const [after] = await listed(alice);
    expect(after).toMatchObject({ home: fe1 });
    expect(after?.version).toBeGreaterThan(before?.version ?? 0);
    expect(await user(`move ${alice} --home fe9.contoso.example`)).toMatchObject({
      status: 1,
      json: { refusal: { reason: 'home-unknown' } },
    });
    expect(await user(`move ${alice} --default`)).toMatchObject({ status: 0, json: { home: null } });
    expect((await runEntente(`user move ${alice} ${options}`)).status).toBe(2);
  });

  it('are given a right, and lose it, and nothing else of them changes', async () => {
    const [before] = await listed(alice);
    expect(await user(`right ${alice} --grant dial-outside`)).toMatchObject({
      status: 0,
      json: { changed: true },
    });
    expect((await listed(alice))[0]).toMatchObject({ rights: ['dial-outside'], state: before?.state });
    expect(await user(`right ${alice} --grant dial-outside`)).toMatchObject({ json: { changed: false } });
    expect(await user(`right ${alice} --revoke dial-outside`)).toMatchObject({
      status: 0,
      json: { granted: false },
    });
    expect((await listed(alice))[0]).toMatchObject({ rights: [] });
    for (const wrong of ['', '--grant dial-outside --revoke dial-outside', '--grant everything'])
      expect((await runEntente(`user right ${alice} ${wrong} ${options}`)).status).toBe(2);
  });

  it('are given a telephone number, and lose it', async () => {
    const number = '+4930123456';
    expect(await user(`number ${alice} --set ${number}`)).toMatchObject({ status: 0, json: { number } });
    expect((await listed(alice))[0]).toMatchObject({ number });
    expect(await user(`number ${alice} --set ${number}`)).toMatchObject({ json: { changed: false } });
    expect(await user(`number ${alice} --set 030123456`)).toMatchObject({
      status: 1,
      json: { refusal: { reason: 'number-invalid' } },
    });
    expect(await user(`number ${alice} --none`)).toMatchObject({ status: 0, json: { number: null } });
    expect((await listed(alice))[0]).not.toHaveProperty('number');
    expect((await runEntente(`user number ${alice} ${options}`)).status).toBe(2);
  });

  it.each([
    'disable',
    'enable',
    'move --default',
    'right --grant dial-outside',
    'number --none',
    'passwd --generate',
    'remove --yes',
    'list',
  ])('that are not there are a failure of %s', async (verb) => {
    const [name = '', ...more] = verb.split(' ');
    const { json, status } = await user(`${name} nobody@contoso.example ${more.join(' ')}`);
    expect({ status, ok: json.ok }).toEqual({ status: 1, ok: false });
  });

  it('are said not to be there in one word, and not to be what they are not', async () => {
    expect((await user('list nobody@contoso.example')).json).toMatchObject({
      ok: false,
      refusal: { reason: 'account-unknown', message: expect.stringContaining('nobody@contoso.example') },
    });
    const other = await user(`list ${alice} --state disabled`);
    expect(other).toMatchObject({ status: 1, json: { refusal: { reason: 'account-unknown' } } });
    expect(await user(`list ${alice} --state enabled`)).toMatchObject({ status: 0 });
  });

  it('get no password that is quickly guessed', async () => {
    for (const [index, short] of ['x', '7 chars', '🙂🙂🙂🙂🙂🙂🙂'].entries()) {
      const file = await written(`short-${index}`, `${short}\n`);
      for (const line of [`add short@contoso.example`, `passwd ${alice}`]) {
        const refused = await runEntente(`user ${line} --password-file ${file} ${options}`);
        expect(refused).toMatchObject({
          status: 2,
          stderr: expect.stringContaining('at least 8 characters'),
        });
      }
    }
    const eight = await written('eight', '12345678\n');
    expect((await user(`add eight@contoso.example --password-file ${eight}`)).status).toBe(0);
    expect((await user('remove eight@contoso.example --yes')).status).toBe(0);
  });

  it('are removed by one who has confirmed it', async () => {
    const asked = await runEntente(`user remove Bob@contoso.example ${options}`);
    expect(asked).toMatchObject({ status: 2, stderr: expect.stringContaining('entente user disable keeps') });
    expect(await listed()).toHaveLength(2);
    const unknown = await user('remove nobody@contoso.example');
    expect(unknown, 'nobody is asked').toMatchObject({
      status: 1,
      json: { refusal: { reason: 'account-unknown' } },
    });
    expect((await user('remove Bob@contoso.example --yes')).status).toBe(0);
    expect((await listed()).map(({ address }) => address)).toEqual([alice]);
  });

  it('come from a file, those that are right, and each line that is not is named', async () => {
    const many = Array.from({ length: 1_200 }, (_, index) => `user${index}@contoso.example,a-secret,`);
    const file = await written(
      'users.csv',
      ['address,password,state', ...many, `${alice},a-secret,disabled`, 'no address,a-secret,', ''].join(
        '\n',
      ),
    );
    const imported = await runEntente(`user import ${file} ${options}`);
    expect(imported.status).toBe(1);
    expect(imported.stdout).toContain(`${file}:1202: refused: account-exists`);
    expect(imported.stdout).toContain(`${file}:1203: refused: address-invalid`);
    expect(imported.stdout).toContain('1200 added, 0 replaced, 0 unchanged, 2 refused');
    expect(await listed('--limit 2000')).toHaveLength(1_201);
    expect(await user('list --limit 5')).toMatchObject({ status: 0, json: { more: true } });
    const replace = `import ${file} --replace`;
    expect((await runEntente(`user ${replace} ${options}`)).status, 'is asked first').toBe(2);
    expect(await user(`${replace} --yes`)).toMatchObject({
      status: 1,
      json: { added: 0, replaced: 1, unchanged: 1_200, refusedCount: 1 },
    });
    expect(await listed(alice)).toMatchObject([{ state: 'disabled' }]);
    expect((await runEntente(`user import ${join(folder, 'password')} ${options}`)).status).toBe(2);
  });

  it('come back from what a front end has kept, where the authority has lost them', async () => {
    const account = (name: string) => {
      const address = `${name}@contoso.example`;
      const verifiers = verifiersOf(address, 'secret') ?? {};
      return { address, account: { address, verifiers, state: 'enabled' as const, rights: [] } };
    };
    const position = { epoch: 'before', version: 7, begun: 0 };
    const page = { view: 'verifiers' as const, position, more: false };
    const [kept, gone] = [account('kept'), account('gone')];
    const lines = [[kept, gone], [{ address: gone.address }]].map((changes) =>
      formatFeedPage({ ...page, changes }),
    );
    const file = await written('accounts.jsonl', `${lines.join('\n')}\n{"format":`);
    expect(await user(`import ${file}`)).toMatchObject({ status: 0, json: { added: 1, refusedCount: 0 } });
    expect(await listed(kept.address)).toMatchObject([{ algorithms: ['SHA-256'] }]);
    const other = await written('other.jsonl', '{}\n');
    expect((await runEntente(`user import ${other} ${options}`)).status).toBe(2);
  });

  it('whose addresses differ in case alone are different users, and each is said when it is added', async () => {
    expect((await user('add Fred.Long@contoso.example --generate')).json).not.toHaveProperty('differsInCase');
    const fred = 'fred.long@contoso.example';
    const added = await user(`add ${fred} --generate`);
    expect(added).toMatchObject({
      status: 0,
      json: { added: true, differsInCase: ['Fred.Long@contoso.example'] },
    });
    expect(String(added.json.next)).toContain(`entente user remove ${fred}`);
    const shown = await runEntente(`user add FRED.LONG@contoso.example --generate ${options}`);
    expect(shown).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`differ in case alone, and are different users`),
    });
    expect(shown.stdout).toContain('Fred.Long@contoso.example, fred.long@contoso.example');
  });

  it('whose addresses differ in case alone are said where they come from a file', async () => {
    const lines = ['address,password', 'gIna@contoso.example,a-secret', 'gina@contoso.example,a-secret'];
    const file = await written('cases.csv', [...lines, 'fRed.long@contoso.example,a-secret', ''].join('\n'));
    const differsInCase = {
      count: 3,
      users: [
        { address: 'gIna@contoso.example', others: ['gina@contoso.example'] },
        { address: 'gina@contoso.example', others: ['gIna@contoso.example'] },
        {
          address: 'fRed.long@contoso.example',
          others: ['FRED.LONG@contoso.example', 'Fred.Long@contoso.example', 'fred.long@contoso.example'],
        },
      ],
    };
    expect(await user(`import ${file}`)).toMatchObject({ status: 0, json: { added: 3, differsInCase } });
    const again = await runEntente(`user import ${file} --replace --yes ${options}`);
    expect(again.stdout).toContain('3 users of the file have addresses that differ in case alone');
    expect(again.stdout).toContain('  gIna@contoso.example beside gina@contoso.example\n');
    const without = await written('no-cases.csv', 'address,password\nhilda@contoso.example,a-secret\n');
    expect((await user(`import ${without}`)).json).not.toHaveProperty('differsInCase');
  });

  it('who have no home are said to have none, with what gives them one', async () => {
    const { document } = JSON.parse(await newestTopology(network)) as { document: TopologyDocument };
    const domains = document.domains.map(({ name }) => ({ name }));
    const { version } = document;
    const next = { ...document, domains, version: version + 1, previous: topologyHash(document) };
    const signed = encodeSignedTopology(signTopology(next, [network.administrator.signer]));
    const file = await written('without-pool.json', signed);
    expect(await answerOf(`topology publish ${file} --yes ${options}`)).toMatchObject({ status: 0 });
    const homeless = 'dora@contoso.example';
    const added = await runEntente(`user add ${homeless} --generate ${options}`);
    expect(added).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`${homeless} has no home yet`),
    });
    expect(added.stdout).toContain(`entente user move ${homeless} --home`);
    expect(added.stdout).toContain('entente topology add pool <fqdn> --role front-end --home');
    const [fe1 = ''] = network.organisation.frontEnds.map(({ fqdn }) => fqdn);
    const athome = await user(`add erin@contoso.example --generate --home ${fe1}`);
    expect(athome.json).not.toHaveProperty('home');
    const rows = [
      'address,password,home',
      'ida@contoso.example,a-secret,',
      `jo@contoso.example,a-secret,${fe1}`,
    ];
    const heading = await written('heading.csv', 'address,password\n');
    expect(await runEntente(`user import ${heading} ${options}`)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`no user is in ${heading}\n0 added`),
    });
    const users = await written('homeless.csv', [...rows, 'no address,a-secret,', ''].join('\n'));
    const imported = await runEntente(`user import ${users} ${options}`);
    expect(imported.stdout).toContain(
      '1 user of the file has no home yet, and cannot register: contoso.example has no pool',
    );
    expect(imported.stdout).toContain('entente topology add pool <fqdn> --role front-end --home');
    expect(imported.stdout).toMatch(/\nNext:\n {2}line 4: /);
    expect((await user(`import ${users} --replace --yes`)).json).toMatchObject({
      withoutHome: { count: 1, users: ['ida@contoso.example'] },
    });
    const shown = await runEntente(`user list ${homeless} ${options}`);
    expect(shown.stdout).toContain('none: the domain has no pool');
  });

  it('are said to be at the authority where neither it nor a file is named', async () => {
    const nowhere = await runEntente(`user add ${alice} --generate`);
    expect(nowhere).toMatchObject({ status: 2, stderr: expect.stringContaining('--as') });
    const replaced = await runEntente(`user add ${alice} --generate --replace ${options}`);
    expect(replaced).toMatchObject({ status: 2, stderr: expect.stringContaining('entente user passwd') });
  });
});
