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
});
