import { runInNewContext } from 'node:vm';
import { isTrustError } from '@entente/tls';
import { expect, it } from 'vitest';

it('a refusal of another realm is recognised by its code', () => {
  const parts = { code: 'ENTENTE_REFUSED', rejection: { reason: 'revoked' } };
  expect(isTrustError(runInNewContext("Object.assign(new Error('refused'), parts)", { parts }))).toBe(true);
});

it.each([undefined, null, 'ENTENTE_REFUSED', { code: 'ENTENTE_REFUSED' }, new Error('refused')])(
  '%o is not recognised as a refusal',
  (thrown) => {
    expect(isTrustError(thrown)).toBe(false);
  },
);
