import { Via } from '@entente/sip';
import { type Registration, register, selectTargets } from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { alice, now, request } from './fixtures.ts';
import { accepted, context, registerRequest, stored } from './registering.ts';

const instance = '<urn:uuid:00000000-0000-1000-8000-000A95A0E128>';
const contact = (uri: string, regId?: number | string) =>
  `<${uri}>;+sip.instance="${instance}"${regId === undefined ? '' : `;reg-id=${regId}`}`;
const home = 'sip:a@192.0.2.1';

/** A REGISTER that has passed a proxy: with a Path entry of it, or with none. */
function through(headers: Record<string, string>) {
  const via = [1, 2].map((i) => Via.from({ transport: 'TLS', host: `h${i}.example`, branch: `z9hG4bK${i}` }));
  return request({ method: 'REGISTER', to: `<sip:${alice}>`, via, headers });
}
const atHome = (message: ReturnType<typeof through>) =>
  register(message, alice, [], { now: context.now, toTag: context.toTag });
const statusOf = (result: Registration) => (result.ok ? 200 : result.refusal.status);

describe('a registration of a flow (RFC 5626 §6)', () => {
  const withoutOb = '<sip:edge.contoso.example;lr>';
  const withOb = '<sip:t0@edge.contoso.example;lr;ob>';

  it.each([
    ['no Path', {}],
    ['a first Path entry without ob', { Path: `<sip:t1@fe2.contoso.example;lr;ob>, ${withoutOb}` }],
  ])('that came through a proxy with %s is refused with 439 where the client knows outbound', (_, path) => {
    const asked = through({ Contact: contact(home, 1), Supported: 'outbound, path', ...path });
    expect(statusOf(atHome(asked))).toBe(439);
  });

  it('is one of a device without flows where its first hop keeps none and the client does not know outbound', () => {
    const { bindings, response } = accepted(atHome(through({ Contact: contact(home, 1), Path: withoutOb })));
    expect(bindings).toMatchObject([{ instance, path: [withoutOb] }]);
    expect(bindings[0]).not.toHaveProperty('regId');
    expect(response.has('Require')).toBe(false);
  });

  it('gets no 439 where it has no reg-id, or its client does not know outbound (RFC 5626 §11.6)', () => {
    for (const headers of [
      { Contact: contact(home), Supported: 'outbound' },
      { Contact: contact(home, 1), Supported: 'path' },
      { Contact: contact(home, 1) },
    ])
      expect(statusOf(atHome(through(headers)))).toBe(200);
  });

  it('counts where the first Path entry has ob, and the binding has every Path entry', () => {
    const asked = through({ Contact: contact(home, 1), Supported: 'outbound, path', Path: withOb });
    const { bindings, response } = accepted(atHome(asked));
    expect(bindings).toMatchObject([{ uri: home, instance, regId: 1, path: [withOb] }]);
    expect(response.get('Require')).toBe('outbound');
  });

  it.each([
    ['no reg-id', { Contact: contact(home), Supported: 'outbound' }],
    ['a reg-id and no instance', { Contact: `<${home}>;reg-id=1`, Supported: 'outbound' }],
    ['a client that does not know outbound', { Contact: contact(home, 1) }],
  ])('is not confirmed with Require: outbound to %s', (_, headers) => {
    const { response } = accepted(register(registerRequest(headers), alice, [], context));
    expect(response.has('Require')).toBe(false);
    expect(response.has('Flow-Timer')).toBe(false);
  });

  it('stands beside registrations of the same user without flows', () => {
    const flows = stored(registerRequest({ Contact: contact(home, 1), Supported: 'outbound' }));
    const plain = stored(registerRequest({ Contact: '<sip:b@192.0.2.2>' }, 1, 'plain@x'), flows);
    const named = stored(
      registerRequest({ Contact: '<sip:c@192.0.2.3>;+sip.instance="<urn:uuid:2>"' }, 1, 'named@x'),
      plain,
    );
    expect(named.map(({ regId, uri }) => [uri, regId])).toEqual([
      [home, 1],
      ['sip:b@192.0.2.2', undefined],
      ['sip:c@192.0.2.3', undefined],
    ]);
  });

  it('keeps of the Contact its URI, q, instance and reg-id', () => {
    const odd = `${contact(home, 1)};q=0.5;methods="INVITE"`;
    const [binding] = stored(registerRequest({ Contact: odd, Supported: 'outbound' }));
    expect(binding).toMatchObject({ uri: home, q: 0.5, instance, regId: 1 });
  });

  it('moves with its client: a registration over another connection names that one from then on', () => {
    const first = stored(registerRequest({ Contact: contact(home, 1), Supported: 'outbound' }));
    expect(first[0]!.flow).toBe('f1');
    const moved = { ...context, flow: 'f2', now: now + 1 };
    const again = registerRequest({ Contact: contact(home, 1), Supported: 'outbound' }, 2);
    expect(stored(again, first, moved)).toMatchObject([{ flow: 'f2', updatedAt: now + 1 }]);
  });
});

describe('reg-id (RFC 5626 §10)', () => {
  it.each(['0', '2147483648', 'x', '-1'])('%s is refused with 400', (regId) => {
    expect(statusOf(register(registerRequest({ Contact: contact(home, regId) }), alice, [], context))).toBe(
      400,
    );
  });

  it.each([1, 2_147_483_647])('%d is taken', (regId) => {
    expect(stored(registerRequest({ Contact: contact(home, regId) }))).toMatchObject([{ regId }]);
  });
});

describe('the contacts of one device (RFC 5626 §6, §7)', () => {
  const self = 'fe1.contoso.example';

  it('are tried one after the other, also where it has registered them without reg-id', () => {
    const first = stored(registerRequest({ Contact: [contact(home), contact('sip:a@192.0.2.2')] }));
    const both = stored(registerRequest({ Contact: contact('sip:a@192.0.2.2') }, 2), first, {
      ...context,
      now: now + 1,
    });
    const selected = selectTargets(both, request().uri, self);
    expect(selected.ok && selected.groups.map((group) => group.map(({ uri }) => uri))).toEqual([
      ['sip:a@192.0.2.2'],
      [home],
    ]);
  });

  it('are reached over the flow that each was registered on', () => {
    const [binding] = stored(registerRequest({ Contact: contact(home, 1), Supported: 'outbound' }));
    expect(selectTargets([binding!], request().uri, self)).toMatchObject({
      groups: [[{ flow: 'f1', instance }]],
    });
  });
});
