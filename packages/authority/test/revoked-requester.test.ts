import { afterAll, beforeAll, expect, it } from 'vitest';
import { InProcessAuthority } from './in-process-authority.ts';

let run: InProcessAuthority;
beforeAll(async () => {
  run = await InProcessAuthority.start();
});
afterAll(() => run[Symbol.asyncDispose]());

it('an administrator whose certificate was revoked on an open connection gets no other one', async () => {
  const { answer } = await run.certifyAdministrator('alice');
  const serial = String(answer.serial);
  await run.ask('/revoke', { serial, reason: 'keyCompromise' });
  const refused = await run.certifyAdministrator('alice', serial);
  expect(refused).toMatchObject({ status: 403, answer: { reason: 'requester-revoked' } });
  const { answer: listed } = await run.ask('/certificates?subject=alice');
  expect((listed.certificates as { revocation?: object }[]).every(({ revocation }) => revocation)).toBe(true);
});
