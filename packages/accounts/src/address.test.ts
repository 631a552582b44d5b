import { describe, expect, it } from 'vitest';
import { parseAccountAddress } from './address.ts';
import { isDomainName } from './domain-name.ts';

describe('the address of an account', () => {
  it.each([
    ['alice@contoso.example', 'alice@contoso.example', 'alice'],
    ['SIP:alice@Contoso.EXAMPLE', 'alice@contoso.example', 'alice'],
    ['sips:alice@contoso.example', 'alice@contoso.example', 'alice'],
    ['Alice@contoso.example', 'Alice@contoso.example', 'Alice'],
    ['+4930123@contoso.example', '+4930123@contoso.example', '+4930123'],
    ['%61lice@contoso.example', 'alice@contoso.example', 'alice'],
    ['z%c3%b6e@contoso.example', 'z%C3%B6e@contoso.example', 'zöe'],
  ])('%s is %s', (text, address, username) => {
    const value = { address, username, domain: 'contoso.example' };
    expect(parseAccountAddress(text)).toEqual({ ok: true, value });
  });

  it('has its domain in ASCII, which the refusal of another one gives', () => {
    expect(parseAccountAddress('bob@bücher.example')).toMatchObject({
      ok: false,
      refusal: {
        reason: 'address-invalid',
        message: expect.stringContaining('letters that names in DNS do not have as they are'),
        remedy: 'write the domain as xn--bcher-kva.example, which is the same name in ASCII',
      },
    });
    const [plain, broken] = ['bob@fabrikam', 'bob@bü cher.example'].map((text) => parseAccountAddress(text));
    for (const parsed of [plain, broken])
      expect(parsed).toMatchObject({ refusal: { remedy: expect.stringContaining('alice@contoso.example') } });
  });

  it.each([
    ['', 'nothing'],
    ['contoso.example', 'no user part'],
    ['alice', 'no domain'],
    ['@contoso.example', 'an empty user part'],
    ['alice@localhost', 'one label'],
    ['alice@192.0.2.1', 'an IPv4 address'],
    ['alice@[2001:db8::1]', 'an IPv6 address'],
    ['alice@contoso.example:5061', 'a port'],
    ['alice:secret@contoso.example', 'a password'],
    ['alice@contoso.example;user=phone', 'a parameter'],
    ['alice@contoso.example?subject=x', 'a header component'],
    ['a%3Ab@contoso.example', 'a colon, which ends the username in H(A1)'],
    ['a%22b@contoso.example', 'a quote'],
    ['a%20b@contoso.example', 'a space'],
    ['a%00b@contoso.example', 'NUL'],
    ['a%E2%80%AEb@contoso.example', 'a character that turns the direction of the text'],
    ['a%FFb@contoso.example', 'octets that are not UTF-8'],
    ['alice@contoso_.example', 'an underscore in the domain'],
    ['tel:+4930123', 'another scheme'],
  ])('is not %s: %s', (text) => {
    expect(parseAccountAddress(text)).toMatchObject({ ok: false, refusal: { reason: 'address-invalid' } });
  });

  it('is refused above 254 characters before it is read', () => {
    const longest = `${'a'.repeat(238)}@contoso.example`;
    expect(parseAccountAddress(longest).ok).toBe(true);
    const data = { limit: 'addressLength', most: 254, found: 255 };
    expect(parseAccountAddress(`a${longest}`)).toMatchObject({
      ok: false,
      refusal: { reason: 'limit-exceeded', data },
    });
  });
});

describe('a domain name', () => {
  it('has labels of letters, digits and hyphens, of at most 63, and 253 together', () => {
    const label = 'a'.repeat(63);
    for (const name of ['a.b', 'x-1.example', `${label}.example`, '1.example'])
      expect(isDomainName(name)).toBe(true);
    const wrong = ['', 'a', 'a..b', '.a.b', 'a.b.', '-a.b', 'a-.b', 'A.b', `${label}a.example`, '1.2.3.4'];
    for (const name of [...wrong, `${label}.${label}.${label}.${label}`])
      expect(isDomainName(name)).toBe(false);
  });
});
