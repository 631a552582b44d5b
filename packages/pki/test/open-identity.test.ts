import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuthority } from '@entente/pki/node';
import { certificateNamesOf } from '@entente/x509';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HandClock } from './hand-clock.ts';

const orders = 'orders.contoso.example';
const both = [orders, 'localhost'];

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-open-identity-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const authority = () => openAuthority({ directory, domain: 'contoso.example', clock: new HandClock() });

it('gives an identity that is open as it is to who names it by its first name alone, or by the same names', async () => {
  await using opened = await authority();
  const first = await opened.identity(orders, 'localhost', '127.0.0.1');
  const { current } = first;
  expect(await opened.identity(orders)).toBe(first);
  expect(await opened.identity(orders, '127.0.0.1', 'localhost')).toBe(first);
  expect(first.current).toBe(current);
});

it('refuses other names while the identity is open, says which those are, and changes nothing', async () => {
  await using opened = await authority();
  const { current } = await opened.identity(orders, 'localhost');
  for (const others of [['127.0.0.1'], ['localhost', '127.0.0.1'], [orders]])
    await expect(opened.identity(orders, ...others), others.join()).rejects.toMatchObject({
      code: 'ENTENTE_PKI_BAD_ARGUMENT',
      sentence: `this identity is open with other names: ${orders}, localhost`,
      place: `identity of ${orders}`,
      remedy: expect.stringContaining('reissue'),
    });
  expect((await opened.identity(orders)).current).toBe(current);
});

it('takes other names of the next run as a change of the configuration', async () => {
  {
    await using opened = await authority();
    await opened.identity(orders, 'localhost');
  }
  await using next = await authority();
  expect(certificateNamesOf((await next.identity(orders)).current.leaf).dnsNames).toEqual([orders]);
});

it('is issued again with the names that it had, or with others where they are given', async () => {
  await using opened = await authority();
  const identity = await opened.identity(orders, 'localhost');
  const names = () => certificateNamesOf(identity.current.leaf);
  const { serialHex } = identity.current.leaf;
  expect(await opened.reissue(orders)).toBe(identity);
  expect(identity.current.leaf.serialHex).not.toBe(serialHex);
  expect(names().dnsNames).toEqual(both);
  await opened.reissue(orders, '127.0.0.1');
  expect(names()).toMatchObject({ dnsNames: [orders], ipAddresses: ['127.0.0.1'] });
});

it('has the names of its last certificate again where reissue undoes a revocation in a later run', async () => {
  {
    await using opened = await authority();
    await opened.identity(orders, 'localhost');
    await opened.revoke(orders);
  }
  await using next = await authority();
  expect(certificateNamesOf((await next.reissue(orders)).current.leaf).dnsNames).toEqual(both);
});

it('is not issued again under a name that no service has', async () => {
  await using opened = await authority();
  await opened.identity(orders);
  await expect(opened.reissue('order.contoso.example')).rejects.toMatchObject({
    code: 'ENTENTE_PKI_NOT_ISSUED',
    reason: 'certificate-unknown',
    sentence: 'expected a service that has had a certificate, found none of order.contoso.example',
  });
});
