import { joinTokenSecretHash, parseJoinToken } from '@entente/pki';
import { createKeyAndRequest, renew } from '@entente/pki/client';
import { encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, send, signed, startScene } from './network.ts';

const first = document([frontEnd('fe01.contoso.example'), frontEnd('fe02.contoso.example')]);
let scene: Scene;

beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.close());

interface Page {
  readonly records: readonly {
    readonly number: number;
    readonly action: string;
    readonly actor: string;
    readonly at: number;
  }[];
  readonly next?: number;
}

const read = async (query = ''): Promise<Page> =>
  (await (await scene.ask(`/audit${query}`, scene.alice)).json()) as Page;
const last = async (action: string) =>
  (await read('?limit=1000')).records.find((one) => one.action === action);
/** What administrators and servers caused meanwhile, newest first. */
const recordsOf = async (action: () => Promise<unknown>) => {
  const before = (await read('?limit=1')).records[0]?.number ?? 0;
  await action();
  const { records } = await read('?limit=100');
  return records.filter(({ actor, number }) => number > before && actor !== 'authority');
};
const post = (who: Credentials, path: string, body: object) =>
  scene.ask(path, who, { method: 'POST', body: JSON.stringify(body) });
const from = '127.0.0.1';
const alice = { actor: 'administrator:alice', from };

