import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issuerId, spkiHash } from '@entente/pki';
import { createMemoryLedger } from '@entente/pki/ledger';
import { createTestAuthority, createTestLog } from '@entente/testkit';
import { buildTopology } from '@entente/topology';
import { decodePemCertificates } from '@entente/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainKeyStore } from '../src/domain-keys/key-store.ts';
import { IssuedSinceBackup } from '../src/restored/issued-since-backup.ts';
import { contoso } from './contoso.ts';
import { foreignRevocations } from './foreign-revocations.ts';

const [pool, fqdn] = ['pool01.contoso.example', 'fe01.contoso.example'];
const start = Date.UTC(2026, 5, 1);

describe('a certificate since the backup whose key is blocked', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-restored-compromise-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('takes the keys of its pool along, as one does that the ledger has', async () => {
    let time = start;
    const now = () => time;
    const options = { directory, now, random: randomBytes, onRotated: () => {} };
    const domainKeys = await DomainKeyStore.open(options);
    // Other servers of the pool go on with theirs.
    await domainKeys.give(pool, 'fe02.contoso.example');
    const [stolen] = (await domainKeys.give(pool, fqdn)).keys;
    const authority = await createTestAuthority('Contoso Issuing CA');
    const { certificatePem } = await authority.issue({ dnsNames: [fqdn, pool] });
    const decoded = decodePemCertificates(certificatePem + authority.certificatePem);
    const [leaf, certificate] = decoded.ok ? decoded.value : [];
    if (leaf === undefined || certificate === undefined) throw new Error('expected two certificates');
    const issuer = { id: issuerId(certificate.publicKey.der), certificate };
    const ledger = createMemoryLedger();
    await ledger.blockKey(spkiHash(leaf.publicKey.der), { at: start, reason: 'keyCompromise' });
    time += 60_000;
    const since = new IssuedSinceBackup({
      settings: { domain: 'contoso.example' },
      takenAt: start,
      restoredAt: start,
      topology: () => buildTopology(contoso),
      live: () => [issuer],
      ledger,
      revocation: foreignRevocations({ issuer, ledger, domainKeys, now, publish: async () => 1 }),
      audit: { record: async () => {} },
      now,
      log: createTestLog(),
    });
    const caller = { kind: 'server', server: fqdn, serialHex: leaf.serialHex, names: [fqdn, pool] } as const;
    const refusal = await since.look(caller, { certificates: [leaf, certificate] });
    expect(refusal).toMatchObject({ reason: 'requester-revoked' });
    const { keys } = await domainKeys.give(pool, 'fe02.contoso.example');
    expect(
      keys.map(({ epoch }) => epoch),
      'none of before',
    ).toEqual([(stolen?.epoch ?? 0) + 1]);
  });
});
