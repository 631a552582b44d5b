import type { Account } from '@entente/accounts';
import { createMemoryDirectory } from '@entente/accounts/directory';
import { sampleDocument, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import type { Topology } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { refuseHomes } from './refuse-homes.ts';

const [fe1, fe2, fe3] = ['fe1', 'fe2', 'fe3'].map((name) => `${name}.contoso.example`) as [
  string,
  string,
  string,
];
const pool2 = 'pool2.contoso.example';
const { pool: _, ...alone } = sampleFrontEnd;
const pools = sampleDocument().pools ?? [];
const inForce = sampleTopology({
  pools: [...pools, { fqdn: pool2, role: 'front-end' }],
  servers: [sampleFrontEnd, { ...sampleFrontEnd, fqdn: fe2, pool: pool2 }, { ...alone, fqdn: fe3 }],
});
const withoutServers = sampleTopology({
  pools: [...pools, { fqdn: pool2, role: 'front-end' }],
  servers: [sampleFrontEnd],
});
const withoutPool = sampleTopology({ servers: [sampleFrontEnd, { ...alone, fqdn: fe3 }] });

const account = (name: string, home?: string): Account => ({
  address: `${name}@contoso.example`,
  verifiers: {},
  ...(home === undefined ? {} : { home }),
  state: 'enabled',
  rights: [],
});

async function refusal(next: Topology, accounts: readonly Account[], leaveBehind = false) {
  const directory = createMemoryDirectory();
  for (const one of accounts) await directory.put(one, 'absent');
  return refuseHomes(next, { accounts: directory, topology: () => inForce }, leaveBehind);
}

describe('a version that takes away what is the home of accounts', () => {
  it('is refused, with some of their users and what to do', async () => {
    const refused = await refusal(withoutPool, [account('alice'), account('bob', pool2)]);
    expect(refused).toMatchObject({ reason: 'home-in-use', status: 422 });
    expect(refused?.message).toMatch(/pool2\.contoso\.example.*bob@contoso\.example$/);
    expect(refused?.remedy).toContain(`entente user list --home ${pool2}`);
    const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => account(name, pool2));
    expect((await refusal(withoutPool, many))?.message).toMatch(/e@contoso\.example, and more$/);
    expect(await refusal(withoutServers, [account('bob', fe3)])).toMatchObject({ reason: 'home-in-use' });
  });

  it('is not where it has no users, or only a server of their pool goes, or the administrators say so', async () => {
    expect(await refusal(withoutPool, [account('alice'), account('bob', fe1)])).toBeUndefined();
    expect(await refusal(withoutServers, [account('bob', pool2)])).toBeUndefined();
    expect(await refusal(withoutPool, [account('bob', pool2)], true)).toBeUndefined();
  });

  it('is refused while the accounts cannot be asked, and only where a home goes', async () => {
    const accounts = {
      place: 'postgresql://db.contoso.example',
      list: () => Promise.reject(new Error('no answer')),
    };
    const options = { accounts, topology: () => inForce };
    const refused = await refuseHomes(withoutPool, options, false);
    expect(refused).toMatchObject({ reason: 'homes-unknown', status: 503 });
    expect(refused?.message).toContain('no answer');
    expect(refused?.remedy).toContain('--leave-behind');
    expect(await refuseHomes(inForce, options, false)).toBeUndefined();
    expect(await refuseHomes(withoutPool, options, true)).toBeUndefined();
  });
});
