import {
  decideRoute,
  preprocessRoutes,
  type Registration,
  register,
  registerChange,
  registeredAddress,
  validateRequest,
} from '@entente/sip-proxy';
import { MemoryLocations } from '@entente/sip-proxy/locations';
import { describe, expect, it } from 'vitest';
import { alice, bob, fakeSealing, now, request } from './fixtures.ts';
import { accepted, context, registerRequest, stored } from './registering.ts';

/** The status that answers a REGISTER. */
const statusOf = (result: Registration) => (result.ok ? result.response.status : result.refusal.status);

describe('the address that is registered (RFC 3261 §10.3 step 5)', () => {
  it.each([
    '<sip:%61lice@contoso.example>',
    '<sip:alice@CONTOSO.example:5061;transport=tls>',
    '<sips:alice@contoso.example;user=ip;x=y>',
  ])('is read in its canonical form, without parameters and with its escapes undone: %s', (to) => {
    const register = request({ method: 'REGISTER', uri: 'sip:contoso.example', to });
    expect(registeredAddress(register, [alice])).toEqual({ ok: true, aor: alice });
  });

  it('of another domain than the Request-URI, or of nobody, is answered 404', () => {
    const sealing = fakeSealing();
    const decide = (uri: string, to: string) => {
      const message = request({ method: 'REGISTER', uri, to });
      return decideRoute(
        message,
        preprocessRoutes(message, { isOurHost: () => false, sealing }),
        { kind: 'client' },
        {
          self: 'fe1.contoso.example',
          isOurDomain: (domain) => domain === 'contoso.example' || domain === 'contoso-labs.example',
          isOurServer: () => false,
          routeName: (server) => server,
          homeOf: (aor) => (aor === alice ? 'fe1.contoso.example' : undefined),
        },
      );
    };
    const refused = { kind: 'refuse', refusal: { status: 404, reason: 'unknown-user' } };
    expect(decide('sip:contoso-labs.example', `<sip:${alice}>`)).toMatchObject(refused);
    expect(decide('sip:contoso.example', '<sip:nobody@contoso.example>')).toMatchObject({
      kind: 'refuse',
      refusal: {
        ...refused.refusal,
        message: expect.stringContaining('nobody@contoso.example has none: contoso.example has no pool'),
        remedy: expect.stringContaining('entente user move <address> --home'),
      },
    });
    for (const uri of ['sip:contoso.example', 'sips:CONTOSO.example', 'sip:fe1.contoso.example'])
      expect(decide(uri, `<sip:${alice}>`)).toMatchObject({ kind: 'self' });
  });
});

describe('"*" in a REGISTER (RFC 3261 §10.3 step 6)', () => {
  const all = (cseq: number, callId?: string) =>
    registerRequest({ Contact: '*', Expires: '0' }, cseq, callId);
  const current = stored(registerRequest({}, 5));

  it('removes a binding of another Call-ID whatever its CSeq', () => {
    expect(stored(all(1, 'other@192.0.2.1'), current)).toEqual([]);
  });

  it('removes a binding of the same Call-ID only by a higher CSeq, and otherwise fails as a whole', () => {
    const two = stored(registerRequest({ Contact: '<sip:b@192.0.2.2>' }, 1, 'other@192.0.2.1'), current);
    expect(statusOf(register(all(5), alice, two, context))).toBe(500);
    expect(stored(all(6), two)).toEqual([]);
  });

  it('is refused with 400 beside another Contact', () => {
    for (const Contact of [['*', '<sip:a@192.0.2.1>'], '<sip:a@192.0.2.1>, *']) {
      const both = registerRequest({ Contact, Expires: '0' });
      expect(validateRequest(both, { isOurVia: () => false })).toMatchObject({ status: 400 });
    }
  });
});

