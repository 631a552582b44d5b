import { StepClock } from '@entente/testkit';
import { whyNoPostgres } from '@entente/testkit/postgres';
import { needs } from '@entente/testkit/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AccountsNetwork,
  account,
  frontEnds,
  heard,
  password,
  startAccountsNetwork,
} from './network.ts';
import { startDatabase } from './shared-database.ts';

const [fe01, fe02] = frontEnds;
const [alice, bob, carol] = [account('alice'), account('bob'), account('carol')];
const domain = 'sip:contoso.example';
const aor = (name: string) => `sip:${name}@contoso.example`;

// The tests build on each other. The clock stands still but for the steps of a test: no server looks again by itself, so that what is in
// force has come with an event of the authority, or a notification of the database.
const noPostgres = whyNoPostgres();
const ways = [
  { way: 'the authority feeds them', missing: undefined, database: async () => undefined },
  { way: 'they read PostgreSQL themselves', missing: noPostgres, database: startDatabase },
];

describe.each(ways)(
  'an order of an administrator is in force on every front end: $way',
  ({ database, missing }) => {
    if (missing !== undefined) return void it('needs PostgreSQL', (context) => needs(context, missing));
    const clock = new StepClock(Date.now());
    let network: AccountsNetwork;
    let shared: Awaited<ReturnType<typeof startDatabase>> | undefined;
    beforeAll(async () => {
      shared = await database();
      network = await startAccountsNetwork(clock, shared);
    }, 120_000);
    afterAll(async () => {
      await network?.[Symbol.asyncDispose]();
      await shared?.[Symbol.asyncDispose]();
    });

    /** Sends an order, and waits until both front ends have heard of it. */
    const order = async (address: string, path: string, fields: object) => {
      // The authority keeps its events apart; a reader of PostgreSQL is told by the database, whatever the clock says.
      if (shared === undefined) clock.move(100);
      const told = heard(network.running.values(), address);
      await network.order(path, fields);
      await told;
    };
    const add = (one: typeof alice) => order(one.address, '/accounts', { accounts: [one] });
    const change = (one: typeof alice, fields: object) =>
      order(one.address, '/accounts/change', { address: one.address, ...fields });
    const register = async (fqdn: string, name: string, secret = password) => {
      const client = network.client(fqdn);
      const options = { as: name, to: aor(name), contact: `<sip:${name}@client.invalid>`, password: secret };
      const { status } = await client.ask('REGISTER', domain, options);
      return { client, status };
    };
    const message = async (from: Awaited<ReturnType<typeof register>>, as: string, to: string) =>
      (await from.client.ask('MESSAGE', aor(to), { as, password: null })).status;
    const reasons = (fqdn: string) =>
      (network.running.get(fqdn)?.lines ?? []).flatMap(({ fields }) => {
        const { reason } = fields as { reason?: string };
        return reason === undefined ? [] : [reason];
      });

    it('added: the user registers at each of them, and is reached', async () => {
      expect((await register(fe01, 'alice')).status).toBe(401);
      for (const one of [alice, bob, carol]) await add(one);
      const [atFirst, atSecond] = [await register(fe01, 'alice'), await register(fe02, 'bob')];
      expect([atFirst.status, atSecond.status]).toEqual([200, 200]);
      expect(await message(atFirst, 'alice', 'bob')).toBe(200);
      expect(await message(atSecond, 'bob', 'alice')).toBe(200);
    });

    it('disabled: signed out everywhere, told so with the right password alone; others notice nothing', async () => {
      const clients = [await register(fe01, 'alice'), await register(fe02, 'alice')];
      const other = await register(fe01, 'carol');
      const call = await clients[0]!.client.ask('INVITE', aor('carol'), {
        as: 'alice',
        contact: '<sip:alice@client.invalid>',
      });
      expect(call.status).toBe(200);
      const routed = { headers: { Route: call.recordRoutes.map(String).join(', ') } };
      const inDialog = (
        as: string,
        from: typeof other,
        dialog: Parameters<typeof from.client.ask>[2]['inDialog'],
      ) => from.client.ask('INFO', 'sip:other@client.invalid', { as, inDialog: dialog, ...routed });
      expect((await inDialog('alice', clients[0]!, call)).status).toBe(200);

      await change(alice, { state: 'disabled' });
      for (const [index, client] of clients.entries()) {
        expect(await message(client, 'alice', 'carol'), 'challenged again').toBe(407);
        const told = await client.client.ask('MESSAGE', aor('carol'), { as: 'alice' });
        expect(told.status, 'and refused with the right password').toBe(403);
        expect(reasons(frontEnds[index]!)).toContain('account-disabled');
        const guess = await client.client.ask('MESSAGE', aor('carol'), { as: 'alice', password: 'wrong' });
        expect(guess.status, 'while a wrong one learns nothing').toBe(407);
      }
      expect((await inDialog('alice', clients[0]!, call)).status, 'in a dialog too').toBe(403);
      expect((await register(fe02, 'alice')).status).toBe(403);
      expect(await message(other, 'carol', 'alice'), 'no device is left').toBe(480);
      expect(await message(other, 'carol', 'carol'), 'the other user of the call is as before').toBe(200);
      const caller = other.client.received.find(({ method }) => method === 'INVITE');
      const toward = await other.client.ask('INFO', 'sip:alice@client.invalid', {
        as: 'carol',
        inDialog: caller,
        headers: { Route: caller?.recordRoutes.map(String).join(', ') ?? '' },
      });
      expect(toward.status, 'and reaches no device of the one who was signed out').toBe(430);
    });

    it('enabled again: the user can register', async () => {
      await change(alice, { state: 'enabled' });
      const again = await register(fe01, 'alice');
      expect(again.status).toBe(200);
      expect(await message(again, 'alice', 'alice')).toBe(200);
    });

    it('with another password: what was signed in with the one before is over', async () => {
      const client = await register(fe01, 'alice');
      const other = await register(fe02, 'bob');
      await change(alice, { verifiers: account('alice', {}, 'another').verifiers });
      expect(await message(client, 'alice', 'bob')).toBe(407);
      expect(await message(other, 'bob', 'alice')).toBe(480);
      for (const fqdn of frontEnds) {
        expect((await register(fqdn, 'alice')).status, fqdn).toBe(401);
        expect((await register(fqdn, 'alice', 'another')).status, fqdn).toBe(200);
      }
    });

    it('moved: the registrar of the new pool has the user, from the next registration on', async () => {
      const before = await register(fe01, 'carol');
      const other = await register(fe02, 'bob');
      expect(await message(other, 'bob', 'carol')).toBe(200);
      await change(carol, { home: 'pool2.contoso.example' });
      // Its connection was ended, so that the device registers again; what it asks meanwhile is challenged.
      await expect.poll(() => message(before, 'carol', 'bob').catch(() => 'lost')).toBe(407);
      expect(before.client.connections).toBe(2);
      expect(await message(other, 'bob', 'carol')).toBe(480);
      const after = await register(fe01, 'carol');
      expect(after.status).toBe(200);
      expect(await message(other, 'bob', 'carol')).toBe(200);
      await network.stop(fe01);
      const direct = await register(fe02, 'carol');
      expect(direct.status, 'the front end of the old pool has no part in it').toBe(200);
      await network.start(fe01);
    });

    it('removed: the name and the password are worth nothing', async () => {
      const client = await register(fe02, 'bob');
      await change(bob, { remove: true });
      expect(await message(client, 'bob', 'alice')).toBe(407);
      for (const fqdn of frontEnds) expect((await register(fqdn, 'bob')).status, fqdn).toBe(401);
    });

    it('also on a front end that starts while nobody can tell it: it has what it knew', async () => {
      await change(carol, { state: 'disabled' });
      await network.stop(fe02);
      await shared?.postgres.stop('fast');
      await network.scene.stopped(async () => {
        const { accounts } = await network.start(fe02);
        expect([accounts.known.of(alice.address)?.state, accounts.known.of(carol.address)?.state]).toEqual([
          'enabled',
          'disabled',
        ]);
        expect((await register(fe02, 'carol')).status).toBe(403);
      });
    });
  },
);
