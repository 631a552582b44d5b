import { describe, expect, it } from 'vitest';
import { entry, issuer, now, storedToken } from './compliance/rule.ts';
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
  ];

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
