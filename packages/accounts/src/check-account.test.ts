import { describe, expect, it } from 'vitest';
import type { Account, AccountContact } from './account.ts';
import { checkAccount } from './check-account.ts';
import { checkContacts } from './check-contacts.ts';
import { type AccountRefusal, accountRefusalReasons, refuse } from './refusal.ts';
import { credentialRecordOf, sameVerifiers, verifiersOf } from './verifiers.ts';

const sha256 = 'a1'.repeat(32);
const alice: Account = {
  address: 'alice@contoso.example',
  verifiers: { 'SHA-256': sha256 },
  state: 'enabled',
  rights: [],
};

/** The reason and the data of a refusal. */
function refused(outcome: { readonly ok: boolean; readonly refusal?: AccountRefusal }): unknown {
  return outcome.ok ? 'ok' : [outcome.refusal?.reason, outcome.refusal?.data];
}

describe('an account that is checked', () => {
  it('is given back in one form', () => {
    const wild = {
      rights: ['dial-outside'],
      number: '+4930123456',
      state: 'enabled',
      home: 'pool01.contoso.example',
      verifiers: { MD5: 'b2'.repeat(16), 'SHA-256': sha256 },
      address: 'alice@contoso.example',
    } as const;
    const checked = checkAccount(wild);
    const account = checked.ok ? checked.account : undefined;
    expect(JSON.stringify(account)).toBe(
      JSON.stringify({
        address: 'alice@contoso.example',
        verifiers: { 'SHA-256': sha256, MD5: 'b2'.repeat(16) },
        home: 'pool01.contoso.example',
        state: 'enabled',
        number: '+4930123456',
        rights: ['dial-outside'],
      }),
    );
  });

  it.each<readonly [string, unknown, string]>([
    ['nothing', undefined, 'account'],
    ['a list', [], 'account'],
    ['no address', { ...alice, address: undefined }, 'address of an account'],
    ['no rights', { ...alice, rights: undefined }, 'rights of an account'],
    ['no verifiers', { ...alice, verifiers: undefined }, 'verifiers of an account'],
    ['verifiers that are numbers', { ...alice, verifiers: { MD5: 1 } }, 'verifiers of an account'],
    ['a number that is not a text', { ...alice, number: 49 }, 'number of an account'],
    [
      'a password and no verifiers, so that the user could never sign in',
      { ...alice, verifiers: {}, password: 'correct horse' },
      'password of an account',
    ],
    ['a field that there is not', { ...alice, shoeSize: 41 }, 'shoeSize of an account'],
    ['a misspelt field', { ...alice, right: ['dial-outside'] }, 'right of an account'],
  ])('is a fault of the program that gives %s, and names the field', (_, account, place) => {
    let fault: unknown;
    try {
      checkAccount(account as Account);
    } catch (error) {
      fault = error;
    }
    expect(fault).toMatchObject({ code: 'ENTENTE_ACCOUNTS_BAD_ARGUMENT', place });
    expect(`${fault}`).not.toContain('correct horse');
  });

  it.each<readonly [string, Partial<Account>, unknown]>([
    [
      'an address that is not canonical, and is told the canonical one',
      { address: 'sip:alice@Contoso.example' },
      ['address-invalid', { found: 'sip:alice@Contoso.example', canonical: 'alice@contoso.example' }],
    ],
    [
      'a verifier that is too short',
      { verifiers: { 'SHA-256': 'a1' } },
      ['verifier-invalid', { algorithm: 'SHA-256' }],
    ],
    [
      'a verifier in capitals',
      { verifiers: { 'SHA-256': sha256.toUpperCase() } },
      ['verifier-invalid', { algorithm: 'SHA-256' }],
    ],
    [
      'a verifier of an algorithm that is not known, also one that every object has',
      { verifiers: { constructor: 'a' } as unknown as Account['verifiers'] },
      ['verifier-invalid', { algorithm: 'constructor' }],
    ],
    ['a home that is no FQDN', { home: 'pool01' }, ['home-invalid', { found: 'pool01' }]],
    ['a state that is not known', { state: 'active' as 'enabled' }, ['state-invalid', { found: 'active' }]],
    ...['030123456', '+030123456', '+', '+1234567890123456', '+49 30 123456'].map(
      (number): readonly [string, Partial<Account>, unknown] => [
        `the number ${number}`,
        { number },
        ['number-invalid', { found: number }],
      ],
    ),
    [
      'a right that is not known',
      { rights: ['admin' as 'dial-outside'] },
      ['right-invalid', { found: 'admin' }],
    ],
    [
      'a right that it has twice',
      { rights: ['dial-outside', 'dial-outside'] },
      ['right-invalid', { found: 'dial-outside' }],
    ],
  ])('is refused with %s', (_what, changes, expected) => {
    expect(refused(checkAccount({ ...alice, ...changes }))).toEqual(expected);
  });
});

