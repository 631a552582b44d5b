import { edit } from '@entente/sip';
import {
  type AssertedIdentity,
  applyIdentity,
  identityOf,
  type Sender,
  stripIdentity,
  userAddress,
} from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { alice, bob, request } from './fixtures.ts';

const agent = 'fe1.contoso.example';
const asAlice: Sender = { kind: 'user', addresses: [alice] };
const server: Sender = { kind: 'trusted-server', name: 'fe2.contoso.example' };

function forwarded(original: ReturnType<typeof request>, identity: AssertedIdentity) {
  if (!identity.ok) throw new Error('expected an identity');
  const editor = edit(original);
  applyIdentity(editor, original, identity);
  return editor.toMessage();
}

describe('identityOf a user', () => {
  it('asserts the address of From where it is his own', () => {
    const identity = identityOf(request(), asAlice, agent);
    expect(identity).toMatchObject({ ok: true, asserted: alice });
    expect(forwarded(request(), identity).get('P-Asserted-Identity')).toBe('<sip:alice@contoso.example>');
  });

  it('compares addresses of record without scheme, port and parameters', () => {
    const from = '<sips:alice@CONTOSO.example:5061;x=y>;tag=a1';
    expect(identityOf(request({ from }), asAlice, agent)).toMatchObject({ ok: true, asserted: alice });
  });

  it('refuses From of another user with 403, identity-not-authorised and Warning 399', () => {
    const identity = identityOf(request({ from: '<sip:bob@contoso.example>;tag=a1' }), asAlice, agent);
    expect(identity).toMatchObject({
      ok: false,
      refusal: { status: 403, reason: 'identity-not-authorised' },
    });
    if (!identity.ok)
      expect(identity.refusal.headers[0]).toEqual([
        'Warning',
        expect.stringMatching(/^399 fe1\.contoso\.example "/),
      ]);
  });

  it('refuses a domain with a dot at its end: it is another host (RFC 3261 §19.1.4), and no rule of ours knows it', () => {
    const identity = identityOf(request({ from: '<sip:alice@contoso.example.>;tag=a1' }), asAlice, agent);
    expect(identity).toMatchObject({
      ok: false,
      refusal: { status: 403, reason: 'identity-not-authorised' },
    });
  });

  it('refuses a user who differs in case: user parts compare with case', () => {
    expect(identityOf(request({ from: '<sip:Alice@contoso.example>;tag=a1' }), asAlice, agent).ok).toBe(
      false,
    );
  });

  it('refuses From of a foreign domain', () => {
    expect(identityOf(request({ from: '<sip:alice@fabrikam.example>;tag=a1' }), asAlice, agent).ok).toBe(
      false,
    );
  });

  it('refuses From with a scheme that names no user of ours', () => {
    expect(identityOf(request({ from: '<tel:+1201555>;tag=a1' }), asAlice, agent).ok).toBe(false);
  });

  it('lets a user be anonymous and still asserts who he is', () => {
    const from = '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=a1';
    expect(identityOf(request({ from }), asAlice, agent)).toMatchObject({ ok: true, asserted: alice });
  });

  it('replaces an asserted identity the user wrote himself', () => {
    const forged = request({ headers: { 'P-Asserted-Identity': '<sip:bob@contoso.example>' } });
    const sent = forwarded(forged, identityOf(forged, asAlice, agent));
    expect(sent.all('P-Asserted-Identity')).toEqual(['<sip:alice@contoso.example>']);
  });

  it('follows a preferred identity of the user and removes the field', () => {
    const both: Sender = { kind: 'user', addresses: [alice, 'sales@contoso.example'] };
    const wish = request({ headers: { 'P-Preferred-Identity': '<sip:sales@contoso.example>' } });
    const sent = forwarded(wish, identityOf(wish, both, agent));
    expect(sent.get('P-Asserted-Identity')).toBe('<sip:sales@contoso.example>');
    expect(sent.has('P-Preferred-Identity')).toBe(false);
  });

  it('refuses a preferred identity of somebody else', () => {
    const wish = request({ headers: { 'P-Preferred-Identity': `<sip:${bob}>` } });
    expect(identityOf(wish, asAlice, agent).ok).toBe(false);
  });
});

describe('identityOf a server', () => {
  const asserted = request({ headers: { 'P-Asserted-Identity': `<sip:${bob}>` } });

  it('believes a trusted server', () => {
    const identity = identityOf(asserted, server, agent);
    expect(identity).toMatchObject({ ok: true, asserted: bob });
    expect(forwarded(asserted, identity).get('P-Asserted-Identity')).toBe(`<sip:${bob}>`);
  });

  it('asserts nobody where a trusted server asserts nobody', () => {
    expect(identityOf(request(), server, agent)).toMatchObject({ ok: true, asserted: undefined });
  });

  it('strips what an outsider asserts', () => {
    const identity = identityOf(asserted, { kind: 'outsider', name: 'x' }, agent);
    expect(forwarded(asserted, identity).has('P-Asserted-Identity')).toBe(false);
  });
});

describe('stripIdentity', () => {
  const asserted = (headers: Record<string, string> = {}) =>
    request({ headers: { 'P-Asserted-Identity': `<sip:${bob}>`, ...headers } });
  const left = (message: ReturnType<typeof request>, receiver: 'trusted-server' | 'user' | 'outsider') => {
    const editor = edit(message);
    stripIdentity(editor, message, receiver);
    return editor.toMessage().has('P-Asserted-Identity');
  };

  it('leaves it for a trusted server even under privacy', () => {
    expect(left(asserted({ Privacy: 'id' }), 'trusted-server')).toBe(true);
  });

  it('shows it to a user unless the sender asked for privacy', () => {
    expect(left(asserted(), 'user')).toBe(true);
    expect(left(asserted({ Privacy: 'header; id' }), 'user')).toBe(false);
  });

  it('hides from a user, too, the identity that this server has asserted itself', () => {
    const message = request({ headers: { Privacy: 'id' } });
    const identity = identityOf(message, asAlice, agent);
    const editor = edit(message);
    if (identity.ok) applyIdentity(editor, message, identity);
    stripIdentity(editor, message, 'user');
    expect(editor.toMessage().has('P-Asserted-Identity')).toBe(false);
  });

  it('never shows it to an outsider', () => {
    expect(left(asserted(), 'outsider')).toBe(false);
  });
});

describe('userAddress', () => {
  it('writes a username as From would', () => {
    expect(userAddress({ username: 'alice' }, 'Contoso.example')).toBe(alice);
    expect(userAddress({ username: 'a b' }, 'contoso.example')).toBe('a%20b@contoso.example');
  });
});
