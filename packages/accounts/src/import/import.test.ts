import { createCredentialRecord } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createMemoryDirectory } from '../directory/index.ts';
import { verifiersOf } from '../verifiers.ts';
import type { AccountsRead } from './account-texts.ts';
import { importAccounts } from './import-accounts.ts';
import { readAccountsCsv } from './read-csv.ts';
import { readUsersYaml } from './read-users-yaml.ts';

const sha256 = 'a1'.repeat(32);
const lines = (...each: readonly string[]): string => each.join('\r\n');

/** The lines that were read, with the addresses, and those that were refused, with the reasons. */
function seen({ accounts, refused }: AccountsRead): unknown {
  return {
    read: accounts.map(({ account, line }) => `${line} ${account.address}`),
    refused: refused.map(({ line, refusal }) => `${line} ${refusal.reason}`),
  };
}

describe('accounts as comma-separated values', () => {
  it('have their fields by the names of the columns, in any order, and defaults where a value is empty', () => {
    const text = lines(
      'home,address,state,rights,ha1-md5,ha1-sha-256',
      `pool02.contoso.example,"alice@contoso.example",disabled,dial-outside,${'b2'.repeat(16)},${sha256}`,
      ',sip:bob@Contoso.example,,,,',
    );
    const defaults = { home: 'pool01.contoso.example', rights: ['dial-outside'] } as const;
    expect(readAccountsCsv(`\uFEFF${text}`, defaults).accounts).toEqual([
      {
        line: 2,
        account: {
          address: 'alice@contoso.example',
          verifiers: { 'SHA-256': sha256, MD5: 'b2'.repeat(16) },
          home: 'pool02.contoso.example',
          state: 'disabled',
          rights: ['dial-outside'],
        },
      },
      {
        line: 3,
        account: {
          address: 'bob@contoso.example',
          verifiers: {},
          home: 'pool01.contoso.example',
          state: 'enabled',
          rights: ['dial-outside'],
        },
      },
    ]);
  });

  it('keep of a password its verifier for SHA-256, and nothing else', () => {
    const { accounts } = readAccountsCsv('address,password\nalice@contoso.example,"o""p, q, r"\n');
    expect(accounts[0]?.account.verifiers).toEqual(verifiersOf('alice@contoso.example', 'o"p, q, r'));
    expect(JSON.stringify(accounts)).not.toContain('p, q');
  });

  it('are refused without a password where there is a column for it: nobody could sign in, or who could no longer can', () => {
    const text = lines(
      'address,password',
      'alice@contoso.example,a-secret',
      'bob@contoso.example,',
      'carol@contoso.example,""',
    );
    expect(seen(readAccountsCsv(text))).toEqual({
      read: ['2 alice@contoso.example'],
      refused: ['3 field-invalid', '4 field-invalid'],
    });
  });

  it('are refused with a password that is quickly guessed, each with its line', () => {
    const text = lines('address,password', 'alice@contoso.example,12345678', 'bob@contoso.example,7 chars');
    const read = readAccountsCsv(text);
    expect(seen(read)).toEqual({ read: ['2 alice@contoso.example'], refused: ['3 field-invalid'] });
    expect(read.refused[0]?.refusal.message).toContain('at least 8 characters');
    // Seven characters, though 14 units of UTF-16.
    expect(readAccountsCsv('address,password\nalice@contoso.example,🙂🙂🙂🙂🙂🙂🙂\n').refusedCount).toBe(1);
  });

  it('are refused line by line, with the reason, and the others are read', () => {
    const text = lines(
      'address,state,rights,home',
      'alice@contoso.example,enabled,,',
      'nobody,enabled,,',
      'bob@contoso.example,asleep,,',
      'carol@contoso.example,enabled,fly,',
      'dave@contoso.example,enabled,,pool01',
      'alice@CONTOSO.example,enabled,,',
      'erin@contoso.example,enabled',
      'frank@contoso.example,"ena"bled,,',
      'grace@contoso.example,enabled,,',
    );
    expect(seen(readAccountsCsv(text))).toEqual({
      read: ['2 alice@contoso.example', '10 grace@contoso.example'],
      refused: [
        '3 address-invalid',
        '4 state-invalid',
        '5 right-invalid',
        '6 home-invalid',
        '7 address-repeated',
        '8 field-invalid',
        '9 text-malformed',
      ],
    });
  });

  it.each([
    ['a column that is not known', 'address,pasword\nalice@contoso.example,x'],
    ['a column twice', 'address,address\nalice@contoso.example,alice@contoso.example'],
    ['no column for the address', 'password\nx'],
    ['passwords and verifiers', 'address,password,ha1-md5\nalice@contoso.example,x,'],
    ['nothing at all', ''],
    ['semicolons between its values', 'address;password\nalice@contoso.example;a-secret'],
  ])('are refused as a whole with %s', (_what, text) => {
    expect(seen(readAccountsCsv(text))).toEqual({ read: [], refused: ['1 field-invalid'] });
  });

  it('lose to a quote that is not closed its own line alone, and so with a line that is too long', () => {
    const text = lines(
      'address',
      '"alice@contoso.example',
      'a'.repeat(16_385),
      '',
      'bob@contoso.example',
      '',
    );
    expect(seen(readAccountsCsv(text))).toEqual({
      read: ['5 bob@contoso.example'],
      refused: ['2 text-malformed', '3 text-malformed'],
    });
  });

  it.each([
    ['address;password', 'separate the values of every line with commas'],
    ['password\taddress', 'found tabs'],
    ['Address;Password;Home', 'separate the values of every line with commas'],
    [
      'sep=;\nAddress;Password',
      'found the line sep= of a spreadsheet; remove it, and separate the values of every line with commas, not semicolons',
    ],
    ['sep=,\naddress,password', 'found the line sep= of a spreadsheet; remove it'],
    ['address,home\n"alice@contoso.example', 'a quote that is not closed or stands inside a value"'],
    [`address\n${'a'.repeat(16_385)}`, 'more than 16384 characters"'],
  ])('are refused with a whole sentence that says what to change: %j', (text, words) => {
    const [only, ...more] = readAccountsCsv(text).refused;
    expect(only?.refusal.message).toContain(words);
    expect(only?.refusal.message).not.toContain('…');
    expect(more).toEqual([]);
  });

  it('have columns whose names may be written with capitals', () => {
    const text = lines('Address,Password,HOME', 'alice@contoso.example,first-secret,pool1.contoso.example');
    const { accounts, refused } = readAccountsCsv(text);
    expect(refused).toEqual([]);
    expect(accounts).toMatchObject([
      { account: { address: 'alice@contoso.example', home: 'pool1.contoso.example' } },
    ]);
  });

  it('are refused where their bytes are not UTF-8, and are told so', () => {
    const text = Buffer.from('address,password\nmüller@contoso.example,a-secret', 'latin1').toString('utf8');
    expect(readAccountsCsv(text)).toMatchObject({
      accounts: [],
      refused: [{ line: 2, refusal: { message: expect.stringContaining('save the file as UTF-8') } }],
    });
  });

  it('keep 1,000 refusals and count the rest', () => {
    const { refused, refusedCount } = readAccountsCsv(`address\n${'nobody\n'.repeat(1_500)}`);
    expect([refused.length, refusedCount]).toEqual([1_000, 1_500]);
  });
});

