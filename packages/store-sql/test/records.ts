import type { Account } from '@entente/accounts';
import type { LedgerEntry } from '@entente/pki/ledger';

/** The issuer of the tests. */
export const issuer = '0123456789abcdef';
/** The time of the tests, milliseconds since 1970. */
export const now = 1_750_000_000_000;

/** The serial number of a count. */
export function serial(count: number): string {
  return count.toString(16).padStart(8, '0');
}

/** A certificate with a given serial number. */
export function entry(serialHex: string, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  const subject = 'fe01.contoso.example';
  return {
    issuer,
    serialHex,
    profile: 'server',
    subject,
    names: { commonName: subject, dnsNames: [subject], uris: [`sip:${subject}`] },
    notBefore: now,
    notAfter: now + 604_800_000,
    issuedAt: now,
    requester: `server:${subject}`,
    keyHash: serialHex.padStart(64, '0'),
    certificate: new Uint8Array(900).fill(0x30),
    ...changes,
  };
}

/** An enabled account with a given user part. */
export function enabled(user: string): Account {
  return {
    address: `${user}@contoso.example`,
    verifiers: { 'SHA-256': 'a1'.repeat(32) },
    state: 'enabled',
    rights: [],
  };
}
