import { parseJoinToken } from '@entente/pki';
import { createKeyAndRequest, enrol } from '@entente/pki/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RollingRoot, read } from './rolling-root.ts';

const server = 'fe01.contoso.example';

let run: RollingRoot;
beforeAll(async () => {
  run = await RollingRoot.start();
});
afterAll(() => run[Symbol.asyncDispose]());

it('the audit trail has each certificate that a token has replaced, and which token it was', async () => {
  const before = read(run.holder(server).chain[0] as Uint8Array).serialHex;
  const { token } = await run.order('/join-tokens', JSON.stringify({ server, replace: true }));
  const parsed = parseJoinToken(String(token));
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  const outcome = await enrol({
    token: parsed.token,
    key: await createKeyAndRequest({ subject: server }),
    transport: (request) => run.authority.fetch(request, undefined),
  });
  expect(outcome.ok).toBe(true);
  const { records } = (await run.order('/audit?limit=100')) as unknown as {
    records: readonly { action: string; details?: { serial?: string } }[];
  };
  expect(
    records.find(({ action, details }) => action === 'certificate-revoked' && details?.serial === before),
  ).toMatchObject({
    actor: expect.stringMatching(/^join-token:[0-9a-f]{16}$/),
    subject: server,
    outcome: 'done',
    reason: 'superseded',
  });
});
