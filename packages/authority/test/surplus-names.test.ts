import type { RecordedCertificate } from '@entente/pki/ledger';
import { buildTopology, type TopologyDocument } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { longestSurplusMs, settleMs, surplusCertificates } from '../src/surplus-names/surplus-names.ts';
import { SurplusWatch } from '../src/surplus-names/surplus-watch.ts';
import { contoso } from './contoso.ts';

const now = Date.UTC(2026, 0, 15, 12);
const server = 'fe01.contoso.example';
const doubled = (dnsNames: readonly string[]) => ({
  commonName: dnsNames[0] ?? '',
  dnsNames,
  uris: dnsNames.map((name) => `sip:${name}`),
});
/** The names of fe01 while its pool serves two domains, and after one of them was taken away. */
const narrow = doubled([server, 'pool01.contoso.example', 'sip.contoso.example', 'contoso.example']);
const wide = doubled([...narrow.dnsNames, 'sip.fabrikam.example', 'fabrikam.example']);

const widened: TopologyDocument = {
  ...contoso,
  domains: [
    { name: 'contoso.example', pool: 'pool01.contoso.example' },
    { name: 'fabrikam.example', pool: 'pool01.contoso.example' },
  ],
};
const [before, after] = [buildTopology(widened), buildTopology(contoso)];

const recorded = (serialHex: string, changes: Partial<RecordedCertificate> = {}): RecordedCertificate => ({
  issuer: '0123456789abcdef',
  serialHex,
  profile: 'server',
  subject: server,
  names: wide,
  notBefore: now,
  notAfter: now + 604_800_000,
  issuedAt: now,
  requester: `server:${server}`,
  keyHash: '01'.repeat(32),
  certificate: new Uint8Array(),
  ...changes,
});
const never = new Map<string, number>();

describe('a certificate with names that the topology has taken away', () => {
  it('is found, and none whose names are all given', () => {
    expect(surplusCertificates([recorded('0a')], before, never, now)).toEqual([]);
    expect(surplusCertificates([recorded('0a', { names: narrow })], after, never, now)).toEqual([]);
    expect(surplusCertificates([recorded('0a')], after, never, now)).toMatchObject([
      {
        certificate: { serialHex: '0a' },
        names: [
          'sip.fabrikam.example',
          'fabrikam.example',
          'sip:sip.fabrikam.example',
          'sip:fabrikam.example',
        ],
      },
    ]);
  });

  it('is not due before its server has had a certificate without them for a minute', () => {
    const renewed = recorded('0b', { names: narrow, issuedAt: now });
    const dueAt = (time: number) =>
      surplusCertificates([recorded('0a'), renewed], after, never, time)[0]?.due;
    expect(dueAt(now + settleMs - 1)).toBeUndefined();
    expect(dueAt(now + settleMs)).toBe('renewed');
  });

  it('is not due because another interface was renewed', () => {
    const edge = { subject: 'edge01.contoso.example' };
    const outside = doubled(['access.contoso.example', 'other.contoso.example']);
    const found = surplusCertificates(
      [
        recorded('0a', { ...edge, names: outside, interface: 'external' }),
        recorded('0b', { ...edge, names: { ...outside, dnsNames: ['edge01.contoso.example'], uris: [] } }),
      ],
      before,
      never,
      now + settleMs,
    );
    expect(found.map(({ certificate, due }) => [certificate.serialHex, due])).toEqual([['0a', undefined]]);
  });

  it('is due an hour after it was found, whatever its server does', () => {
    const since = new Map([['0a', now]]);
    const dueAt = (time: number) => surplusCertificates([recorded('0a')], after, since, time)[0]?.due;
    expect(dueAt(now + longestSurplusMs - 1)).toBeUndefined();
    expect(dueAt(now + longestSurplusMs)).toBe('time');
  });

  it('is revoked by the authority, which looks no more when none is left, until the next topology', async () => {
    const time = { now };
    let certificates = [recorded('0a')];
    let topology = before;
    let looked = 0;
    const revoked: string[] = [];
    const lines: object[] = [];
    const write = (fields: object) => void lines.push(fields);
    const watch = new SurplusWatch({
      fqdn: 'ca.contoso.example',
      ledger: {
        subjects: async () => {
          looked++;
          return [server];
        },
        issuedTo: async () => certificates,
      },
      topology: () => topology,
      async revoke(serialHex, reason) {
        revoked.push(`${serialHex} ${reason}`);
        certificates = certificates.filter((one) => one.serialHex !== serialHex);
        return { ok: true, serials: [serialHex], crlNumber: 1 };
      },
      now: () => time.now,
      log: { debug: write, info: write, warn: write, error: write },
    });
    await watch.look();
    await watch.look();
    expect(looked).toBe(1);
    topology = after;
    watch.topologyChanged();
    await watch.look();
    expect(revoked).toEqual([]);
    time.now += longestSurplusMs;
    await watch.look();
    expect(revoked).toEqual(['0a affiliationChanged']);
    expect(lines).toMatchObject([{ event: 'surplus-names', server, serial: '0a', due: 'time' }]);
    certificates = [recorded('0b'), recorded('0c', { names: narrow, issuedAt: time.now - settleMs })];
    watch.topologyChanged();
    await watch.look();
    expect(revoked).toEqual(['0a affiliationChanged', '0b superseded']);
    const done = looked;
    await watch.look();
    await watch.look();
    expect(looked - done).toBeLessThanOrEqual(1);
  });

  it('is looked for again after a revocation could not be recorded, without another topology', async () => {
    const revoked: string[] = [];
    let isFull = true;
    const time = { now };
    const write = () => {};
    const watch = new SurplusWatch({
      fqdn: 'ca.contoso.example',
      ledger: { subjects: async () => [server], issuedTo: async () => [recorded('0a')] },
      topology: () => after,
      async revoke(serialHex) {
        if (isFull) throw new Error('the disk is full');
        revoked.push(serialHex);
        return { ok: true, serials: [serialHex], crlNumber: 1 };
      },
      now: () => time.now,
      log: { debug: write, info: write, warn: write, error: write },
    });
    await watch.look();
    time.now += longestSurplusMs;
    await expect(watch.look()).rejects.toThrow('the disk is full');
    isFull = false;
    await watch.look();
    expect(revoked).toEqual(['0a']);
  });
});
