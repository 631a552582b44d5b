import { describe, expect, it } from 'vitest';
import { uriAt } from './own-address.ts';

const address = { host: 'fe1.contoso.example', port: 15061 };

describe('a URI at this server that somebody else follows', () => {
  it('names port and TLS, because a bare sip: host leads to UDP (RFC 3263 §4.1)', () => {
    expect(uriAt(address, { scheme: 'sip', user: 't', parameters: { lr: true } }).toString()).toBe(
      'sip:t@fe1.contoso.example:15061;transport=tls;lr',
    );
  });

  it('names the port alone where it is sips, which has no transport parameter (RFC 5630 §3.1.3)', () => {
    expect(uriAt(address, { scheme: 'sips', user: 't', parameters: { lr: true } }).toString()).toBe(
      'sips:t@fe1.contoso.example:15061;lr',
    );
  });

  it('is what was asked for, whatever was asked for before', () => {
    const loose = { lr: true } as const;
    const parts = { scheme: 'sip', user: 't', parameters: loose } as const;
    const asked: readonly Parameters<typeof uriAt>[] = [
      [address, parts],
      [{ ...address, host: 'fe2.contoso.example' }, parts],
      [{ ...address, port: 5061 }, parts],
      [{ ...address, member: 'fe2.contoso.example' }, parts],
      [address, { ...parts, user: 'other' }],
      [address, { ...parts, scheme: 'sips' }],
      [address, { ...parts, parameters: { lr: true, ob: true } }],
      [address, { scheme: 'sip', user: 't' }],
    ];
    const expected = [
      'sip:t@fe1.contoso.example:15061;transport=tls;lr',
      'sip:t@fe2.contoso.example:15061;transport=tls;lr',
      'sip:t@fe1.contoso.example:5061;transport=tls;lr',
      'sip:t@fe1.contoso.example:15061;transport=tls;lr;member=fe2.contoso.example',
      'sip:other@fe1.contoso.example:15061;transport=tls;lr',
      'sips:t@fe1.contoso.example:15061;lr',
      'sip:t@fe1.contoso.example:15061;transport=tls;lr;ob',
      'sip:t@fe1.contoso.example:15061;transport=tls',
    ];
    for (const [index, one] of asked.entries()) {
      expect(uriAt(address, parts).toString()).toBe(expected[0]);
      expect(uriAt(...one).toString()).toBe(expected[index]);
      expect(uriAt(...one).toString()).toBe(expected[index]);
    }
  });
});
