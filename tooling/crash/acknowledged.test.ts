import { createMemoryLedger } from '@entente/pki/ledger';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { decodePem } from '@entente/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { Acknowledged } from './acknowledged.ts';

const issuer = 'an issuer';
let authority: TestAuthority;
beforeAll(async () => {
  authority = await createTestAuthority('Contoso Issuing');
});

async function list(number: number, revoked: readonly string[]): Promise<Uint8Array> {
  const blocks = decodePem(await authority.crl(revoked, { number }));
  if (!blocks.ok || blocks.value[0] === undefined) throw new Error('no list was written');
  return blocks.value[0].der;
}

async function ledgerWith(serialHex: string, isRevoked: boolean) {
  const ledger = createMemoryLedger();
  const now = Date.now();
  await ledger.append({
    issuer,
    serialHex,
    profile: 'server',
    subject: 'fe1.contoso.example',
    names: { commonName: 'fe1.contoso.example', dnsNames: [], uris: [] },
    notBefore: now,
    notAfter: now + 1_000,
    issuedAt: now,
    requester: 'server:fe1.contoso.example',
    certificate: new Uint8Array(),
    keyHash: '00',
  });
  if (isRevoked) await ledger.revoke(issuer, serialHex, { at: now, reason: 'superseded' });
  return ledger;
}

describe('what an authority has acknowledged', () => {
  it('holds where ledger and lists have all of it', async () => {
    const acknowledged = new Acknowledged();
    acknowledged.issued('0a');
    acknowledged.wasRevoked('0a');
    const ledger = await ledgerWith('0a', true);
    const number = await ledger.nextCrlNumber(issuer);
    const der = await list(number, ['0a']);
    acknowledged.published(der, ['0a']);
    acknowledged.published(der, ['0a']);
    await acknowledged.compare(ledger, issuer);
    expect(acknowledged.faults).toEqual([]);
    expect(acknowledged.counts).toEqual({ issued: 1, revoked: 1, lists: 1 });
  });

  it('is contradicted by a serial number that two clients received', () => {
    const acknowledged = new Acknowledged();
    acknowledged.issued('0a');
    acknowledged.issued('0a');
    expect(acknowledged.faults).toEqual([expect.stringContaining('issued twice')]);
  });

  it('is contradicted by two lists of one number, and by a list without what was revoked before', async () => {
    const acknowledged = new Acknowledged();
    acknowledged.published(await list(7, ['0a']), ['0a']);
    acknowledged.published(await list(7, ['0a', '0b']), []);
    expect(acknowledged.faults).toEqual(['two lists have the number 7']);
    acknowledged.published(await list(8, ['0b']), ['0a']);
    expect(acknowledged.faults).toContain('the list 8 lacks 0a, which was revoked before');
  });

  it('is lost where the ledger lacks a certificate, a revocation, or the number of a list', async () => {
    const acknowledged = new Acknowledged();
    acknowledged.issued('0b');
    acknowledged.wasRevoked('0a');
    acknowledged.published(await list(9, []), []);
    await acknowledged.compare(await ledgerWith('0a', false), issuer);
    expect(acknowledged.faults).toEqual([
      'the ledger lacks 0b, which a client has received',
      'the ledger lacks the revocation of 0a',
      'the next list would have the number 1 after 9',
    ]);
  });
});
