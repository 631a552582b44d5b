import { createTestAuthority } from '@entente/testkit';
import { loadCredential } from '@entente/tls';
import { afterEach, describe, expect, it } from 'vitest';
import { startFrontEnd } from './wire-network.ts';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

async function network() {
  const started = await startFrontEnd();
  opened.push(started);
  const maker = await (await createTestAuthority('Maker Root')).subordinate('Maker CA');
  const madeWith = async (
    commonName: string,
    dnsNames: readonly string[] = [],
    uris: readonly string[] = [],
  ) => {
    const { chainPem, keyPem } = await maker.issue({ commonName, dnsNames, uris });
    return loadCredential({ certificate: chainPem, key: keyPem });
  };
  return { ...started, madeWith };
}

describe('a client that presents a certificate of an authority that nobody here knows', () => {
  it('is a telephone with the certificate of its maker: it proves its user as any other, and is called', async () => {
    const { lines, madeWith, user } = await network();
    const alice = await user('alice', await madeWith('0004f2abcdef'));
    const bob = await user(
      'bob',
      await madeWith('sn 1234', ['phone.maker.example', '*.maker.example', '*'], ['sip:phone@maker.example']),
    );
    expect([alice.challenged, bob.challenged]).toEqual([1, 1]);
    const answer = await alice.ask('MESSAGE', 'sip:bob@contoso.example', { as: 'alice' });
    expect([answer.status, bob.received.map(({ method }) => method)]).toEqual([200, ['MESSAGE']]);
    const ignored = lines.filter(({ event }) => event === 'certificate-ignored');
    expect(ignored.map(({ reason }) => reason)).toEqual(['unknown-issuer', 'unknown-issuer']);
    expect(lines.filter(({ when }) => when === 'handshake')).toEqual([]);
  });

  it.each([
    ['the name of a server', 'FE1.contoso.example', [], []],
    ['the name of a server, among others', 'x', ['phone.maker.example', 'app1.contoso.example.'], []],
    ['all names below our domain', '*.Contoso.example', [], []],
    ['all names below our domain, among others', 'x', ['*.maker.example', '*.contoso.example.'], []],
    ['our domain in a SIP URI', 'x', [], ['SIP:contoso.example']],
    ['our domain in the SIP URI of a user', 'x', [], ['sips:alice@contoso.example:5061;transport=tls']],
  ])('is refused with the reason where it claims %s', async (_, commonName, dnsNames, uris) => {
    const { lines, madeWith, user } = await network();
    await expect(user('alice', await madeWith(commonName, dnsNames, uris))).rejects.toThrow();
    const refused = lines.filter(({ event }) => event === 'refused');
    expect(refused[0]).toMatchObject({ reason: 'unknown-issuer', when: 'handshake' });
    expect(lines.filter(({ event }) => event === 'certificate-ignored')).toEqual([]);
  });
});
