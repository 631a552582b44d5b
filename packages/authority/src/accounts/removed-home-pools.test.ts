import type { Account } from '@entente/accounts';
import { createMemoryDirectory } from '@entente/accounts/directory';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { expect, it } from 'vitest';
import { domainsGone, homesGone } from './removed-home-pools.ts';

it('homes of accounts that the topology does not have any more are counted, and no other', async () => {
  const topology = sampleTopology({ servers: [sampleFrontEnd] });
  const [pool] = [...topology.pools.keys()] as [string];
  const directory = createMemoryDirectory();
  const gone = 'pool2.contoso.example';
  const homes = [undefined, sampleFrontEnd.fqdn, pool, gone, gone, 'fe9.contoso.example'];
  for (const [at, home] of homes.entries()) {
    const account: Account = {
      address: `user${at}@contoso.example`,
      verifiers: {},
      ...(home === undefined ? {} : { home }),
      state: 'enabled',
      rights: [],
    };
    expect((await directory.put(account, 'absent')).ok).toBe(true);
  }
  expect(await homesGone(directory, topology)).toEqual([
    { home: 'fe9.contoso.example', users: 1 },
    { home: gone, users: 2 },
  ]);
  expect(await homesGone(directory, undefined), 'before the first version').toEqual([]);
  expect(await homesGone({}, topology), 'a directory that cannot count').toEqual([]);
});

it('accounts in domains that the topology does not have any more are counted and named', async () => {
  const topology = sampleTopology({ servers: [sampleFrontEnd] });
  const directory = createMemoryDirectory();
  for (const address of ['alice@contoso.example', 'bob@sales.contoso.example']) {
    const account: Account = { address, verifiers: {}, state: 'enabled', rights: [] };
    expect((await directory.put(account, 'absent')).ok).toBe(true);
  }
  expect(await domainsGone(directory, topology)).toEqual({ users: 1, first: ['bob@sales.contoso.example'] });
  const none = { users: 0, first: [] };
  expect(await domainsGone(directory, undefined), 'before the first version').toEqual(none);
  expect(await domainsGone({}, topology), 'a directory that cannot count').toEqual(none);
});
