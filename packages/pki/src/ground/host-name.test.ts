import { describe, expect, it } from 'vitest';
import { isHostName } from './host-name.ts';

describe('the name of a server', () => {
  it.each(['fe01.contoso.example', 'a.b', '10.contoso.example', 'fe01.0xyz', '1.2.3.4a', 'x.a0x1'])(
    'may be %s',
    (name) => {
      expect(isHostName(name)).toBe(true);
    },
  );

  it.each(['10.0.0.1', '0x7f.1', '127.1', '0x7f.0x1', 'fe01.0x', 'fe01.7', 'fe01.contoso.0xa', '1.2.3.0377'])(
    'is never %s, which every resolver takes for an IPv4 address',
    (name) => {
      expect(isHostName(name)).toBe(false);
    },
  );

  it.each(['', 'fe01', 'FE01.contoso.example', '*.contoso.example', 'fe01.contoso.example.', '-a.b', 'a-.b'])(
    'is never %s',
    (name) => {
      expect(isHostName(name)).toBe(false);
    },
  );
});
