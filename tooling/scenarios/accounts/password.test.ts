import type { SipResponse } from '@entente/sip';
import { agentOf, until } from '@entente/testkit/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountsNetwork, account, frontEnds, password, startAccountsNetwork } from './network.ts';

const [fe01, fe02] = frontEnds;
const domain = 'contoso.example';
const aor = (name: string) => `sip:${name}@${domain}`;

// The tests build on each other: the password is what the one before has left.
describe('a user who knows the password', () => {
  let network: AccountsNetwork;
  const agents: AsyncDisposable[] = [];
  beforeAll(async () => {
    network = await startAccountsNetwork();
    for (const name of ['alice', 'bob']) await network.order('/accounts', { accounts: [account(name)] });
    const isKnown = () =>
      [...network.running.values()].every(({ accounts }) => accounts.known.of(`bob@${domain}`) !== undefined);
    await until(isKnown);
  }, 120_000);
  afterAll(async () => {
    for (const agent of agents) await agent[Symbol.asyncDispose]();
    await network?.[Symbol.asyncDispose]();
  });

  const device = (fqdn: string, name: string, secret: string) => {
    const port = network.running.get(fqdn)?.port ?? 0;
    const servers = [{ address: '127.0.0.1', port }];
    const own = agentOf({ domain, name, password: secret, trust: network.trust, servers });
    agents.push(own.agent);
    return own.agent;
  };
  const registered = async (fqdn: string, name: string, secret: string) => {
    const agent = device(fqdn, name, secret);
    expect((await agent.register()).status).toBe(200);
    return agent;
  };
  /** What a REGISTER with a password is answered. */
  const tried = async (fqdn: string, secret: string) => {
    const options = {
      as: 'alice',
      to: aor('alice'),
      contact: '<sip:alice@client.invalid>',
      password: secret,
    };
    return (await network.client(fqdn).ask('REGISTER', `sip:${domain}`, options)).status;
  };
  const reasons = (fqdn: string) =>
    (network.running.get(fqdn)?.lines ?? []).map(({ fields }) => (fields as { reason?: string }).reason);

  it('changes it: in force everywhere, other devices are signed out, and this one is reached', async () => {
    const one = await registered(fe01, 'alice', password);
    const other = await registered(fe02, 'alice', password);
    const bob = await registered(fe02, 'bob', password);
    const audit = async () => {
      const response = await network.scene.ask('/audit?limit=1', network.scene.alice);
      return ((await response.json()) as { records: object[] }).records[0];
    };
    expect((await one.changePassword('another')).status).toBe(200);
    expect(await audit()).toMatchObject({
      action: 'account-password-changed',
      actor: `server:${fe01}`,
      subject: `alice@${domain}`,
    });
    expect(await tried(fe01, password), 'here at once').toBe(401);
    await expect.poll(() => tried(fe02, password)).toBe(401);
    expect(await tried(fe02, 'another')).toBe(200);
    expect((await other.message(aor('bob'), 'x')).status, 'with the old one').toBe(407);
    await expect.poll(() => one.registration.state).toBe('registered');
    const reached = async () => (await bob.message(aor('alice'), 'hello')).status;
    await expect.poll(reached).toBe(200);
    const lines = network.running.get(fe01)?.lines ?? [];
    expect(lines.map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ event: 'password-changed', user: `alice@${domain}` }),
    );
  });

  it('and nobody else: with another password nothing changes', async () => {
    const mallory = device(fe02, 'alice', password);
    await mallory.connect();
    expect((await mallory.changePassword('mallory')).status).toBe(407);
    expect(reasons(fe02)).toContain('credentials-not-accepted');
    expect(await tried(fe02, 'another')).toBe(200);
  });

  it('hears that the authority does not answer, and nothing has changed', async () => {
    const agent = await registered(fe01, 'alice', 'another');
    let answer: SipResponse | undefined;
    await network.scene.stopped(async () => {
      answer = await agent.changePassword('third');
    });
    expect([answer?.status, answer?.get('Retry-After')]).toEqual([500, '30']);
    expect(reasons(fe01)).toContain('accounts-unavailable');
    expect(await tried(fe01, 'another')).toBe(200);
  });
});
