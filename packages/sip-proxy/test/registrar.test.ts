import { Via } from '@entente/sip';
import {
  type Registration,
  register,
  registerChange,
  registeredAddress,
  selectTargets,
} from '@entente/sip-proxy';
import { type Binding, MemoryLocations } from '@entente/sip-proxy/locations';
import { describe, expect, it } from 'vitest';
import { alice, now, request } from './fixtures.ts';
import { accepted, context, registerRequest, stored } from './registering.ts';

function refused(result: Registration) {
  if (result.ok) throw new Error('expected a refusal');
  return result.refusal;
}

describe('register (RFC 3261 §10.3, RFC 5627 §10.1)', () => {
  it('stores a contact for the default time, with its connection', () => {
    const result = accepted(register(registerRequest(), alice, [], context));
    expect(result.bindings).toEqual([
      {
        aor: alice,
        uri: 'sip:alice@192.0.2.1:40000',
        q: 1,
        expiresAt: now + 3_600_000,
        callId: 'reg-1@192.0.2.1',
        cseq: 1,
        path: [],
        flow: 'f1',
        updatedAt: now,
      },
    ]);
    expect(result.response.status).toBe(200);
    expect(result.response.to.tag).toBe('r1');
    expect(result.response.get('Contact')).toBe('<sip:alice@192.0.2.1:40000>;expires=3600');
  });

  it('takes expires of the Contact before the Expires header, and shortens what is too long', () => {
    const [own, shared, long] = stored(
      registerRequest({
        Contact: ['<sip:a@192.0.2.1>;expires=90', '<sip:a@192.0.2.2>', '<sip:a@192.0.2.3>;expires=99999999'],
        Expires: '120',
      }),
    );
    expect([own!.expiresAt - now, shared!.expiresAt - now, long!.expiresAt - now]).toEqual([
      90_000, 120_000, 3_600_000,
    ]);
  });

  it('refuses a time that is too short with 423 and Min-Expires', () => {
    const refusal = refused(register(registerRequest({ Expires: '59' }), alice, [], context));
    expect(refusal).toMatchObject({
      status: 423,
      reason: 'interval-too-brief',
      headers: [['Min-Expires', 60]],
    });
  });

  it('treats a malformed expires parameter as absent', () => {
    const [only] = stored(registerRequest({ Contact: '<sip:a@192.0.2.1>;expires=soon' }));
    expect(only!.expiresAt - now).toBe(3_600_000);
  });

  it('removes the binding whose Contact expires at 0 and keeps the others', () => {
    const both = stored(registerRequest({ Contact: ['<sip:a@192.0.2.1>', '<sip:a@192.0.2.2>'] }));
    const left = stored(registerRequest({ Contact: '<sip:a@192.0.2.1>;expires=0' }, 2), both);
    expect(left.map((one) => one.uri)).toEqual(['sip:a@192.0.2.2']);
  });

  it('refreshes instead of adding where the URI is equivalent', () => {
    const first = stored(registerRequest());
    const again = stored(registerRequest({ Contact: '<sip:%61lice@192.0.2.1:40000>' }, 2), first, {
      ...context,
      now: now + 5,
    });
    expect(again).toHaveLength(1);
    expect(again[0]!.updatedAt).toBe(now + 5);
  });

  it('binds a contact once that one REGISTER names twice', () => {
    expect(
      stored(registerRequest({ Contact: ['<sip:a@192.0.2.1>', '<sip:a@192.0.2.1>;q=0.5'] })),
    ).toMatchObject([{ q: 0.5 }]);
  });

  it('lists all bindings in the answer, and changes nothing where no Contact is given', () => {
    const both = stored(registerRequest({ Contact: ['<sip:a@192.0.2.1>', '<sip:a@192.0.2.2>;q=0.5'] }));
    const query = request({
      method: 'REGISTER',
      uri: 'sip:contoso.example',
      to: '<sip:alice@contoso.example>',
    });
    const result = accepted(register(query, alice, both, context));
    expect(result.bindings).toEqual(both);
    expect(result.response.all('Contact')).toEqual([
      '<sip:a@192.0.2.1>;expires=3600',
      '<sip:a@192.0.2.2>;expires=3600;q=0.5',
    ]);
  });

  it('removes everything for "*" with Expires 0', () => {
    const both = stored(registerRequest({ Contact: ['<sip:a@192.0.2.1>', '<sip:a@192.0.2.2>'] }));
    const result = accepted(
      register(registerRequest({ Contact: '*', Expires: '0' }, 2), alice, both, context),
    );
    expect(result.bindings).toEqual([]);
    expect(result.response.has('Contact')).toBe(false);
  });

  it('refuses "*" with any other Expires', () => {
    expect(refused(register(registerRequest({ Contact: '*' }), alice, [], context)).status).toBe(400);
    expect(
      refused(register(registerRequest({ Contact: '*', Expires: '60' }), alice, [], context)).status,
    ).toBe(400);
  });

  it('refuses a REGISTER that was overtaken by a later one of the same Call-ID', () => {
    const later = stored(registerRequest({}, 5));
    expect(refused(register(registerRequest({}, 4), alice, later, context)).reason).toBe(
      'registration-out-of-order',
    );
    const all = registerRequest({ Contact: '*', Expires: '0' }, 5);
    expect(refused(register(all, alice, later, context)).status).toBe(500);
    expect(register(registerRequest({}, 1, 'other@192.0.2.1'), alice, later, context).ok).toBe(true);
  });

  it('stores nothing of a REGISTER one of whose contacts is refused', () => {
    const bad = registerRequest({ Contact: ['<sip:a@192.0.2.1>', '<sip:a@192.0.2.2>;expires=1'] });
    const locations = new MemoryLocations();
    expect(locations.update(alice, now, registerChange(bad, alice, context)).ok).toBe(false);
    expect(locations.lookup(alice, now)).toEqual([]);
  });

  it.each(['1.5', '0.1234', 'x', '-1', '.5', '2'])('refuses q=%s with 400', (q) => {
    expect(
      refused(register(registerRequest({ Contact: `<sip:a@192.0.2.1>;q=${q}` }), alice, [], context)).status,
    ).toBe(400);
  });

  it('refuses a contact that is no SIP URI', () => {
    expect(
      refused(register(registerRequest({ Contact: '<mailto:a@contoso.example>' }), alice, [], context))
        .status,
    ).toBe(400);
  });

  it('binds a sips contact only with a sips Request-URI and sips Path entries', () => {
    const secure = (uri: string, path: string) =>
      request({
        method: 'REGISTER',
        uri,
        to: `<sip:${alice}>`,
        headers: { Contact: '<sips:a@192.0.2.1>', ...(path !== '' && { Path: path }) },
      });
    expect(register(secure('sips:contoso.example', ''), alice, [], context).ok).toBe(true);
    expect(
      register(secure('sips:contoso.example', '<sips:fe1.contoso.example;lr>'), alice, [], context).ok,
    ).toBe(true);
    for (const bad of [
      secure('sip:contoso.example', ''),
      secure('sips:contoso.example', '<sip:fe1.contoso.example;lr>'),
    ]) {
      expect(refused(register(bad, alice, [], context))).toMatchObject({
        status: 400,
        reason: 'insecure-registration',
      });
    }
  });

  it('counts the contacts of one REGISTER before it compares them with anything', () => {
    const many = Array.from({ length: 6_000 }, (_, i) => `<sip:a@192.0.2.1;p=${i}>;expires=0`);
    const compared: unknown[] = [];
    const current = {
      find: (...parts: unknown[]) => void compared.push(parts),
    } as unknown as readonly Binding[];
    expect(
      refused(register(registerRequest({ Contact: many.join(', ') }), alice, current, context)).reason,
    ).toBe('too-many-contacts');
    expect(compared).toEqual([]);
  });

  it('refuses a contact that no hop would accept as the start line of a request', () => {
    const contact = (length: number) =>
      registerRequest({ Contact: `<sip:${'a'.repeat(length - 14)}@192.0.2.1>` });
    expect(stored(contact(2_048))).toHaveLength(1);
    expect(refused(register(contact(2_049), alice, [], context))).toMatchObject({
      status: 400,
      reason: 'malformed-request',
    });
  });

  it('refuses more contacts than the policy allows', () => {
    const many = Array.from({ length: 17 }, (_, i) => `<sip:a@192.0.2.${i}>`);
    expect(refused(register(registerRequest({ Contact: many }), alice, [], context)).reason).toBe(
      'too-many-contacts',
    );
  });
});