describe('a contact list that is checked', () => {
  const contact = (user: string, changes: Partial<AccountContact> = {}): AccountContact => ({
    address: `${user}@fabrikam.example`,
    groups: [],
    ...changes,
  });
  const many = (count: number, changes: (index: number) => Partial<AccountContact> = () => ({})) =>
    Array.from({ length: count }, (_, index) => contact(`user${index}`, changes(index)));
  const name = 'n'.repeat(128);
  const group = 'g'.repeat(62);

  it.each<readonly [string, readonly AccountContact[], unknown]>([
    ['as many contacts as allowed', many(1_000), 'ok'],
    ['one contact more', many(1_001), ['limit-exceeded', { limit: 'contacts', most: 1_000, found: 1_001 }]],
    ['the longest name', [contact('a', { name })], 'ok'],
    [
      'a longer name',
      [contact('a', { name: `${name}n` })],
      ['limit-exceeded', { limit: 'contactNameLength', most: 128, found: 129 }],
    ],
    [
      'a contact in too many groups',
      [contact('a', { groups: Array.from({ length: 17 }, (_, index) => `g${index}`) })],
      ['limit-exceeded', { limit: 'groupsOfContact', most: 16, found: 17 }],
    ],
    [
      'a name of a group that is too long',
      [contact('a', { groups: ['g'.repeat(65)] })],
      ['limit-exceeded', { limit: 'groupNameLength', most: 64, found: 65 }],
    ],
    ['as many groups as allowed', many(64, (index) => ({ groups: [`g${index}`] })), 'ok'],
    [
      'one group more',
      many(65, (index) => ({ groups: [`g${index}`] })),
      ['limit-exceeded', { limit: 'groups', most: 64, found: 65 }],
    ],
    [
      'a whole that is too large, of parts that are not',
      many(1_000, (index) => ({
        name,
        groups: Array.from({ length: 4 }, (_, of) => `${group}${(index + of) % 9}`),
      })),
      ['limit-exceeded', { limit: 'contactListBytes', most: 262_144, found: expect.any(Number) }],
    ],
    ['a contact twice', [contact('a'), contact('a')], ['contact-invalid', { index: 1, field: 'address' }]],
    ['an empty name', [contact('a', { name: ' ' })], ['contact-invalid', { index: 0, field: 'name' }]],
    [
      'half a character',
      [contact('a', { name: 'a\ud800' })],
      ['contact-invalid', { index: 0, field: 'name' }],
    ],
    [
      'a line break in a group',
      [contact('a', { groups: ['a\nb'] })],
      ['contact-invalid', { index: 0, field: 'groups' }],
    ],
  ])('with %s', (_what, contacts, expected) => {
    expect(refused(checkContacts(contacts))).toEqual(expected);
  });

  it('loses what does not belong to it', () => {
    const checked = checkContacts([{ ...contact('a'), photo: 'large' } as AccountContact]);
    expect(checked).toEqual({ ok: true, contacts: [contact('a')] });
  });
});

