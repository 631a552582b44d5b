import { mayIssueByTopology } from '@entente/authority';
import type { IssuanceRequest, Requester } from '@entente/pki';
import { buildTopology } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { contoso } from './contoso.ts';

const rule = mayIssueByTopology('ca.contoso.example', () => buildTopology(contoso), 'contoso.example');
const before = mayIssueByTopology('ca.contoso.example', () => undefined, 'contoso.example');
const ask = (subject: string, changes: Partial<IssuanceRequest> = {}): IssuanceRequest => ({
  profile: 'server',
  subject,
  publicKey: new Uint8Array(),
  requestedNames: [],
  ...changes,
});
const alice: Requester = { kind: 'administrator', name: 'alice' };
const self = (server: string): Requester => ({ kind: 'server', server, serialHex: '0a' });

describe('the rule behind issuance', () => {
  it('gives a front end the names of its pool and its domains, each also as sip: URI', async () => {
    const dnsNames = [
      'fe01.contoso.example',
      'pool01.contoso.example',
      'sip.contoso.example',
      'contoso.example',
    ];
    expect(await rule(ask('fe01.contoso.example'), self('fe01.contoso.example'))).toEqual({
      ok: true,
      names: { commonName: 'fe01.contoso.example', dnsNames, uris: dnsNames.map((name) => `sip:${name}`) },
    });
  });

  it('gives an edge its internal name, and the names outside only where the enterprise CA certifies them', async () => {
    expect(await rule(ask('edge01.contoso.example'), self('edge01.contoso.example'))).toMatchObject({
      names: { dnsNames: ['edge01.contoso.example'] },
    });
    const outside = { interface: 'external' };
    expect(await rule(ask('edge01.contoso.example', outside), self('edge01.contoso.example'))).toMatchObject({
      names: { dnsNames: ['access.contoso.example', 'sip.contoso.example', 'contoso.example'] },
    });
    expect(await rule(ask('edge02.contoso.example', outside), self('edge02.contoso.example'))).toMatchObject({
      refusal: { reason: 'name-not-allowed' },
    });
    expect(await rule(ask('fe01.contoso.example', outside), self('fe01.contoso.example'))).toMatchObject({
      refusal: { reason: 'name-not-allowed' },
    });
  });

  it('gives an administrator a certificate for a store of the topology, with its one name, and nobody else', async () => {
    const store = 'redis1.contoso.example';
    const listed = buildTopology({ ...contoso, stores: [{ fqdn: store, kind: 'redis' }] });
    const withStore = mayIssueByTopology('ca.contoso.example', () => listed, 'contoso.example');
    const asked = ask(store, { profile: 'store' });
    expect(await withStore(asked, alice)).toEqual({
      ok: true,
      names: { commonName: store, dnsNames: [store], uris: [] },
    });
    for (const requester of [self(store), self('fe01.contoso.example')])
      expect(await withStore(asked, requester)).toMatchObject({ refusal: { reason: 'profile-not-allowed' } });
    const outside = ask(store, { profile: 'store', interface: 'external' });
    expect(await withStore(outside, alice)).toMatchObject({ refusal: { reason: 'name-not-allowed' } });
    const asServer = ask(store);
    expect(await withStore(asServer, alice)).toMatchObject({ refusal: { reason: 'not-in-topology' } });
    const ofServer = ask('fe01.contoso.example', { profile: 'store' });
    expect(await withStore(ofServer, alice)).toMatchObject({ refusal: { reason: 'not-in-topology' } });
    const mallory: Requester = { kind: 'administrator', name: 'mallory' };
    expect(await withStore(asked, mallory)).toMatchObject({ refusal: { reason: 'not-in-topology' } });
    for (const other of [rule, before])
      expect(await other(asked, alice)).toMatchObject({ refusal: { reason: 'not-in-topology' } });
  });

  it('gives a server nothing for another server', async () => {
    expect(await rule(ask('edge01.contoso.example'), self('fe01.contoso.example'))).toMatchObject({
      refusal: { reason: 'profile-not-allowed' },
    });
  });

  it('gives an administrator the next certificate of their own, and nobody else that of an administrator', async () => {
    const profile = 'administrator';
    expect(await rule(ask('alice', { profile }), alice)).toEqual({
      ok: true,
      names: { commonName: 'alice', dnsNames: [], uris: ['entente://contoso.example/administrators/alice'] },
    });
    for (const [subject, requester] of [
      ['bob', alice],
      ['fe01.contoso.example', self('fe01.contoso.example')],
      ['alice', self('alice')],
    ] as const) {
      expect(await rule(ask(subject, { profile }), requester)).toMatchObject({
        refusal: { reason: 'profile-not-allowed' },
      });
    }
  });

  it('gives nothing to an administrator whom the topology does not name, and to none before there is one', async () => {
    const carol: Requester = { kind: 'administrator', name: 'carol' };
    for (const [judge, subject, profile, requester] of [
      [rule, 'carol', 'administrator', carol],
      [rule, 'fe01.contoso.example', 'server', carol],
      [before, 'alice', 'administrator', alice],
    ] as const) {
      expect(await judge(ask(subject, { profile }), requester)).toMatchObject({
        refusal: { reason: 'not-in-topology' },
      });
    }
  });

  it('gives nobody a certificate of a user', async () => {
    expect(await rule(ask('alice', { profile: 'user' }), alice)).toMatchObject({
      refusal: { reason: 'profile-not-allowed' },
    });
  });

  it('gives an administrator a certificate for a server that the topology lists, and never for the authority', async () => {
    expect(await rule(ask('fe01.contoso.example'), alice)).toEqual(
      await rule(ask('fe01.contoso.example'), self('fe01.contoso.example')),
    );
    for (const [judge, server, reason] of [
      [rule, 'fe99.contoso.example', 'not-in-topology'],
      [rule, 'ca.contoso.example', 'profile-not-allowed'],
      [before, 'ca.contoso.example', 'profile-not-allowed'],
      [before, 'fe01.contoso.example', 'not-in-topology'],
    ] as const) {
      expect(await judge(ask(server), alice)).toMatchObject({ refusal: { reason } });
    }
  });

  it('refuses a server that the topology does not list, and every server before there is one', async () => {
    for (const [judge, server] of [
      [rule, 'fe99.contoso.example'],
      [before, 'fe01.contoso.example'],
    ] as const) {
      expect(await judge(ask(server), self(server))).toMatchObject({
        refusal: { reason: 'not-in-topology' },
      });
    }
  });

  it('lets the authority renew its own certificate before there is a topology', async () => {
    expect(await before(ask('ca.contoso.example'), self('ca.contoso.example'))).toMatchObject({
      names: { dnsNames: ['ca.contoso.example'], uris: [] },
    });
  });
});