describe('the audit trail', () => {
  let fe01: Credentials & { serialHex: string };
  let inForce: string;

  it('has who published a topology', async () => {
    await scene.publish(signed(first));
    const details = { version: 1, effect: 'first', signers: 'alice bob' };
    expect(await last('topology-published')).toMatchObject({ ...alice, outcome: 'done', details });
  });

  it('has who ordered a token, without the token, and who joined with it', async () => {
    const order = { server: 'fe02.contoso.example' };
    const { token } = (await (await post(scene.alice, '/join-tokens', order)).json()) as { token: string };
    const parsed = parseJoinToken(token);
    const id = parsed.ok ? joinTokenSecretHash(parsed.token.secret).slice(0, 16) : '';
    expect(await last('token-ordered')).toMatchObject({
      ...alice,
      subject: 'fe02.contoso.example',
      details: { id },
    });
    fe01 = await scene.join('fe01.contoso.example');
    expect(await last('certificate-issued')).toMatchObject({
      actor: expect.stringMatching(/^join-token:[0-9a-f]{16}$/),
      from,
      subject: 'fe01.contoso.example',
      details: { serial: fe01.serialHex },
    });
    expect(JSON.stringify(await read('?limit=1000'))).not.toContain(token);
  });

  it('has who renewed', async () => {
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const { port } = scene.server().https;
    const transport = (request: Request) => send(request, port, scene.made.rootPem, fe01);
    const outcome = await renew({ authority: 'https://ca.contoso.example', key, transport });
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    expect(await last('certificate-renewed')).toMatchObject({
      actor: 'server:fe01.contoso.example',
      subject: 'fe01.contoso.example',
      details: { serial: outcome.certificate.serialHex },
    });
  });

  it('has what was refused to a server that has proven its name, and nothing of others', async () => {
    await post(fe01, '/revoke', {});
    expect(await last('request-refused')).toMatchObject({
      actor: 'server:fe01.contoso.example',
      from,
      outcome: 'refused',
      reason: 'role-not-allowed-on-link',
    });
    const before = (await read('?limit=1')).records[0]?.number;
    await scene.ask('/topology');
    expect((await read('?limit=1')).records[0]?.number).toBe(before);
  });

  it('has who revoked, and what a topology took away', async () => {
    await post(scene.alice, '/revoke', { serial: fe01.serialHex, reason: 'keyCompromise' });
    expect(await last('certificate-revoked')).toMatchObject({
      ...alice,
      subject: fe01.serialHex,
      reason: 'keyCompromise',
    });
    await scene.join('fe02.contoso.example');
    inForce = signed(document([frontEnd('fe01.contoso.example')], first));
    await scene.publish(inForce);
    expect(await last('certificate-revoked')).toMatchObject({
      ...alice,
      subject: 'fe02.contoso.example',
      reason: 'cessationOfOperation',
    });
    expect(await last('list-signed')).toMatchObject({ actor: 'authority' });
  });

  it('has a revocation before it is done: who ordered it, and what it is about', async () => {
    const { records } = await read('?limit=1000');
    const indexOf = (action: string, subject: string) =>
      records.findIndex((one) => one.action === action && (one as { subject?: string }).subject === subject);
    for (const subject of [fe01.serialHex, 'fe02.contoso.example']) {
      const ordered = indexOf('revocation-ordered', subject);
      // The newest comes first.
      expect(ordered, subject).toBeGreaterThan(indexOf('certificate-revoked', subject));
      expect(records[ordered]).toMatchObject({ ...alice, outcome: 'done' });
    }
  });

  it('has each order of an administrator once, done or refused', async () => {
    const { request } = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const pem = encodePem('CERTIFICATE REQUEST', request);
    const server = 'fe01.contoso.example';
    const issued = (await recordsOf(() => post(scene.alice, '/certificates', { server, request: pem })))[0];
    expect(issued).toMatchObject({
      ...alice,
      action: 'certificate-issued',
      subject: server,
      outcome: 'done',
      details: { serial: expect.stringMatching(/^[0-9a-f]+$/), notAfter: expect.any(Number) },
    });
    const { serial } = (issued as unknown as { details: { serial: string } }).details;
    const own = await createKeyAndRequest({ subject: 'alice' });
    const ownPem = encodePem('CERTIFICATE REQUEST', own.request);
    const held = { serial, reason: 'certificateHold' };
    const orders: readonly (readonly [path: string, body: object | string, record: object])[] = [
      ['/certificates', { request: ownPem }, { action: 'certificate-renewed', subject: 'alice' }],
      ['/certificates', { request: 'nothing' }, { reason: 'malformed-request' }],
      ['/certificates', { request: pem }, { reason: 'name-not-allowed' }],
      ['/release', { serial }, { reason: 'certificate-not-on-hold' }],
      ['/revoke', held, { action: 'certificate-revoked', reason: 'certificateHold' }],
      ['/release', { serial }, { action: 'hold-ended', subject: server, details: { serial } }],
      ['/release', {}, { reason: 'malformed-request' }],
      ['/revoke', {}, { reason: 'malformed-request' }],
      ['/join-tokens', { server: 'fe09.contoso.example' }, { reason: 'not-in-topology' }],
      ['/topology', {}, { action: 'request-refused' }],
      ['/topology', inForce, { action: 'topology-published', details: { effect: 'unchanged' } }],
    ];
    for (const [path, body, record] of orders) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const all = await recordsOf(() => scene.ask(path, scene.alice, { method: 'POST', body: text }));
      const outcome = 'action' in record && record.action !== 'request-refused' ? 'done' : 'refused';
      // A revocation and a release are there before they are done, too.
      const ordered = all.filter(({ action }) => /^(revocation|release)-ordered$/.test(action));
      expect(ordered).toHaveLength(
        body === held || (path === '/release' && 'serial' in Object(body)) ? 1 : 0,
      );
      const others = all.filter((one) => !ordered.includes(one));
      expect(others, `${path} ${text.slice(0, 60)}`).toMatchObject([{ ...alice, outcome, ...record }]);
    }
  });

  it('has every refusal of an administrator, also where the log leaves out lines', async () => {
    const many = await recordsOf(async () => {
      for (let index = 0; index < 15; index++) await post(scene.alice, '/revoke', {});
    });
    expect(many.map(({ action }) => action)).toEqual(Array(15).fill('request-refused'));
  });

  it('is read page by page, by administrators alone, and survives a restart', async () => {
    const all = await read('?limit=1000');
    const numbers: number[] = [];
    for (let page = await read('?limit=3'); ; page = await read(`?limit=3&before=${page.next}`)) {
      numbers.push(...page.records.map(({ number }) => number));
      if (page.next === undefined) break;
    }
    expect(numbers).toEqual(all.records.map(({ number }) => number));
    const ofAlice = await read('?limit=1000&actor=administrator:alice');
    expect(ofAlice.records).toEqual(all.records.filter(({ actor }) => actor === alice.actor));
    expect(ofAlice.records.length).toBeLessThan(all.records.length);
    const long = `?actor=server:${'a'.repeat(294)}`;
    expect((await read(`${long}`.slice(0, -1))).records).toEqual([]);
    for (const query of ['?limit=0', '?limit=1001', '?limit=x', '?before=-1', '?actor=', long]) {
      expect((await scene.ask(`/audit${query}`, scene.alice)).status).toBe(400);
    }
    expect((await scene.ask('/audit')).status).toBe(401);
    // The certificate that it renewed to is valid, and a second one beside it is not given.
    await post(scene.alice, '/revoke', { server: 'fe01.contoso.example', reason: 'superseded' });
    const fe01Again = await scene.join('fe01.contoso.example');
    expect((await scene.ask('/audit', fe01Again)).status).toBe(403);
    await scene.restart();
    expect((await read('?limit=1000')).records).toEqual(
      expect.arrayContaining(all.records.map((one) => expect.objectContaining(one))),
    );
  });
});