describe('the verifiers of an account', () => {
  it('are those of its user part and domain, and are what servers verify digests with', () => {
    const address = 'z%C3%B6e@contoso.example';
    const verifiers = verifiersOf(address, 'secret', ['SHA-256', 'MD5']) ?? {};
    expect(Object.keys(verifiers)).toEqual(['SHA-256', 'MD5']);
    expect(credentialRecordOf({ ...alice, address, verifiers })).toEqual({
      username: 'zöe',
      realm: 'contoso.example',
      ha1: verifiers,
    });
    expect(verifiersOf('nobody', 'secret')).toBeUndefined();
  });

  it.each([
    ['first', undefined, 'secret'],
    ['second', 'alice@contoso.example', undefined],
  ])(
    'are asked for with two texts: the %s argument is named where it is missing',
    (which, address, password) => {
      expect(() => verifiersOf(address as string, password as string)).toThrow(
        `expected ${which} argument of verifiersOf to be a text, found nothing`,
      );
    },
  );

  it.each([
    ['an empty password', 'alice@contoso.example', '', undefined, 'second argument of verifiersOf'],
    ['no algorithm', 'alice@contoso.example', 'secret', [], 'third argument of verifiersOf'],
    [
      'an algorithm that there is not',
      'alice@contoso.example',
      'secret',
      ['SHA-1'],
      'third argument of verifiersOf',
    ],
    ['an algorithm without list', 'alice@contoso.example', 'secret', 'MD5', 'third argument of verifiersOf'],
    ['a URI', 'sip:alice@contoso.example', 'secret', undefined, 'first argument of verifiersOf'],
    ['a domain in capitals', 'alice@Contoso.example', 'secret', undefined, 'first argument of verifiersOf'],
  ])('are not made of %s: nobody could sign in with them', (_, address, password, algorithms, place) => {
    const make = () => verifiersOf(address, password, algorithms as undefined);
    expect(make).toThrow(expect.objectContaining({ code: 'ENTENTE_ACCOUNTS_BAD_ARGUMENT', place }));
  });

  it('authenticate nobody while the account is disabled', () => {
    expect(credentialRecordOf({ ...alice, state: 'disabled' })).toBeUndefined();
  });

  it('are the same in any order, and differ by one digit or one algorithm', () => {
    const both = { 'SHA-256': sha256, MD5: 'b2'.repeat(16) };
    expect(sameVerifiers(both, { MD5: both.MD5, 'SHA-256': sha256 })).toBe(true);
    expect(sameVerifiers(both, { ...both, 'SHA-256': `${sha256.slice(1)}0` })).toBe(false);
    expect(sameVerifiers(both, { 'SHA-256': sha256 })).toBe(false);
    expect(sameVerifiers({}, {})).toBe(true);
  });
});

describe('a refusal', () => {
  const data = {
    found: 'x',
    canonical: 'y@contoso.example',
    algorithm: 'MD5',
    index: 0,
    field: 'name',
    limit: 'contacts',
    most: 1,
    address: 'alice@contoso.example',
    version: 1,
    expected: 1,
    because: 'ahead',
    unit: 'accounts',
    detail: 'x',
    line: 2,
  } as never;

  it.each(accountRefusalReasons)('has a sentence without final stop, and a remedy: %s', (reason) => {
    const { message, remedy } = refuse(reason, data).refusal;
    expect(message).toMatch(/expected .*[^.]$/);
    expect(`${message} ${remedy}`).not.toContain('undefined');
    expect(remedy).toMatch(/\S/);
  });

  it('repeats little of what somebody else wrote, and no control characters', () => {
    const { message } = refuse('home-invalid', { found: `\u001b[2J${'x'.repeat(5_000)}` }).refusal;
    expect(message.length).toBeLessThan(200);
    expect(message).not.toContain('\u001b');
  });
});
