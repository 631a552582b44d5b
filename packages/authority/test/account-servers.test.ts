import { verifiersOf } from '@entente/accounts';
import { createKeyAndRequest, enrol, parseJoinToken } from '@entente/pki/client';
import { StepClock } from '@entente/testkit';
import type { ServerEntry } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contoso } from './contoso.ts';
import { administrator, InProcessAuthority, member } from './in-process-authority.ts';

const [fe01, fe02, web01, edge01] = ['fe01', 'fe02', 'web01', 'edge01'].map(
  (name) => `${name}.contoso.example`,
) as [string, string, string, string];
const more: readonly ServerEntry[] = [
  { fqdn: fe02, role: 'front-end', pool: 'pool01.contoso.example' },
  { fqdn: web01, role: 'web-services' },
];
const alice = 'alice@contoso.example';
const passwords = ['secret', 'another', 'third'].map((password) => verifiersOf(alice, password) ?? {});
const [secret, another, third] = passwords as [object, object, object];

// The tests build on each other.
describe('a server that verifies passwords', () => {
  const clock = new StepClock(Date.now());
  let run: InProcessAuthority;
  const change = (from: object, to: object, who = fe01, address = alice) =>
    run.ask('/accounts/password', { address, from, to }, who === 'alice' ? administrator() : member(who));
  const stored = async () => (await run.ask('/accounts/feed', undefined, member(fe01))).answer.changes;
  const records = async () => (await run.ask('/audit?limit=100')).answer.records as { action: string }[];

  /** The serial number of the certificate with which a server has joined. */
  async function joined(fqdn: string): Promise<string> {
    const { answer } = await run.ask('/join-tokens', { server: fqdn });
    const token = parseJoinToken(String(answer.token));
    if (!token.ok) throw new Error(token.refusal.message);
    const key = await createKeyAndRequest({ subject: fqdn });
    const transport = (request: Request) => run.authority.fetch(request, undefined, '192.0.2.1');
    const outcome = await enrol({ token: token.token, key, transport });
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    const { answer: listed } = await run.ask(`/certificates?subject=${fqdn}`);
    return (listed.certificates as { serial: string }[])[0]?.serial ?? '';
  }

  beforeAll(async () => {
    const first = { ...contoso, servers: [...contoso.servers, ...more] };
    run = await InProcessAuthority.start({ clock, first });
    const account = { address: alice, verifiers: secret, state: 'enabled', rights: [] };
    expect((await run.ask('/accounts', { accounts: [account] })).answer).toMatchObject({ added: 1 });
  });
  afterAll(() => run[Symbol.asyncDispose]());

  it('changes that of a user who has proven the present one; the record of it names the server and no secret', async () => {
    expect(await change(secret, another)).toEqual({ status: 204, answer: {} });
    expect(await stored()).toMatchObject([{ address: alice, verifiers: another }]);
    expect((await records())[0]).toMatchObject({
      action: 'account-password-changed',
      actor: `server:${fe01}`,
      subject: alice,
      outcome: 'done',
    });
    const said = JSON.stringify([run.lines, await records()]);
    for (const verifier of passwords.flatMap((one) => Object.values(one)))
      expect(said).not.toContain(verifier);
  });

  it('is refused one that is not valid any more, and a user that there is not', async () => {
    expect(await change(secret, third)).toMatchObject({
      status: 409,
      answer: { reason: 'verifiers-differ' },
    });
    expect(await change(another, third, fe01, 'nobody@contoso.example')).toMatchObject({
      status: 404,
      answer: { reason: 'account-unknown' },
    });
    expect(await stored()).toMatchObject([{ verifiers: another }]);
  });

  it.each([
    ['no verifiers', { address: alice, from: {}, to: another }],
    ['a verifier that is no text', { address: alice, from: another, to: { 'SHA-256': 1 } }],
    ['a password', { address: alice, from: another, to: third, password: 'third' }],
  ])('is refused a change with %s', async (_what, body) => {
    const { answer, status } = await run.ask('/accounts/password', body, member(fe01));
    expect([400, 409]).toContain(status);
    expect(['malformed-request', 'verifiers-differ']).toContain(answer.reason);
    expect(await stored()).toMatchObject([{ verifiers: another }]);
  });

  it('is a front end: other servers and administrators change none', async () => {
    for (const who of [edge01, web01, 'alice'])
      expect(await change(another, third, who), who).toMatchObject({
        status: 403,
        answer: { reason: 'role-not-allowed-on-link' },
      });
    expect(await stored()).toMatchObject([{ verifiers: another }]);
  });

  it('changes five of one user in an hour, and keeps no other server or user from a change', async () => {
    clock.move(3_600_000);
    const outcomes: number[] = [];
    for (let count = 0; count < 7; count++) {
      const [from, to] = count % 2 === 0 ? [another, third] : [third, another];
      outcomes.push((await change(from, to, count === 6 ? fe02 : fe01)).status);
      // What was refused has changed nothing.
      if (count === 5) outcomes.push((await change(third, another, fe02)).status);
    }
    expect(outcomes).toEqual([204, 204, 204, 204, 204, 429, 204, 204]);
    expect((await change(another, third, fe01, 'bob@contoso.example')).status).toBe(404);
    clock.move(3_600_000);
    expect((await change(third, another)).status).toBe(204);
  });

  it('is told nothing and changes nothing once its certificate is revoked, on a connection that is still open', async () => {
    const serialHex = await joined(fe02);
    const body = { address: alice, from: another, to: third };
    const peer = member(fe02, serialHex);
    expect((await run.ask('/accounts/feed', undefined, peer)).status).toBe(200);
    await run.ask('/revoke', { serial: serialHex, reason: 'cessationOfOperation' });
    const refused = { status: 403, answer: { reason: 'requester-revoked' } };
    expect(await run.ask('/accounts/feed', undefined, peer)).toMatchObject(refused);
    expect(await run.ask('/accounts/password', body, peer)).toMatchObject(refused);
    expect(await stored()).toMatchObject([{ verifiers: another }]);
  });
});
