import { describe, expect, it } from 'vitest';
import { isDomainName } from './domain-name.ts';

describe('a domain name', () => {
  it.each(['fe01.contoso.example', '10.contoso.example', 'fe01.0xyz'])('may be %s', (name) => {
    expect(isDomainName(name)).toBe(true);
  });

  it.each(['10.0.0.1', '127.1', '0x7f.1', '0x7f.0x1', 'fe01.0x', 'fe01.contoso.7'])(
    'is never %s, which programs take for an IPv4 address',
    (name) => {
      expect(isDomainName(name)).toBe(false);
    },
  );
});
