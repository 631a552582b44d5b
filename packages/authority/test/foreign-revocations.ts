import type { Issuer } from '@entente/pki';
import type { Ledger } from '@entente/pki/ledger';
import { createTestLog } from '@entente/testkit';
import type { DomainKeyStore } from '../src/domain-keys/key-store.ts';
import { createDomainRevocations, type DomainRevocationOptions } from '../src/domain-revocations.ts';
import { Health } from '../src/health/health.ts';

/** What certificates are revoked with that the ledger does not have. */
export interface ForeignRevocationOptions {
  readonly issuer: Pick<Issuer, 'id' | 'certificate'>;
  readonly ledger: Ledger;
  readonly publish: () => Promise<number>;
  readonly now: () => number;
  /** Default: those of no pool. */
  readonly domainKeys?: Pick<DomainKeyStore, 'owe' | 'compromised' | 'reconcile' | 'owed'>;
}

/** The revocations of a domain that has no topology, for certificates that its ledger does not have. */
export function foreignRevocations({ issuer, ...options }: ForeignRevocationOptions) {
  const nothing = async (): Promise<void> => {};
  return createDomainRevocations({
    domainKeys: { owed: new Map(), owe: nothing, compromised: nothing, reconcile: nothing },
    issuers: { issuer },
    topology: () => undefined,
    health: new Health(),
    log: createTestLog(),
    ...options,
  } as unknown as DomainRevocationOptions);
}
