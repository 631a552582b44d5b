import type { Certificate } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import type { TrustedVerdict } from '../trust/peer.ts';
import { ConnectionIndex } from './connection-index.ts';

function certificate(subject: string, serialHex: string): Certificate {
  return { subject: { toString: () => subject }, serialHex } as unknown as Certificate;
}

const root = certificate('CN=Contoso Root', '01');
const issuing = certificate('CN=Contoso Issuing', '0a');

function verdict(serialHex: string, dnsNames: readonly string[], server?: string): TrustedVerdict {
  return {
    trusted: true,
    path: {
      anchor: { name: 'contoso', certificate: root },
      certificates: [certificate(`CN=${dnsNames[0]}`, serialHex), issuing],
    },
    peer: { dnsNames, sipDomains: [], anchor: 'contoso', ...(server === undefined ? {} : { server }) },
    evidence: [],
  } as unknown as TrustedVerdict;
}

function filled(): ConnectionIndex<string> {
  const index = new ConnectionIndex<string>();
  index.set('fe1', verdict('b1', ['fe1.contoso.example', 'pool.contoso.example'], 'fe1.contoso.example'));
  index.set('fe2', verdict('b2', ['fe2.contoso.example', 'pool.contoso.example'], 'fe2.contoso.example'));
  index.set('edge', verdict('b3', ['edge.fabrikam.example']));
  return index;
}

describe('ConnectionIndex', () => {
  it.each([
    ['an anchor', { anchors: ['contoso'] }, ['fe1', 'fe2', 'edge']],
    ['an anchor nobody stands on', { anchors: ['other'] }, []],
    ['the issuer of the leaves', { issuers: ['CN=Contoso Issuing'] }, ['fe1', 'fe2', 'edge']],
    [
      'an issuer whose name is written otherwise',
      { issuers: ['CN=contoso  issuing'] },
      ['fe1', 'fe2', 'edge'],
    ],
    ['the issuer of the intermediate', { issuers: ['CN=Contoso Root'] }, ['fe1', 'fe2', 'edge']],
    ['a leaf', { certificates: [{ issuer: 'CN=Contoso Issuing', serialHex: 'B2' }] }, ['fe2']],
    [
      'a serial number of another issuer',
      { certificates: [{ issuer: 'CN=Contoso Root', serialHex: 'b2' }] },
      [],
    ],
    [
      'an intermediate',
      { certificates: [{ issuer: 'CN=Contoso Root', serialHex: '0a' }] },
      ['fe1', 'fe2', 'edge'],
    ],
    ['a server', { servers: ['FE1.contoso.example'] }, ['fe1']],
    ['a pool', { servers: ['pool.contoso.example'] }, ['fe1', 'fe2']],
    ['a domain with all below it', { domains: ['contoso.example'] }, ['fe1', 'fe2']],
    ['a domain that only ends alike', { domains: ['oso.example'] }, []],
    ['several at once', { servers: ['fe2.contoso.example'], domains: ['fabrikam.example'] }, ['fe2', 'edge']],
  ])('finds the connections that a change of %s touches', (_, scope, expected) => {
    expect([...filled().touchedBy(scope)]).toEqual(expected);
  });

  it('forgets a connection that has closed, wherever it stood', () => {
    const index = filled();
    for (const item of ['fe1', 'fe2', 'edge']) index.delete(item);
    expect(index.size).toBe(0);
    expect([
      ...index.touchedBy({ anchors: ['contoso'], issuers: ['CN=Contoso Issuing'], domains: ['example'] }),
    ]).toEqual([]);
  });

  it('finds every connection of one path under the server that it was authorised as, and its anchor', () => {
    const index = new ConnectionIndex<string>();
    const { path, ...rest } = verdict('b1', ['pool.contoso.example']);
    const of = (server: string, anchor = path.anchor): TrustedVerdict =>
      ({ ...rest, path: { ...path, anchor }, peer: { ...rest.peer, server } }) as TrustedVerdict;
    index.set('first', of('fe1.contoso.example'));
    index.set('second', of('fe1.contoso.example'));
    index.set('moved', of('fe2.contoso.example'));
    index.set('other', of('fe2.contoso.example', { ...path.anchor, name: 'fabrikam' }));
    expect([...index.touchedBy({ servers: ['fe1.contoso.example'] })]).toEqual(['first', 'second']);
    expect([...index.touchedBy({ servers: ['fe2.contoso.example'] })]).toEqual(['moved', 'other']);
    expect([...index.touchedBy({ anchors: ['fabrikam'] })]).toEqual(['other']);
    index.delete('first');
    expect([...index.touchedBy({ anchors: ['contoso'] })]).toEqual(['second', 'moved']);
  });

  it('moves a connection whose later verdict stands on other names', () => {
    const index = filled();
    index.set('edge', verdict('b3', ['edge.tailspin.example']));
    expect([...index.touchedBy({ domains: ['fabrikam.example'] })]).toEqual([]);
    expect([...index.touchedBy({ domains: ['tailspin.example'] })]).toEqual(['edge']);
  });

  it('has the names of a certificate once, however many connections show it, and no longer than one of them is open', () => {
    const index = new ConnectionIndex<number>();
    const names = Array.from({ length: 100 }, (_, count) => `n${count}.fabrikam.example`);
    const shown = verdict('b3', names);
    const again = { ...shown } as TrustedVerdict;
    for (let item = 0; item < 50; item++) index.set(item, shown);
    for (let item = 0; item < 50; item++) index.set(item, again);
    expect(index.places).toBe(1);
    expect(index.touchedBy({ servers: ['n99.fabrikam.example'] }).size).toBe(50);
    for (let item = 0; item < 50; item++) index.delete(item);
    expect(index.places).toBe(0);
    expect(index.touchedBy({ servers: names }).size).toBe(0);
  });

  it('does not look through the names of thousands of certificates: all connections are affected then', () => {
    const index = filled();
    const names = (from: number) =>
      Array.from({ length: 8_192 }, (_, at) => `n${from + at}.tailspin.example`);
    index.set('some', verdict('b4', names(0)));
    expect([...index.touchedBy({ domains: ['fabrikam.example'] })]).toEqual(['edge']);
    index.set('more', verdict('b5', names(8_192)));
    expect([...index.touchedBy({ domains: ['fabrikam.example'] })]).toEqual([
      'fe1',
      'fe2',
      'edge',
      'some',
      'more',
    ]);
    expect([...index.touchedBy({ servers: ['fe1.contoso.example'] })]).toEqual(['fe1']);
  });
});
