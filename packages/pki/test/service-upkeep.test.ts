import { existsSync } from 'node:fs';
import { appendFile, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { authorityFiles, ledgerFile, type ServiceAuthority } from '@entente/pki/node';
import type { Certificate } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { serviceRuns } from './service-runs.ts';

const day = 86_400_000;
const orders = 'orders.contoso.example';
const { again, authority, clock, folder, inFolder } = serviceRuns();

describe('while an authority is open', () => {
  it('identities are renewed with another key, and the lists are published before they end', async () => {
    const one = await authority();
    const identity = await one.identity(orders);
    const { keyPem, leaf } = identity.current;
    const seen: Certificate[] = [];
    identity.onChange((material) => seen.push(material.leaf));
    const trust = one.trust();
    const [before] = trust.crls.current.crls.slice(-1);
    await clock().pass(13 * 3_600_000);
    expect(trust.crls.current.crls.at(-1)?.crlNumber).toBeGreaterThan(before?.crlNumber ?? 0n);
    expect(seen).toEqual([]);
    await clock().pass(4 * day);
    expect(seen).toEqual([identity.current.leaf]);
    expect(identity.current.leaf.notAfter).toBeGreaterThan(leaf.notAfter);
    expect(identity.current.keyPem).not.toBe(keyPem);
    expect(await readFile(identity.files.certificate, 'utf8')).toBe(identity.current.certificatePem);
  });

  it('a service that was revoked is not renewed', async () => {
    const faults: unknown[] = [];
    const one = await authority({ onFault: (fault) => faults.push(fault) });
    const identity = await one.identity(orders);
    const { leaf } = identity.current;
    await one.revoke(orders);
    await clock().pass(5 * day);
    expect(identity.current.leaf).toBe(leaf);
    expect(faults).toEqual([]);
  });

  it('the next issuing authority follows the first one, and what the first has issued counts until it ends', async () => {
    const one = await authority();
    const identity = await one.identity(orders);
    const issuer = () => identity.current.leaf.issuer.toString();
    const first = issuer();
    // Prepared at half of two years, active at two thirds.
    for (let days = 0; days < 500; days += 100) await clock().pass(100 * day);
    await clock().pass(day);
    await clock().pass(8 * day);
    expect(issuer()).not.toBe(first);
    expect(issuer()).toContain('Issuing CA 2');
    const lists = one.trust().crls.current.crls.map((list) => list.issuer.toString());
    expect(lists).toContain(issuer());
    const two = await again();
    expect((await two.identity(orders)).current.leaf.serialHex).toBe(identity.current.leaf.serialHex);
  });

  it('a start with a clock that is ahead destroys no key, and what it has retired counts again once the clock is right', async () => {
    const one = await authority();
    for (let days = 0; days < 500; days += 100) await clock().pass(100 * day);
    await clock().pass(day);
    const key = inFolder(authorityFiles.issuingKey);
    const lists = (from: ServiceAuthority) => from.trust().crls.current.crls.map(({ issuer }) => `${issuer}`);
    const before = lists(one);
    clock().time += 60 * day;
    const ahead = await again();
    expect(existsSync(key)).toBe(true);
    expect(lists(ahead)).not.toEqual(before);
    clock().time -= 60 * day;
    const right = await again();
    expect(existsSync(key)).toBe(true);
    expect(lists(right)).toEqual(before);
  });

  it('what is due of a root whose key is not there is told, and everything else goes on', async () => {
    const faults: unknown[] = [];
    const one = await authority({ onFault: (fault) => faults.push(fault) });
    const identity = await one.identity(orders);
    const { leaf } = identity.current;
    await rename(inFolder(authorityFiles.rootKey), join(folder(), 'root.key'));
    await clock().pass(400 * day);
    expect(faults).toMatchObject([{ code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' }]);
    expect(identity.current.leaf.serialHex).not.toBe(leaf.serialHex);
    await rename(join(folder(), 'root.key'), inFolder(authorityFiles.rootKey));
    await clock().pass(1);
    expect(faults).toHaveLength(1);
  });

  it('a ledger that another process has written to issues nothing', async () => {
    const one = await authority();
    await appendFile(inFolder(ledgerFile), '{}\n');
    await expect(one.identity(orders)).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_LOCKED' });
  });
});
