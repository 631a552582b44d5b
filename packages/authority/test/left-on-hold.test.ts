import { afterEach, beforeEach, expect, it } from 'vitest';
import { contoso, next, signed } from './contoso.ts';
import { InProcessAuthority } from './in-process-authority.ts';

const server = 'fe02.contoso.example';
const store = 'redis.contoso.example';
const { servers } = contoso;
const first = {
  ...contoso,
  servers: [...servers, { fqdn: server, role: 'front-end' as const, pool: 'pool01.contoso.example' }],
  stores: [{ fqdn: store, kind: 'redis' as const }],
};

let run: InProcessAuthority;
beforeEach(async () => {
  run = await InProcessAuthority.start({ first });
});
afterEach(() => run[Symbol.asyncDispose]());

async function issueOnHold(name: string): Promise<string> {
  const { serial } = (await run.certify(name)).answer as { serial: string };
  const held = await run.ask('/revoke', { serial, reason: 'certificateHold' });
  expect(held.answer).toMatchObject({ serials: [serial] });
  return serial;
}

it.each([
  ['server', server, next(first, { servers })],
  ['store', store, next(first, { stores: [] })],
])('a certificate on hold is revoked for good when its %s leaves the topology', async (_, name, without) => {
  const serial = await issueOnHold(name);
  expect((await run.ask('/topology', signed(without))).status).toBe(200);
  expect((await run.ask(`/certificates/${serial}`)).answer.revocation).toMatchObject({
    reason: 'cessationOfOperation',
  });
  expect(await run.ask('/release', { serial }), 'no hold that could end').toMatchObject({
    answer: { reason: 'certificate-not-on-hold' },
  });
});

it('a certificate on hold stays so where its server stays in the topology', async () => {
  const serial = await issueOnHold(server);
  expect((await run.ask('/topology', signed(next(first, { stores: [] })))).status).toBe(200);
  expect((await run.ask(`/certificates/${serial}`)).answer.revocation).toMatchObject({
    reason: 'certificateHold',
  });
});
