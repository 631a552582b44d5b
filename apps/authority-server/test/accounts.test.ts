import { type Account, verifiersOf } from '@entente/accounts';
import { type FedPage, formatPosition, parseFeedPage } from '@entente/accounts/feed';
import type { ServerEntry } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

const fe01 = 'fe01.contoso.example';
const roles: readonly ServerEntry[] = [
  frontEnd(fe01),
  frontEnd('fe02.contoso.example'),
  { fqdn: 'med01.contoso.example', role: 'mediation' },
  { fqdn: 'web01.contoso.example', role: 'web-services' },
  { fqdn: 'dir01.contoso.example', role: 'director' },
  { fqdn: 'app01.contoso.example', role: 'trusted-application' },
  {
    fqdn: 'edge01.contoso.example',
    role: 'edge',
    interfaces: { internal: {}, external: { fqdn: 'sip.contoso.example' } },
  },
];
const first = document(roles);
const account = (name: string, more: Partial<Account> = {}): Account => {
  const address = `${name}@contoso.example`;
  return { address, verifiers: verifiersOf(address, 'secret') ?? {}, state: 'enabled', rights: [], ...more };
};
const [alice, bob] = [account('alice'), account('bob', { rights: ['dial-outside'] })];

// The tests build on each other: the accounts change as they go.
describe('the accounts of an authority', () => {
  let scene: Scene;
  const who = new Map<string, Credentials>();
  beforeAll(async () => {
    scene = await startScene();
    const answer = await scene.publish(signed(first));
    expect(answer.status, await answer.clone().text()).toBe(200);
    for (const { fqdn } of roles) who.set(fqdn, await scene.join(fqdn));
  });
  afterAll(() => scene.close());

  const order = async (path: string, fields: object, by: Credentials | undefined = scene.alice) => {
    const response = await scene.ask(path, by, { method: 'POST', body: JSON.stringify(fields) });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };
  const change = (address: string, fields: object) => order('/accounts/change', { address, ...fields });
  const feed = async (fqdn: string, query = ''): Promise<FedPage> => {
    const response = await scene.ask(`/accounts/feed${query}`, who.get(fqdn));
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    return parseFeedPage(await response.text()) as FedPage;
  };
  const listed = async (query = '') =>
    (await (await scene.ask(`/accounts${query}`, scene.alice)).json()) as {
      accounts: { address: string; state: string; home?: string; algorithms: string[]; number?: string }[];
      next?: string;
    };
  const lastRecord = async () => {
    const response = await scene.ask('/audit?limit=1', scene.alice);
    return ((await response.json()) as { records: object[] }).records[0];
  };

  it('are none at first, and are added by an administrator, each once, with a record of it', async () => {
    expect((await listed()).accounts).toEqual([]);
    expect(await order('/accounts', { accounts: [alice] })).toMatchObject({
      status: 200,
      answer: { added: 1, replaced: 0, unchanged: 0, refused: [] },
    });
    expect(await lastRecord()).toMatchObject({
      action: 'account-added',
      actor: 'administrator:alice',
      subject: alice.address,
      outcome: 'done',
    });
    expect(await order('/accounts', { accounts: [alice] })).toMatchObject({
      status: 409,
      answer: { reason: 'account-exists' },
    });
    const { accounts } = await listed();
    expect(accounts).toEqual([
      expect.objectContaining({ address: alice.address, state: 'enabled', algorithms: ['SHA-256'] }),
    ]);
    expect(JSON.stringify(accounts)).not.toContain(alice.verifiers['SHA-256']);
  });

  it('are told to front ends and directors with verifiers, to mediation and web services without', async () => {
    await order('/accounts', { accounts: [bob] });
    const changes = [alice, bob].map((each) => ({ address: each.address, account: each }));
    for (const fqdn of [fe01, 'dir01.contoso.example'])
      expect(await feed(fqdn)).toMatchObject({ view: 'verifiers', changes, more: false });
    const cut = changes.map(({ account: each, address }) => ({
      address,
      account: { ...each, verifiers: {} },
    }));
    for (const fqdn of ['med01.contoso.example', 'web01.contoso.example'])
      expect(await feed(fqdn)).toMatchObject({ view: 'homes', changes: cut, more: false });
  });

  it('are told to no other server, to no administrator by the feed, and to nobody without certificate', async () => {
    for (const fqdn of ['edge01.contoso.example', 'app01.contoso.example']) {
      const response = await scene.ask('/accounts/feed', who.get(fqdn));
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ reason: 'role-not-allowed-on-link' });
    }
    expect((await scene.ask('/accounts/feed', scene.alice)).status).toBe(403);
    expect((await scene.ask('/accounts/feed')).status).toBe(401);
    for (const path of ['/accounts', '/audit'])
      expect((await scene.ask(path, who.get(fe01))).status).toBe(403);
  });

  it('are changed by administrators alone', async () => {
    for (const path of ['/accounts', '/accounts/change']) {
      expect((await order(path, {}, who.get(fe01))).status).toBe(403);
      const response = await scene.ask(path, undefined, { method: 'POST', body: '{}' });
      expect(response.status).toBe(401);
    }
  });

  it('are read in pages, from a position on, and a position that is lost begins again', async () => {
    const page = await feed(fe01, '?limit=1');
    expect(page).toMatchObject({ more: true, changes: [{ address: alice.address }] });
    const second = await feed(fe01, `?limit=1&since=${formatPosition(page.position)}`);
    expect(second).toMatchObject({ more: false, changes: [{ address: bob.address }] });
    const lost = formatPosition({ ...second.position, epoch: 'another' });
    const response = await scene.ask(`/accounts/feed?since=${lost}`, who.get(fe01));
    expect([response.status, ((await response.json()) as { reason: string }).reason]).toEqual([
      409,
      'position-lost',
    ]);
    for (const query of ['limit=0', 'limit=1001', 'since=yesterday'])
      expect((await scene.ask(`/accounts/feed?${query}`, who.get(fe01))).status).toBe(400);
  });

  it('are announced to servers that may follow them, and to no others', async () => {
    const heard = new Map<string, string>();
    for (const fqdn of [fe01, 'edge01.contoso.example']) {
      heard.set(fqdn, '');
      const { body } = await scene.ask('/events', who.get(fqdn));
      void (async () => {
        for await (const bytes of body ?? [])
          heard.set(fqdn, `${heard.get(fqdn)}${Buffer.from(bytes as Uint8Array).toString()}`);
      })().catch(() => {});
    }
    await change(alice.address, { state: 'disabled' });
    await expect.poll(() => heard.get(fe01)).toContain('event: accounts');
    const { status } = await scene.publish(signed(document(roles, first)));
    expect(status).toBe(200);
    const edge = () => heard.get('edge01.contoso.example') ?? '';
    await expect.poll(edge).toContain('"version":2');
    expect(edge()).not.toContain('accounts');
  });

  it('change by one order each, with a record, and the feed tells of it', async () => {
    const before = (await feed(fe01)).position;
    const record = (action: string) => ({ action, subject: alice.address, outcome: 'done' });
    expect(await lastRecord()).not.toMatchObject(record('account-enabled'));
    await change(alice.address, { state: 'enabled' });
    expect(await lastRecord()).toMatchObject(record('account-enabled'));
    await change(alice.address, { home: fe01 });
    expect(await lastRecord()).toMatchObject({ ...record('account-moved'), details: { home: fe01 } });
    const verifiers = verifiersOf(alice.address, 'other') ?? {};
    await change(alice.address, { verifiers });
    expect(await lastRecord()).toMatchObject(record('account-password-set'));
    const { changes } = await feed(fe01, `?since=${formatPosition(before)}`);
    expect(changes).toMatchObject([{ address: alice.address, account: { ...alice, verifiers, home: fe01 } }]);
    expect((await listed(`?home=${fe01}`)).accounts.map(({ address }) => address)).toEqual([alice.address]);
    await change(alice.address, { home: null });
    expect((await listed(`?home=${fe01}`)).accounts).toEqual([]);
    await change(alice.address, { grant: 'dial-outside' });
    expect(await lastRecord()).toMatchObject({
      ...record('account-right-granted'),
      details: { right: 'dial-outside' },
    });
    expect((await listed(`?address=${alice.address}`)).accounts[0]).toMatchObject({
      rights: ['dial-outside'],
    });
    expect(await change(alice.address, { grant: 'dial-outside' })).toMatchObject({
      answer: { changed: false },
    });
    await change(alice.address, { number: '+4930123456' });
    expect(await lastRecord()).toMatchObject({
      ...record('account-number-set'),
      details: { number: '+4930123456' },
    });
    expect((await listed(`?address=${alice.address}`)).accounts[0]).toMatchObject({ number: '+4930123456' });
    await change(alice.address, { number: null });
    await change(alice.address, { revoke: 'dial-outside' });
    expect(await lastRecord()).toMatchObject(record('account-right-revoked'));
    expect((await listed(`?address=${alice.address}`)).accounts[0]).toMatchObject({ rights: [] });
    expect((await listed(`?address=${alice.address}`)).accounts).toHaveLength(1);
    expect(await change(bob.address, { remove: true })).toMatchObject({
      status: 200,
      answer: { changed: true, account: null },
    });
    expect(await lastRecord()).toMatchObject({ action: 'account-removed', subject: bob.address });
  });

  it('that are the same already are recorded as ordered alone; one that is not there is a failure', async () => {
    expect(await change(alice.address, { state: 'enabled' })).toMatchObject({
      status: 200,
      answer: { changed: false },
    });
    expect(await lastRecord()).toMatchObject({
      action: 'account-change-ordered',
      subject: alice.address,
      details: { change: 'account-enabled' },
    });
    for (const fields of [{ state: 'disabled' }, { remove: true }])
      expect(await change('nobody@contoso.example', fields)).toMatchObject({
        status: 404,
        answer: { reason: 'account-unknown' },
      });
  });

  it('are refused where the topology has neither their domain nor their home', async () => {
    const stranger = { ...alice, address: 'alice@fabrikam.example' };
    expect(await order('/accounts', { accounts: [stranger] })).toMatchObject({
      status: 422,
      answer: { reason: 'domain-not-ours' },
    });
    for (const home of ['fe09.contoso.example', 'edge01.contoso.example'])
      expect(await change(alice.address, { home })).toMatchObject({
        status: 422,
        answer: { reason: 'home-unknown' },
      });
  });

  it('come by the hundred, and those that are refused keep no other one out', async () => {
    const many = ['carol', 'dave', 'erin'].map((name) => account(name));
    const wrong = { ...alice, address: 'Frank @contoso.example' };
    const { answer } = await order('/accounts', {
      accounts: [...many, wrong, alice, { ...alice, address: 'alice@fabrikam.example' }],
    });
    expect(answer).toMatchObject({
      added: 3,
      refused: [
        { index: 3, reason: 'address-invalid' },
        { index: 4, reason: 'account-exists' },
        { index: 5, reason: 'domain-not-ours' },
      ],
    });
    expect(await lastRecord()).toMatchObject({
      action: 'accounts-imported',
      details: { added: 3, refused: 3 },
    });
  });

  it('have a telephone number each: the second user of one is refused, and the first is named', async () => {
    const number = '+4930123456';
    expect(await change(alice.address, { number })).toMatchObject({ status: 200 });
    const second = await change('carol@contoso.example', { number });
    expect(second).toMatchObject({ status: 409, answer: { reason: 'number-taken' } });
    expect(JSON.stringify(second.answer)).toContain(`which ${alice.address} has`);
    const two = ['grace', 'frank'].map((name) => account(name, { number: '+4930777' }));
    const replaced = account('dave', { number });
    const { answer } = await order('/accounts', { accounts: [...two, replaced], existing: 'replace' });
    expect(answer).toMatchObject({
      added: 1,
      replaced: 0,
      refused: [
        { index: 1, reason: 'number-taken', message: expect.stringContaining('grace@') },
        { index: 2, reason: 'number-taken', message: expect.stringContaining(alice.address) },
      ],
    });
    await change(alice.address, { number: null });
    expect(await change('carol@contoso.example', { number })).toMatchObject({ status: 200 });
    await change('carol@contoso.example', { number: '+4930778' });
    const swapped = [account('grace', { number: '+4930778' }), account('carol', { number: '+4930777' })];
    const both = await order('/accounts', { accounts: swapped, existing: 'replace' });
    expect(both.answer).toMatchObject({ added: 0, replaced: 2, refused: [] });
    // frank would get the number of carol, who would get one that cannot be: carol keeps it.
    const invalid = [account('frank', { number: '+4930777' }), account('carol', { number: '030' })];
    const neither = await order('/accounts', { accounts: invalid, existing: 'replace' });
    expect(neither.answer).toMatchObject({
      added: 0,
      replaced: 0,
      refused: [
        { index: 0, reason: 'number-taken' },
        { index: 1, reason: 'number-invalid' },
      ],
    });
    const found = (await listed()).accounts.filter(({ number: one }) => one !== undefined);
    expect(found.map(({ address, number: one }) => [address, one])).toEqual([
      ['carol@contoso.example', '+4930777'],
      ['grace@contoso.example', '+4930778'],
    ]);
    await change('grace@contoso.example', { remove: true });
    await change('carol@contoso.example', { number: null });
  });

  it.each([
    ['no account', '/accounts', { accounts: [] }],
    ['a field that no account has', '/accounts', { accounts: [{ ...alice, password: 'x' }] }],
    ['a verifier that is no text', '/accounts', { accounts: [{ ...alice, verifiers: { MD5: 3 } }] }],
    ['two changes at once', '/accounts/change', { address: alice.address, state: 'enabled', home: null }],
    ['no change', '/accounts/change', { address: alice.address }],
    ['a state that is none', '/accounts/change', { address: alice.address, state: 'asleep' }],
  ])('are not changed by an order with %s', async (_what, path, fields) => {
    expect(await order(path, fields)).toMatchObject({ status: 400, answer: { reason: 'malformed-request' } });
  });

  it('are there after a restart, and a reader goes on where it was', async () => {
    const { position } = await feed(fe01);
    await scene.restart();
    expect(await feed(fe01, `?since=${formatPosition(position)}`)).toMatchObject({
      changes: [],
      more: false,
    });
    expect((await listed()).accounts).toHaveLength(4);
  });
});
