import type { PkiFault } from '../../ground/fault.ts';
import type { IssuanceIntent, Ledger, LedgerEntry, StoredJoinToken } from '../ledger.ts';

/** A ledger for one compliance rule, which may change it. */
export interface LedgerUnderTest {
  /** Empty at the start. */
  readonly ledger: Ledger;
  /**
   * Ends the ledger as a crash would, and opens it again from what was stored. Absent for a ledger that is not durable: the rules
   * that need it are then not run.
   */
  readonly reopen?: () => Promise<Ledger>;
}

/** One rule for every ledger. */
export interface LedgerRule {
  /** Stable literal. */
  readonly id: string;
  /** The rule as a sentence, for the title of a test. */
  readonly rule: string;
  /** Whether the rule needs {@link LedgerUnderTest.reopen}. */
  readonly durable: boolean;
  /**
   * Resolves if the rule holds, rejects with the breach if not.
   */
  readonly check: (subject: LedgerUnderTest) => Promise<void>;
}

/** The issuer that the rules use. */
export const issuer = '0123456789abcdef';
/** The time of the rules, milliseconds since 1970. */
export const now = 1_750_000_000_000;

/** An entry with a given serial number. */
export function entry(serialHex: string, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    issuer,
    serialHex,
    profile: 'server',
    subject: 'fe01.contoso.example',
    names: {
      commonName: 'fe01.contoso.example',
      dnsNames: ['fe01.contoso.example'],
      uris: ['sip:fe01.contoso.example'],
    },
    notBefore: now,
    notAfter: now + 604_800_000,
    issuedAt: now,
    requester: 'server:fe01.contoso.example',
    keyHash: keyHash('01'),
    certificate: Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x2a),
    ...changes,
  };
}

/** The intent that {@link entry} with the same serial number completes. */
export function intent(serialHex: string, changes: Partial<IssuanceIntent> = {}): IssuanceIntent {
  const { certificate: preCertificate, issuedAt: intendedAt, ...rest } = entry(serialHex);
  return { ...rest, preCertificate, intendedAt, ...changes };
}

/** The hash of a key, from two hexadecimal digits. */
export function keyHash(digits: string): string {
  return digits.repeat(32);
}

/** The serial numbers of a list, in its order. */
export function serials(list: readonly { readonly serialHex: string }[]): string {
  return list.map(({ serialHex }) => serialHex).join();
}

/** A token that may be spent at {@link now}. */
export function storedToken(secretHash: string, changes: Partial<StoredJoinToken> = {}): StoredJoinToken {
  return { secretHash, server: 'fe02.contoso.example', notAfter: now + 1000, createdBy: 'alice', ...changes };
}

/** Rejects with a breach of the rule. */
export function must(condition: boolean, breach: string): void {
  if (!condition) throw new Error(breach);
}

/** Whether two values are the same as JSON, whatever the order of their fields is. */
export function same(found: unknown, expected: unknown): boolean {
  return JSON.stringify(found, inOrder) === JSON.stringify(expected, inOrder);
}

function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a promise rejects with a code. */
export async function rejectsWith(code: PkiFault['code'], action: Promise<unknown>): Promise<boolean> {
  return action.then(
    () => false,
    (error: unknown) => (error as { code?: unknown }).code === code,
  );
}
