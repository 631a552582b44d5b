import { rm } from 'node:fs/promises';
import { listsFile } from '@entente/pki/node';
import { certificateNamesOf } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { revokedIn } from './hand-clock.ts';
import { serviceRuns } from './service-runs.ts';

const orders = 'orders.contoso.example';
const spiffe = 'spiffe://contoso.example/orders';
const { again, authority, directory, inFolder } = serviceRuns();

describe('the names of an identity', () => {
  const names = async (...given: readonly [string, ...string[]]) =>
    certificateNamesOf((await (await again()).identity(...given)).current.leaf);

  it('are DNS names, localhost, IP addresses of both kinds, and one SPIFFE ID, alone or together', async () => {
    expect(await names(orders, 'localhost', '127.0.0.1', '::1', spiffe)).toEqual({
      commonName: orders,
      dnsNames: [orders, 'localhost'],
      uris: [spiffe],
      ipAddresses: ['127.0.0.1', '0:0:0:0:0:0:0:1'],
    });
    expect(await names('localhost')).toMatchObject({ dnsNames: ['localhost'] });
    expect(await names(spiffe)).toEqual({ commonName: spiffe, dnsNames: [], uris: [spiffe] });
    const alone = await names('fd00::a');
    expect(alone).toEqual({ commonName: '', dnsNames: [], uris: [], ipAddresses: ['fd00:0:0:0:0:0:0:a'] });
  });

  it('find a service under any spelling of an address, and are others where it is issued again with them', async () => {
    const one = await authority();
    const first = await one.identity('::1');
    expect(await one.identity('0:0:0:0:0:0:0:1')).toBe(first);
    const { serialHex } = first.current.leaf;
    await one.reissue('::1', 'localhost');
    expect(first.current.leaf.serialHex).not.toBe(serialHex);
    expect((await one.revoke('[::1]')).serials).toHaveLength(2);
  });

  it('are refused where one is of another form', async () => {
    const one = await authority();
    const forms = [
      '*.contoso.example',
      'Orders.contoso.example',
      'orders',
      'https://orders.contoso.example',
      'spiffe://contoso.example',
      'spiffe://contoso.example:8443/orders',
      'spiffe://contoso.example/../orders',
      'spiffe://contoso.example/orders/',
      '127.1',
      '',
    ];
    for (const name of forms)
      await expect(one.identity(orders, name), name).rejects.toMatchObject({
        code: 'ENTENTE_PKI_BAD_ARGUMENT',
      });
    await expect(one.identity(spiffe, `${spiffe}/2`)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_BAD_ARGUMENT',
    });
  });

  it('are refused before anything is signed where the root cannot vouch for one', async () => {
    const one = await authority();
    const beyond = [
      'bank.fabrikam.example',
      'evilcontoso.example',
      'spiffe://fabrikam.example/orders',
      '203.0.113.7',
      '2001:db8::7',
    ];
    for (const name of beyond)
      await expect(one.identity(name), name).rejects.toMatchObject({
        code: 'ENTENTE_PKI_NOT_ISSUED',
        reason: 'name-not-allowed',
      });
    await again();
    expect(await revokedIn(inFolder(listsFile))).toEqual([]);
  });

  it('have the addresses that the authority was created for, and no other', async () => {
    const one = await authority({ addresses: ['203.0.113.0/28'] });
    await one.identity('203.0.113.7');
    const refused = { reason: 'name-not-allowed' };
    await expect(one.identity('203.0.113.16')).rejects.toMatchObject(refused);
    await expect(one.identity('127.0.0.1')).rejects.toMatchObject(refused);
    await rm(directory(), { recursive: true });
    const none = await again({ addresses: [] });
    await expect(none.identity('127.0.0.1')).rejects.toMatchObject(refused);
    await expect(none.identity('::1')).rejects.toMatchObject(refused);
  });

  it('refuses to create an authority for what is no range of addresses', async () => {
    for (const range of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', 'all'])
      await expect(authority({ addresses: [range] }), range).rejects.toMatchObject({
        code: 'ENTENTE_PKI_BAD_ARGUMENT',
      });
  });
});
