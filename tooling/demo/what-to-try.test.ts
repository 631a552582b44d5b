import { describe, expect, it } from 'vitest';
import { whatToTry } from './what-to-try.ts';

const frontEnd = (name: string, port: number) => ({ fqdn: `${name}.contoso.example`, port, otherPorts: {} });
const user = (name: string, home: string) => ({
  address: `${name}@contoso.example`,
  password: `secret of ${name}`,
  home: `${home}.contoso.example`,
});
const text = whatToTry(
  {
    directory: '/network/contoso.example',
    anchorsFile: '/network/root_ca.crt',
    dns: { address: '127.0.0.1', port: 5353, async [Symbol.asyncDispose]() {} },
    organisation: {
      domain: 'contoso.example',
      frontEnds: [frontEnd('fe1', 15061), frontEnd('fe2', 15062)],
      users: [user('alice', 'fe1'), { ...user('dave', 'fe2'), md5: true }],
    },
  },
  '/network/revocation.pem',
);

describe('what the demo says when the network stays up', () => {
  it('tells a SIP client all that it needs: server, port, CA file, user, password and DNS', () => {
    for (const line of [
      /user +dave@contoso\.example\n/,
      /password +secret of dave\n/,
      /server +contoso\.example, port 15062/,
      /address +127\.0\.0\.1\n/,
      /CA file +\/network\/root_ca\.crt\n/,
      /DNS server +127\.0\.0\.1:5353/,
    ]) {
      expect(text).toMatch(line);
    }
  });

  it('names the front end where that user is at home, and no other user’s password', () => {
    expect(text).not.toContain('15061');
    expect(text).not.toContain('secret of alice');
  });
});
