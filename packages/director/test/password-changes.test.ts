import { cnonceFor, edit, passwordEvent, type RequestParts } from '@entente/sip';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { alice, erin, fe3, fromEdge, fromFrontEnd, reasonOf, sent, start } from './lone-director.ts';

describe('a user outside who changes the password', () => {
  const publish = (parts: Partial<RequestParts> = {}) =>
    requestBetween(erin, erin, {
      method: 'PUBLISH',
      body: 'sealed',
      headers: { Event: passwordEvent },
      ...parts,
    });
  const covering = cnonceFor('sealed');

  it('has it carried on where the credentials cover the body: the home sees them no more', () => {
    const { decide, proven } = start();
    const { request, to } = sent(decide(proven(publish(), 'erin', 'secret', covering), fromEdge));
    expect(to).toEqual([fe3]);
    expect(request.bodyText).toBe('sealed');
    expect(request.has('Proxy-Authorization')).toBe(false);
    expect(request.get('P-Asserted-Identity')).toBe(`<${erin}>`);
  });

  it.each([
    [
      'no other body than that which the credentials cover',
      { body: 'an older one' },
      'credentials-not-accepted',
    ],
    ['no body that the credentials do not cover', { body: '' }, 'credentials-not-accepted'],
    ['no password of another user', { uri: alice }, 'identity-not-authorised'],
    ['no password of another user by To', { to: `<${alice}>` }, 'identity-not-authorised'],
  ])('has %s carried on', (_what, parts, reason) => {
    const { decide, proven } = start();
    expect(reasonOf(decide(proven(publish(parts), 'erin', 'secret', covering), fromEdge))).toBe(reason);
  });

  it('proves it with that request: credentials of a client that covers no body do not count', () => {
    const { decide, proven } = start();
    expect(reasonOf(decide(publish(), fromEdge))).toBe('authentication-required');
    expect(reasonOf(decide(proven(publish()), fromEdge))).toBe('credentials-not-accepted');
  });

  it('is asked again for a change of the password that was kept back', () => {
    const { decide, proven } = start({ heldMs: 40_001 });
    expect(reasonOf(decide(proven(publish(), 'erin', 'secret', covering), fromEdge))).toBe(
      'authentication-required',
    );
  });

  it('is not believed by the word of a front end', () => {
    const vouched = edit(publish()).append('P-Asserted-Identity', `<${erin}>`).toMessage();
    expect(reasonOf(start().decide(vouched, fromFrontEnd))).toBe('identity-not-authorised');
  });
});
