import { createKeyAndRequest, parseJoinToken } from '@entente/pki/client';
import { systemClock } from '@entente/tls';
import { encodeSignedTopology, links, signTopology, type TopologyDocument } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anotherAdministrator, contoso, next } from './contoso.ts';
import { administrator, InProcessAuthority } from './in-process-authority.ts';

const people = ['alice', 'carol'].map(anotherAdministrator);
const keys = people.map(({ key }) => key);
const both = { required: 1, keys };
const aliceAlone = { required: 1, keys: keys.slice(0, 1) };
const server = 'fe01.contoso.example';

let run: InProcessAuthority;
let inForce: TopologyDocument = { ...contoso, administrators: both };
/** Milliseconds by which the clock of the authority is ahead. */
let ahead = 0;

const ask = (path: string, who: string, body?: object | string, serialHex?: string) =>
  run.ask(path, body, administrator(who, serialHex));

const publishInForce = async () => {
  const signers = people.map(({ signer }) => signer);
  const { status } = await ask('/topology', 'alice', encodeSignedTopology(signTopology(inForce, signers)));
  expect(status).toBe(200);
};

async function publish(changes: Partial<TopologyDocument>) {
  inForce = next(inForce, changes);
  await publishInForce();
}

/** A certificate of an administrator, which they order themselves. */
async function certify(name: string): Promise<string> {
  return String((await run.certifyAdministrator(name)).answer.serial);
}

async function orderToken(who: string, serialHex?: string): Promise<Uint8Array> {
  const { answer } = await ask('/join-tokens', who, { server, replace: true }, serialHex);
  const parsed = parseJoinToken(String(answer.token));
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  return parsed.token.secret;
}

/** Anybody who has the token asks with a key of their own. */
async function useToken(secret: Uint8Array): Promise<number> {
  const { request: body } = await createKeyAndRequest({ subject: server });
  const authorization = `Bearer ${Buffer.from(secret).toString('base64url')}`;
  const request = new Request('https://ca.contoso.example/enrol', {
    method: 'POST',
    body: Uint8Array.from(body),
    headers: { 'content-type': 'application/pkcs10', authorization },
  });
  return (await run.authority.fetch(request, undefined, '192.0.2.1')).status;
}

async function validSerials(): Promise<readonly string[]> {
  const { answer } = await ask(`/certificates?subject=${server}`, 'alice');
  const rows = answer.certificates as { serial: string; revocation?: object }[];
  return rows.filter(({ revocation }) => revocation === undefined).map(({ serial }) => serial);
}

async function refusedInTrail(): Promise<readonly Record<string, unknown>[]> {
  const { answer } = await ask('/audit?limit=100', 'alice');
  return (answer.records as Record<string, unknown>[]).filter(({ reason }) => reason === 'token-revoked');
}

beforeAll(async () => {
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  run = await InProcessAuthority.start({ clock, first: inForce, isPublished: false });
  await publishInForce();
});
afterAll(() => run[Symbol.asyncDispose]());

describe('a join token', () => {
  it('counts no more once the topology does not name the administrator who ordered it: token-revoked', async () => {
    expect(await useToken(await orderToken('alice'))).toBe(201);
    const before = await validSerials();
    const [ofAlice, ofCarol] = [await orderToken('alice'), await orderToken('carol')];
    await publish({ administrators: aliceAlone });
    expect(await useToken(ofCarol)).toBe(403);
    expect(await validSerials(), 'the real server keeps its certificate').toEqual(before);
    const isWarning = ({ fields }: { fields: object }) =>
      (fields as { reason?: string }).reason === 'token-revoked';
    expect(run.lines.find(isWarning)).toMatchObject({
      message: expect.stringContaining('carol'),
      fields: { remedy: expect.stringContaining('entente join-token') },
    });
    expect(await refusedInTrail()).toMatchObject([
      { action: 'request-refused', actor: expect.stringMatching(/^join-token:/), subject: server },
    ]);
    expect(await useToken(ofAlice), 'one that another administrator ordered').toBe(201);
    await publish({ administrators: both });
  });

  it('counts no more once a certificate of the administrator who ordered it was revoked, and one ordered later does', async () => {
    const serial = await certify('carol');
    const before = await orderToken('carol', serial);
    const ofAlice = await orderToken('alice');
    expect((await ask('/revoke', 'alice', { serial, reason: 'keyCompromise' })).status).toBe(200);
    const valid = await validSerials();
    expect(await useToken(before)).toBe(403);
    expect(await validSerials()).toEqual(valid);
    expect(await useToken(ofAlice)).toBe(201);
    ahead += 2_000;
    expect(await useToken(await orderToken('carol'))).toBe(201);
  });

  it('is not given to one whose certificate is revoked, and for less than an hour not to one who had another that was', async () => {
    const serial = await certify('carol');
    expect((await ask('/revoke', 'alice', { serial, reason: 'keyCompromise' })).status).toBe(200);
    const ordered = (lifetimeSeconds: number, by: string) =>
      ask('/join-tokens', 'carol', { server, replace: true, lifetimeSeconds }, by);
    ahead += 2_000;
    expect(await ordered(3_600, serial)).toMatchObject({
      status: 403,
      answer: { reason: 'requester-revoked' },
    });
    expect(await ordered(600, '0b')).toMatchObject({ status: 403, answer: { reason: 'token-revoked' } });
    expect(await ordered(3_600, '0b')).toMatchObject({ status: 201 });
  });

  it('counts no more once administrators may not ask this authority', async () => {
    const secret = await orderToken('carol');
    const { row } = links.administratorToAuthority;
    const other = { fqdn: 'ca2.contoso.example', role: 'authority' } as const;
    await publish({
      servers: [...inForce.servers, other],
      links: [{ row, b: ['ca.contoso.example'], closed: true as const }],
    });
    expect(await useToken(secret)).toBe(403);
  });
});
