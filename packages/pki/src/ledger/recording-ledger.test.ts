import { createTestAuthority } from '@entente/testkit';
import { type Certificate, decodePemCertificates } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { spkiHash } from '../ground/issuer-id.ts';
import { entry, intent, issuer, keyHash, now, storedToken } from './compliance/rule.ts';
import type { LedgerEntry } from './ledger.ts';
import { formatLedgerLine, parseLedgerLine } from './ledger-line.ts';
import type { LedgerRecord } from './ledger-record.ts';
import { LedgerState } from './ledger-state.ts';
import { recordingLedger } from './recording-ledger.ts';

describe('a ledger whose journal fails', () => {
  it('rejects the change, and from then on everything: memory and disk no longer agree', async () => {
    let full = false;
    const ledger = recordingLedger(new LedgerState(), {
      place: 'test',
      write: async () => {
        if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      },
      close: async () => {},
    });
    await ledger.append(entry('01'));
    full = true;
    const damaged = { code: 'ENTENTE_PKI_LEDGER_DAMAGED' };
    await expect(ledger.append(entry('02'))).rejects.toMatchObject(damaged);
    full = false;
    await expect(ledger.append(entry('03'))).rejects.toMatchObject(damaged);
    await expect(ledger.find(issuer, '01')).rejects.toMatchObject(damaged);
  });
});

describe('a line of the ledger', () => {
  const records: LedgerRecord[] = [
    { type: 'issued', entry: entry('01') },
    { type: 'revoked', issuer, serialHex: '01', revocation: { at: now, reason: 'superseded' } },
    { type: 'released', issuer, serialHex: '01', at: now },
    { type: 'crl-number', issuer, number: 7 },
    { type: 'token-added', token: storedToken('aa') },
    { type: 'token-spent', secretHash: 'aa', at: now },
    { type: 'intended', intent: intent('01') },
    { type: 'key-blocked', keyHash: keyHash('01'), revocation: { at: now, reason: 'keyCompromise' } },
    {
      type: 'foreign-revoked',
      foreign: { issuer, serialHex: '0f', notAfter: now },
      revocation: { at: now, reason: 'superseded' },
    },
  ];

  it('of an earlier version gets the hash of the key from its certificate', async () => {
    const { certificatePem } = await createTestAuthority('Contoso Root');
    const certificate = decodePemCertificates(certificatePem);
    if (!certificate.ok) throw new Error(certificate.error.message);
    const [{ der, publicKey }] = certificate.value as [Certificate];
    const { keyHash: _, ...old } = entry('01', { certificate: der });
    const line = formatLedgerLine({ type: 'issued', entry: old as LedgerEntry });
    const expected = entry('01', { certificate: der, keyHash: spkiHash(publicKey.der) });
    expect(parseLedgerLine(line.trimEnd())).toEqual({ type: 'issued', entry: expected });
  });

  it('of an earlier version does not say which key has spent a token: no key may use it again', async () => {
    const state = new LedgerState();
    state.apply({ type: 'token-added', token: storedToken('aa') });
    const line = JSON.stringify({ type: 'token-spent', secretHash: 'aa', at: now });
    state.apply(parseLedgerLine(line) as LedgerRecord);
    expect(state.tokens.outcomeOfSpending('aa', keyHash('01'), now)).toMatchObject({ reason: 'token-spent' });
  });

  it('with a revocation for a reason that does not exist is no change', () => {
    const revocation = { at: now, reason: 'bored' };
    for (const record of [
      { type: 'revoked', issuer, serialHex: '01', revocation },
      { type: 'key-blocked', keyHash: keyHash('01'), revocation },
    ]) {
      expect(parseLedgerLine(JSON.stringify(record))).toBeUndefined();
    }
  });

  for (const record of records) {
    it(`of type ${record.type} comes back as it was written, and is no change once a field is missing`, () => {
      const line = formatLedgerLine(record);
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(parseLedgerLine(line.trimEnd())).toEqual(record);
      for (const field of Object.keys(record)) {
        const { [field]: _, ...rest } = JSON.parse(line) as Record<string, unknown>;
        expect(parseLedgerLine(JSON.stringify(rest)), field).toBeUndefined();
      }
    });
  }
});
