import type { Account } from '@entente/accounts';
import { createMemoryDirectory } from '@entente/accounts/directory';
import { sampleDocument, sampleTopology } from '@entente/testkit/topology';
import type { Topology } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { refuseDomains } from './refuse-domains.ts';

const { domains } = sampleDocument();
const sales = 'sales.contoso.example';
const inForce = sampleTopology({ domains: [...domains, { name: sales }] });
const without = sampleTopology({ domains });

const account = (address: string): Account => ({ address, verifiers: {}, state: 'enabled', rights: [] });

async function refusal(next: Topology, addresses: readonly string[], leaveBehind = false) {
  const directory = createMemoryDirectory();
  for (const one of addresses) await directory.put(account(one), 'absent');
  return refuseDomains(next, { accounts: directory, topology: () => inForce }, leaveBehind);
}

describe('a version that takes away a domain in which there are accounts', () => {
  it('is refused, with some of their users and what to do', async () => {
    const refused = await refusal(without, ['alice@contoso.example', `bob@${sales}`]);
    expect(refused).toMatchObject({ reason: 'domain-in-use', status: 422 });
    expect(refused?.message).toMatch(/sales\.contoso\.example.*bob@sales\.contoso\.example$/);
    expect(refused?.remedy).toContain('entente user remove');
    expect(refused?.remedy).toContain('--leave-behind');
    const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}@${sales}`);
    expect((await refusal(without, many))?.message).toMatch(/e@sales\.contoso\.example, and more$/);
  });

  it('finds them behind any number of others', async () => {
    const others = Array.from({ length: 1_001 }, (_, at) => `user${at}@contoso.example`);
    expect(await refusal(without, [...others, `zoe@${sales}`])).toMatchObject({ reason: 'domain-in-use' });
  });

  it('is not where the domain has no users, or stays, or the administrators say so', async () => {
    expect(await refusal(without, ['alice@contoso.example', `${sales}@contoso.example`])).toBeUndefined();
    expect(await refusal(inForce, [`bob@${sales}`])).toBeUndefined();
    expect(await refusal(without, [`bob@${sales}`], true)).toBeUndefined();
  });

  it('is refused while the accounts cannot be asked, and only where a domain goes', async () => {
    const accounts = {
      place: 'postgresql://db.contoso.example',
      list: () => Promise.reject(new Error('no answer')),
    };
    const options = { accounts, topology: () => inForce };
    const refused = await refuseDomains(without, options, false);
    expect(refused).toMatchObject({ reason: 'domains-unknown', status: 503 });
    expect(refused?.message).toContain('no answer');
    expect(refused?.remedy).toContain('--leave-behind');
    expect(await refuseDomains(inForce, options, false)).toBeUndefined();
    expect(await refuseDomains(without, options, true)).toBeUndefined();
  });
});