describe('the users file of front ends', () => {
  const record = (username: string, realm = 'contoso.example') =>
    createCredentialRecord({ username, realm, password: 'secret' }, ['SHA-256', 'MD5']);

  it('is refused where its bytes are not UTF-8, and says so', () => {
    const text = Buffer.from('users:\n  - username: müller\n', 'latin1').toString('utf8');
    expect(readUsersYaml(text).refused).toMatchObject([
      { line: 2, refusal: { message: expect.stringContaining('save the file as UTF-8') } },
    ]);
  });

  it('becomes accounts with the same verifiers', () => {
    const users = [record('alice'), record('zöe')];
    const { accounts, refused } = readUsersYaml(stringify({ users }), { home: 'pool01.contoso.example' });
    expect(refused).toEqual([]);
    expect(accounts.map(({ account }) => account)).toEqual(
      ['alice@contoso.example', 'z%C3%B6e@contoso.example'].map((address, index) => ({
        address,
        verifiers: users[index]?.ha1,
        home: 'pool01.contoso.example',
        state: 'enabled',
        rights: [],
      })),
    );
  });

  it('is refused user by user, with the line, and the others are read', () => {
    const ha1 = `ha1: { SHA-256: ${sha256} }`;
    const text = [
      'users:',
      `  - { username: alice, realm: contoso.example, ${ha1} }`,
      `  - { username: 'a:b', realm: contoso.example, ${ha1} }`,
      `  - { username: bob, realm: Contoso.example, ${ha1} }`,
      `  - { username: 7, realm: contoso.example, ${ha1} }`,
      '  - { username: carol, realm: contoso.example }',
      `  - { username: dave, realm: contoso.example, ${ha1}, admin: true }`,
      '  - { username: erin, realm: contoso.example, ha1: { SHA-256: short } }',
      `  - { username: alice, realm: contoso.example, ${ha1} }`,
      '  - just a text',
      `  - { username: frank, realm: contoso.example, ${ha1} }`,
    ].join('\n');
    expect(seen(readUsersYaml(text))).toEqual({
      read: ['2 alice@contoso.example', '11 frank@contoso.example'],
      refused: [
        '3 address-invalid',
        '4 address-invalid',
        '5 field-invalid',
        '6 field-invalid',
        '7 field-invalid',
        '8 verifier-invalid',
        '9 address-repeated',
        '10 field-invalid',
      ],
    });
  });

  it.each([
    ['no YAML', 'users: [', ['1 text-malformed']],
    ['no list', 'users: 3', ['1 field-invalid']],
    ['something else beside the list', 'users: []\nother: 1', ['1 field-invalid']],
    ['nothing', '', ['1 field-invalid']],
  ])('is refused as a whole where it is %s', (_what, text, refused) => {
    expect(seen(readUsersYaml(text))).toEqual({ read: [], refused });
  });

  it('does not follow aliases', () => {
    const user = `username: alice, realm: contoso.example, ha1: &x { SHA-256: ${sha256} }`;
    const text = `users:\n  - { ${user} }\n  - { username: bob, realm: contoso.example, ha1: *x }\n`;
    expect(seen(readUsersYaml(text))).toEqual({
      read: ['2 alice@contoso.example'],
      refused: ['3 field-invalid'],
    });
  });
});

