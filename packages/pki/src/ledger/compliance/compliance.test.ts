import { describe, expect, it } from 'vitest';
import type { Ledger, RecordedCertificate } from '../ledger.ts';
import type { LedgerRecord } from '../ledger-record.ts';
import { LedgerState } from '../ledger-state.ts';
import { createMemoryLedger } from '../memory-ledger.ts';
import { recordingLedger } from '../recording-ledger.ts';
import { ledgerCompliance } from './index.ts';
import type { LedgerUnderTest } from './rule.ts';

/** A ledger whose journal is an array that outlives it: the smallest durable one. */
function arrayLedger(keep: (record: LedgerRecord) => boolean = () => true): LedgerUnderTest {
  const records: LedgerRecord[] = [];
  const open = (): Ledger => {
    const state = new LedgerState();
    for (const record of records) state.apply(record);
    return recordingLedger(state, {
      place: 'array',
      write: async (record) => {
        if (keep(record)) records.push(record);
      },
      close: async () => {},
    });
  };
  return { ledger: open(), reopen: async () => open() };
}

/** A memory ledger with one behaviour broken. */
function broken(change: (sound: Ledger) => Partial<Ledger>): () => LedgerUnderTest {
  return () => {
    const sound = createMemoryLedger();
    return { ledger: { ...sound, ...change(sound) } };
  };
}

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const brokenFakes: Record<string, () => LedgerUnderTest> = {
  'finds-what-was-appended': broken((sound) => ({
    find: async (issuer, serial) => {
      const { requester: _, ...rest } = (await sound.find(issuer, serial)) ?? { requester: '' };
      return rest as RecordedCertificate;
    },
  })),
  'refuses-duplicate-serial': broken((sound) => ({
    append: async (entry) => sound.append(entry).catch(() => {}),
  })),
  'lists-certificates-of-subject': broken((sound) => ({ issuedTo: (subject) => sound.issuedTo(subject, 0) })),
  'lists-live-subjects': broken((sound) => ({ subjects: (profile) => sound.subjects(profile, 0) })),
  'revokes-once': broken((sound) => ({
    revoke: async (issuer, serial, revocation) => {
      const outcome = await sound.revoke(issuer, serial, revocation);
      return outcome === 'already-revoked' ? 'revoked' : outcome;
    },
  })),
  'hold-may-become-final': broken(() => ({ release: async () => true })),
  'lists-revoked': broken((sound) => ({ revoked: (issuer) => sound.revoked(issuer, 0) })),
  'crl-numbers-rise': broken(() => {
    let number = 0;
    return {
      nextCrlNumber: async () => {
        const read = number;
        await pause();
        number = read + 1;
        return number;
      },
    };
  }),
  'closed-is-closed': broken(() => ({ [Symbol.asyncDispose]: async () => {} })),
  'token-spent-once': broken((sound) => ({
    // Looks, waits, then writes: the classic race.
    spendToken: async (hash, server, now) => {
      const outcome = await sound.checkToken(hash, now);
      await pause();
      await sound.spendToken(hash, server, now);
      return outcome;
    },
  })),
  'token-expires': broken((sound) => ({ spendToken: (hash, server) => sound.spendToken(hash, server, 0) })),
  'token-bound-to-server': broken((sound) => ({
    spendToken: (hash, _server, now) => sound.spendToken(hash, 'fe02.contoso.example', now),
  })),
  'token-unknown': broken((sound) => ({
    spendToken: (_hash, server, now) => sound.spendToken('aa', server, now),
  })),
  'token-check-spends-nothing': broken((sound) => ({
    checkToken: (hash, now) => sound.spendToken(hash, 'fe02.contoso.example', now),
  })),
  'survives-certificates': () => arrayLedger(({ type }) => type !== 'released'),
  'survives-crl-numbers': () => arrayLedger(({ type }) => type !== 'crl-number'),
  'survives-tokens': () => arrayLedger(({ type }) => type !== 'token-spent'),
};

describe('the ledger in memory', () => {
  for (const { rule, check } of ledgerCompliance({ durable: false })) {
    it(rule, () => check({ ledger: createMemoryLedger() }));
  }
});

describe('a ledger that replays its journal', () => {
  for (const { rule, check } of ledgerCompliance({ durable: true })) it(rule, () => check(arrayLedger()));
});

describe('each compliance rule can fail', () => {
  for (const { id, check } of ledgerCompliance({ durable: true })) {
    it(`${id} catches a ledger that breaks it`, async () => {
      const fake = brokenFakes[id];
      expect(fake, 'a broken fake for this rule').toBeDefined();
      await expect(check((fake as () => LedgerUnderTest)())).rejects.toThrow();
    });
  }

  it('has no broken fake without a rule', () => {
    const ids = ledgerCompliance({ durable: true }).map(({ id }) => id);
    expect(Object.keys(brokenFakes).filter((id) => !ids.includes(id))).toEqual([]);
  });
});