describe('Require (RFC 3261 §10.3 step 2)', () => {
  it('of an extension that this registrar lacks is answered 420, and nothing is stored', () => {
    const { headers, reason, status } = refused(
      register(registerRequest({ Require: 'outbound, foo', 'Proxy-Require': 'bar' }), alice, [], context),
    );
    expect({ headers, reason, status }).toEqual({
      headers: [['Unsupported', 'foo']],
      reason: 'extension-not-supported',
      status: 420,
    });
  });

  it('of one that it has is no obstacle', () => {
    expect(register(registerRequest({ Require: 'Path' }), alice, [], context).ok).toBe(true);
  });
});

describe('Path (RFC 3327 §5.3, RFC 5626 §6)', () => {
  const path = ['<sip:t1@fe1.contoso.example;lr;ob>', '<sip:t0@edge.contoso.example;lr;ob>'];

  it('is stored in order instead of the connection, and becomes the Route of a target', () => {
    const [only] = stored(registerRequest({ Path: path, Supported: 'path' }));
    expect(only).toMatchObject({ path });
    expect(only!.flow).toBeUndefined();
    expect(selectTargets([only!], request().uri, 'fe1.contoso.example')).toMatchObject({
      ok: true,
      groups: [[{ routes: path, flow: undefined }]],
    });
  });

  it('is shown only to a client that knows it', () => {
    const withPath = registerRequest({ Path: path, Supported: 'path' });
    expect(accepted(register(withPath, alice, [], context)).response.all('Path')).toEqual(path);
    const without = registerRequest({ Path: path });
    expect(accepted(register(without, alice, [], context)).response.has('Path')).toBe(false);
  });
});