describe('an import', () => {
  const text = (state: string) =>
    `address,state\n${Array.from({ length: 1_200 }, (_, index) => `u${index}@contoso.example,${state}`).join('\n')}`;

  it('adds what is new, and refuses what the directory has, with the line', async () => {
    await using directory = createMemoryDirectory();
    const { accounts } = readAccountsCsv(text('enabled'));
    await directory.put(accounts[700]?.account ?? (undefined as never), 'absent');
    const progress: number[] = [];
    const report = await importAccounts(directory, accounts, { onProgress: (done) => progress.push(done) });
    expect(report).toMatchObject({ added: 1_199, replaced: 0, unchanged: 0, refusedCount: 1 });
    expect(report.refused).toMatchObject([{ line: 702, refusal: { reason: 'account-exists' } }]);
    expect(progress.at(-1)).toBe(1_200);
  });

  it('replaces what differs where it is told to, leaves the rest alone, and keeps contact lists', async () => {
    await using directory = createMemoryDirectory();
    const { accounts } = readAccountsCsv(text('enabled'));
    await importAccounts(directory, accounts);
    const contacts = [{ address: 'bob@contoso.example', groups: [] }];
    await directory.putContacts('u0@contoso.example', contacts, 0);
    const again = await importAccounts(directory, accounts, { existing: 'replace' });
    expect(again).toMatchObject({ added: 0, replaced: 0, unchanged: 1_200, refusedCount: 0 });
    const disabled = readAccountsCsv(text('disabled')).accounts.slice(0, 3);
    const changed = await importAccounts(directory, disabled, { existing: 'replace' });
    expect(changed).toMatchObject({ added: 0, replaced: 3, unchanged: 0, refusedCount: 0 });
    expect((await directory.find('u0@contoso.example'))?.account.state).toBe('disabled');
    expect((await directory.contacts('u0@contoso.example'))?.contacts).toEqual(contacts);
  });
});
