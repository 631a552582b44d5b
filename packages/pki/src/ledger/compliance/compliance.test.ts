import { describe, expect, it } from 'vitest';
import type { Ledger, RecordedCertificate, Revocation } from '../ledger.ts';
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
  'refuses-unknown-reason': broken((sound) => ({
    revoke: async (issuer, serial, revocation) =>
      sound.revoke(issuer, serial, { ...revocation, reason: 'unspecified' }),
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
  'crl-number-above': broken((sound) => ({ nextCrlNumber: (issuer) => sound.nextCrlNumber(issuer) })),
  'lists-certificates-of-key': broken((sound) => ({
    issuedFor: async (keyHash) =>
      (await sound.issuedFor(keyHash)).filter(({ revocation }) => revocation === undefined),
  })),
  'lists-successors': broken((sound) => ({
    successors: async (id) => [...(await sound.successors(id))].reverse(),
  })),
  'lists-in-pages': broken((sound) => ({
    // Says that there is more as soon as a page is full.
    list: async (query) => {
      const page = await sound.list(query);
      return page.certificates.length === query.limit ? { next: '1', ...page } : page;
    },
  })),
  'lists-by-query': broken((sound) => ({
    list: ({ validAt: _, ...query }) => sound.list(query),
  })),
  'bounds-a-page': broken((sound) => ({
    list: (query) => sound.list({ ...query, limit: Math.min(Math.max(1, Math.floor(query.limit)), 1_000) }),
  })),
  'intent-until-issued': broken((sound) => ({
    find: async (issuer, serial) =>
      (await sound.find(issuer, serial)) ??
      ((await sound.unfinished(issuer))[0] as unknown as RecordedCertificate | undefined),
  })),
  'intent-has-the-serial': broken((sound) => ({ intend: (intent) => sound.intend(intent).catch(() => {}) })),
  'intent-revoked': broken((sound) => ({
    revoke: async (issuer, serial, revocation) =>
      (await sound.find(issuer, serial)) === undefined ? 'unknown' : sound.revoke(issuer, serial, revocation),
  })),
  'foreign-revoked': broken((sound) => ({
    revokeForeign: async (foreign, revocation) => {
      await sound.revokeForeign(foreign, revocation);
      return 'revoked';
    },
  })),
  'key-blocked': broken((sound) => {
    const blocked = new Map<string, Revocation>();
    return {
      blockKey: async (keyHash, revocation) => void blocked.set(keyHash, revocation),
      blockedKey: async (keyHash) => blocked.get(keyHash) ?? sound.blockedKey(keyHash),
    };
  }),
  'token-spent-once': broken((sound) => ({
    // Looks, waits, then writes: the classic race.
    spendToken: async (hash, server, keyHash, now) => {
      const outcome = await sound.checkToken(hash, keyHash, now);
      await pause();
      await sound.spendToken(hash, server, keyHash, now);
      return outcome;
    },
  })),
  'token-expires': broken((sound) => ({
    spendToken: (hash, server, keyHash) => sound.spendToken(hash, server, keyHash, 0),
  })),
  'token-bound-to-server': broken((sound) => ({
    spendToken: (hash, _server, keyHash, now) => sound.spendToken(hash, 'fe02.contoso.example', keyHash, now),
  })),
  'token-unknown': broken((sound) => ({
    spendToken: (_hash, server, keyHash, now) => sound.spendToken('aa', server, keyHash, now),
  })),
  'token-check-spends-nothing': broken((sound) => ({
    checkToken: (hash, keyHash, now) => sound.spendToken(hash, 'fe02.contoso.example', keyHash, now),
  })),
  'token-bound-to-key': broken((sound) => ({
    spendToken: (hash, server, _keyHash, now) => sound.spendToken(hash, server, 'any', now),
  })),
  'survives-certificates': () => arrayLedger(({ type }) => type !== 'released'),
  'survives-crl-numbers': () => arrayLedger(({ type }) => type !== 'crl-number'),
  'survives-tokens': () => arrayLedger(({ type }) => type !== 'token-spent'),
  'survives-intents': () => arrayLedger(({ type }) => type !== 'intended'),
  'survives-blocked-keys': () => arrayLedger(({ type }) => type !== 'key-blocked'),
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