describe('a contact that is bound already (RFC 3261 §10.3 step 7)', () => {
  const current = stored(registerRequest({}, 5));
  const of = (cseq: number, callId: string | undefined, expires: number) =>
    register(registerRequest({ Expires: `${expires}` }, cseq, callId), alice, current, context);

  it('is updated or removed by a REGISTER of another Call-ID, whatever its CSeq', () => {
    expect(accepted(of(1, 'other@192.0.2.1', 600)).bindings).toMatchObject([
      { callId: 'other@192.0.2.1', cseq: 1, expiresAt: now + 600_000 },
    ]);
    expect(accepted(of(1, 'other@192.0.2.1', 0)).bindings).toEqual([]);
  });

  it('is updated or removed by a higher CSeq of the same Call-ID, and by no other', () => {
    expect(accepted(of(6, undefined, 600)).bindings).toMatchObject([{ cseq: 6, expiresAt: now + 600_000 }]);
    expect(accepted(of(6, undefined, 0)).bindings).toEqual([]);
    for (const expires of [600, 0]) expect(statusOf(of(5, undefined, expires))).toBe(500);
  });
});

describe('a registrar (RFC 3261 §10.3)', () => {
  it('refuses nothing with a status of 600 or above', () => {
    const refused = [
      registerRequest({ Require: 'foo' }),
      registerRequest({ Contact: '*' }),
      registerRequest({ Expires: '1' }),
      registerRequest({ Contact: '<mailto:a@contoso.example>' }),
      registerRequest({ Contact: `<sip:${alice}>` }),
      registerRequest({ Contact: '<sips:a@192.0.2.1>' }),
      registerRequest({ Contact: Array.from({ length: 40 }, (_, i) => `<sip:a${i}@192.0.2.1>`) }),
    ].map((message) => statusOf(register(message, alice, [], context)));
    expect(refused.filter((status) => status < 400 || status >= 600)).toEqual([]);
    const other = registeredAddress(registerRequest(), [bob]);
    expect(other.ok || other.refusal.status).toBe(403);
  });

  it('takes no notice of Record-Route, and answers with none', () => {
    const plain = accepted(register(registerRequest(), alice, [], context));
    const routed = registerRequest({ 'Record-Route': '<sip:proxy.contoso.example;lr>' });
    const result = accepted(register(routed, alice, [], context));
    expect(result.bindings).toEqual(plain.bindings);
    expect(result.response.has('Record-Route')).toBe(false);
    expect(result.response.has('Path')).toBe(false);
  });

  it('processes REGISTER requests in the order in which they arrive, and each address by itself', async () => {
    const locations = new MemoryLocations();
    const change = (cseq: number, expires: number, aor = alice, callId?: string) =>
      locations.update(
        aor,
        now,
        registerChange(registerRequest({ Expires: `${expires}` }, cseq, callId), aor, context),
      );
    await Promise.all([change(1, 600), change(1, 600, bob), change(2, 0), change(3, 900)]);
    expect(locations.lookup(alice, now)).toMatchObject([{ cseq: 3, expiresAt: now + 900_000 }]);
    await change(4, 0);
    expect(locations.lookup(alice, now)).toEqual([]);
    expect(locations.lookup(bob, now)).toMatchObject([{ cseq: 1 }]);
  });

  it('is asked by a proxy: what it has written is what the proxy reads', () => {
    const locations = new MemoryLocations();
    locations.update(alice, now, registerChange(registerRequest(), alice, context));
    expect(locations.lookup(alice, now)).toMatchObject([{ uri: 'sip:alice@192.0.2.1:40000', flow: 'f1' }]);
  });

  it('lists in its answer each binding with the seconds that are left of it', () => {
    const first = stored(registerRequest({ Contact: '<sip:b@192.0.2.2>', Expires: '300' }, 1, 'other@x'));
    const later = { ...context, now: now + 100_000 };
    const { response } = accepted(register(registerRequest({ Expires: '600' }), alice, first, later));
    expect(response.all('Contact')).toEqual([
      '<sip:b@192.0.2.2>;expires=200',
      '<sip:alice@192.0.2.1:40000>;expires=600',
    ]);
  });
});
