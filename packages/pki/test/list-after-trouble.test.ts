import { createCrlPublisher, createRevocationDesk } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import type { Ledger } from '@entente/pki/ledger';
import { decodeCrl } from '@entente/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { now, objectsUrl, type TestAuthority, testAuthority, testIssuance } from './authority.ts';

let authority: TestAuthority;
beforeAll(async () => {
  authority = await testAuthority();
});

function scene() {
  const time = { now };
  const clock = () => time.now;
  const { issuance, ledger } = testIssuance(authority, { clock });
  const publisher = createCrlPublisher({ issuer: authority.issuer, ledger, clock, objectsUrl });
  const issue = async (): Promise<string> => {
    const { request } = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const outcome = await issuance.issue(
      { profile: 'server', subject: 'fe01.contoso.example', request },
      { kind: 'server', server: 'fe01.contoso.example', serialHex: '0a' },
    );
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    return outcome.certificate.serialHex;
  };
  return { time, clock, issue, ledger, publisher };
}

describe('a revocation list', () => {
  it('is due again at once where it was signed while the clock was ahead', async () => {
    const { publisher, time } = scene();
    time.now = now + 2 * 3_600_000;
    await publisher.publish();
    time.now = now;
    expect(publisher.nextPublication()).toBe(now);
    await publisher.publish();
    expect(publisher.nextPublication()).toBe(now + 43_200_000);
  });

  it('has what was revoked of many at once, also where the rest could not be recorded', async () => {
    const { clock, issue, ledger, publisher } = scene();
    const serials = [await issue(), await issue(), await issue()];
    const revoke: Ledger['revoke'] = (issuer, serialHex, revocation) =>
      serialHex === serials[2]
        ? Promise.reject(new Error('no space'))
        : ledger.revoke(issuer, serialHex, revocation);
    const desk = createRevocationDesk({ ...ledger, revoke }, publisher, clock);
    await expect(desk.revokeAll(serials, 'superseded')).rejects.toThrow('no space');
    const list = decodeCrl(publisher.current(0)?.der ?? new Uint8Array());
    expect(list).toMatchObject({ ok: true, value: { entryCount: 2 } });
  });
});
