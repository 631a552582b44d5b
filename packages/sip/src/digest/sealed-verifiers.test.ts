import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DigestAlgorithm } from './algorithm.ts';
import { createCredentialRecord } from './credential-record.ts';
import { openVerifiers, sealSaltBytes, sealVerifiers } from './sealed-verifiers.ts';

const every: readonly DigestAlgorithm[] = ['SHA-256', 'SHA-512-256', 'MD5'];
const user = { username: 'alice', realm: 'contoso.example' };
const record = (password: string, algorithms?: readonly DigestAlgorithm[]) =>
  createCredentialRecord({ ...user, password }, algorithms);
const present = record('secret');
const next = record('another', every).ha1;
const sealed = (by = present, verifiers = next) =>
  sealVerifiers(by, verifiers, randomBytes(sealSaltBytes)) as string;

describe('the verifiers of a new password', () => {
  it('are opened with the verifier of the present one', () => {
    expect(openVerifiers(sealed(), record('secret', every))).toEqual({ ok: true, ha1: next });
  });

  it('are nowhere in what is sent, and each seal is another one', () => {
    const [one, other] = [sealed(), sealed()];
    for (const ha1 of [...Object.values(next), ...Object.values(present.ha1)]) expect(one).not.toContain(ha1);
    expect(one).not.toBe(other);
  });

  it.each([
    ['another password', createCredentialRecord({ ...user, password: 'guessed' })],
    ['another user', createCredentialRecord({ ...user, username: 'bob', password: 'secret' })],
    ['the same verifier of another user', { ...present, username: 'bob' }],
  ])('are not opened with that of %s', (_what, other) => {
    expect(openVerifiers(sealed(), other)).toEqual({ ok: false, fault: 'other-password' });
  });

  it('are not opened where one bit of the seal was changed', () => {
    const body = JSON.parse(sealed()) as { salt: string; sealed: string };
    for (const field of ['salt', 'sealed'] as const) {
      const bytes = Buffer.from(body[field], 'base64url');
      for (let at = 0; at < bytes.length; at++) {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] as number) ^ 1;
        const text = JSON.stringify({ ...body, [field]: Buffer.from(changed).toString('base64url') });
        expect(openVerifiers(text, present), `${field} ${at}`).toMatchObject({ fault: 'other-password' });
      }
    }
  });

  it('name an algorithm for which the user has a verifier', () => {
    expect(openVerifiers(sealed(record('secret', ['MD5'])), present)).toMatchObject({ fault: 'no-verifier' });
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['an unknown algorithm', JSON.stringify({ algorithm: 'SHA-1', salt: '', sealed: '' })],
    ['the name of a member of objects', JSON.stringify({ algorithm: 'constructor', salt: '', sealed: '' })],
    ['a short salt', JSON.stringify({ ...JSON.parse(sealed()), salt: 'AAAA' })],
    ['less than a tag', JSON.stringify({ ...JSON.parse(sealed()), sealed: 'AAAA' })],
    ['another field', JSON.stringify({ ...JSON.parse(sealed()), more: 1 })],
    ['more than 2048 octets', JSON.stringify({ ...JSON.parse(sealed()), sealed: 'A'.repeat(2_048) })],
    ['no verifier', sealed(present, {})],
    ['a verifier that is too short', sealed(present, { 'SHA-256': 'ab' })],
    ['a verifier that is no text', sealed(present, { 'SHA-256': 1 } as never)],
    ['a verifier of an unknown algorithm', sealed(present, { 'SHA-1': 'ab' } as never)],
  ])('are refused where the body has %s', (_what, body) => {
    expect(openVerifiers(body, present)).toEqual({ ok: false, fault: 'malformed' });
  });

  it('cannot be sealed where nothing of the present password is known', () => {
    expect(sealVerifiers({ ...user, ha1: {} }, next, randomBytes(sealSaltBytes))).toBeUndefined();
  });
});