describe('outbound (RFC 5626 §6, §7)', () => {
  const contact = (uri: string, regId: number) =>
    `<${uri}>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>";reg-id=${regId}`;

  it('replaces the binding of the same device and reg-id, whatever its URI', () => {
    const first = stored(registerRequest({ Supported: 'outbound', Contact: contact('sip:a@192.0.2.1', 1) }));
    const second = stored(
      registerRequest({ Supported: 'outbound', Contact: contact('sip:a@192.0.2.9', 1) }, 1, 'new@x'),
      first,
    );
    expect(second.map((one) => one.uri)).toEqual(['sip:a@192.0.2.9']);
  });

  it('keeps two flows of one device and tries only the newest first', () => {
    const first = stored(registerRequest({ Supported: 'outbound', Contact: contact('sip:a@192.0.2.1', 1) }));
    const both = stored(
      registerRequest({ Supported: 'outbound', Contact: contact('sip:a@192.0.2.2', 2) }, 2),
      first,
      {
        ...context,
        now: now + 1,
      },
    );
    expect(selectTargets(both, request().uri, 'fe1.contoso.example')).toMatchObject({
      groups: [[{ uri: 'sip:a@192.0.2.2' }], [{ uri: 'sip:a@192.0.2.1' }]],
    });
  });

  it('answers with Require: outbound and Flow-Timer', () => {
    const { response } = accepted(
      register(
        registerRequest({ Supported: 'outbound', Contact: contact('sip:a@192.0.2.1', 1) }),
        alice,
        [],
        context,
      ),
    );
    expect(response.get('Require')).toBe('outbound');
    expect(response.get('Flow-Timer')).toBe('120');
  });

  it('refuses reg-id through a first hop that lacks outbound with 439', () => {
    const via = [1, 2].map((i) =>
      Via.from({ transport: 'TLS', host: `h${i}.example`, branch: `z9hG4bK${i}` }),
    );
    const through = request({
      method: 'REGISTER',
      to: `<sip:${alice}>`,
      via,
      contact: contact('sip:a@192.0.2.1', 1),
      headers: { Supported: 'outbound' },
    });
    expect(refused(register(through, alice, [], context))).toMatchObject({
      status: 439,
      reason: 'first-hop-lacks-outbound',
    });
  });
});

describe('registeredAddress (RFC 3261 §10.3 steps 4, 5)', () => {
  it('is the address of To where the user may register it', () => {
    expect(registeredAddress(registerRequest(), [alice])).toEqual({ ok: true, aor: alice });
  });

  it('refuses the address of somebody else with 403', () => {
    expect(registeredAddress(registerRequest(), ['bob@contoso.example'])).toMatchObject({
      ok: false,
      refusal: { status: 403, reason: 'registration-not-authorised' },
    });
  });
});
