import { parseUri, type SipResponse, type Uri, uriEquals } from '@entente/sip';
import {
  createSealing,
  decideRoute,
  openTemporaryGruu,
  preprocessRoutes,
  type RouteKnowledge,
  register,
  selectTargets,
  singleEpoch,
} from '@entente/sip-proxy';
import type { Binding } from '@entente/sip-proxy/locations';
import { describe, expect, it } from 'vitest';
import { alice, key, now, request } from './fixtures.ts';

let drawn = 0;
const gruus = createSealing(singleEpoch(key), (bytes) => new Uint8Array(bytes).map(() => ++drawn));
const self = 'fe1.contoso.example';
const device = '<sip:a@192.0.2.1>;+sip.instance="<urn:uuid:1-2-3>"';

interface Registering {
  readonly contact?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly at?: number;
  readonly current?: readonly Binding[];
}

/** Registers, as a registrar would at a time. */
function registered({
  at = now,
  callId = 'call-1',
  contact = device,
  cseq = 1,
  current = [],
}: Registering = {}) {
  const asked = request({
    method: 'REGISTER',
    to: `<sip:${alice}>`,
    callId,
    cseq,
    headers: { Contact: contact, Supported: 'gruu, outbound' },
  });
  const result = register(asked, alice, current, { now: at, toTag: 't', flow: 'f1', gruus });
  if (!result.ok) throw new Error(result.refusal.message);
  return { bindings: result.bindings, gruu: temporaryIn(result.response), response: result.response };
}

function temporaryIn(response: SipResponse, index = 0): Uri {
  const parsed = parseUri(response.contacts[index]?.parameters.get('temp-gruu') ?? '');
  if (!parsed.ok) throw new Error('expected a temporary GRUU');
  return parsed.value;
}

const targets = (bindings: readonly Binding[], uri: Uri) =>
  selectTargets(bindings, uri, self, openTemporaryGruu(uri, gruus));
const voided = { ok: false, refusal: { status: 404, reason: 'unknown-user' } };

describe('a public GRUU (RFC 5627 §5.1, §5.4, §6.1)', () => {
  it('is given to a device that supports it, and shows the address of record', () => {
    expect(registered().response.contacts[0]?.parameters.get('pub-gruu')).toBe(
      'sip:alice@contoso.example;gr=urn:uuid:1-2-3',
    );
  });

  it('reaches only its device', () => {
    const { bindings } = registered({ contact: `${device}, <sip:a@192.0.2.2>` });
    const of = (instance: string) => request({ uri: `sip:alice@contoso.example;gr=${instance}` }).uri;
    expect(selectTargets(bindings, of('urn:uuid:1-2-3'), self)).toMatchObject({
      groups: [[{ uri: 'sip:a@192.0.2.1' }]],
    });
    expect(selectTargets(bindings, of('urn:uuid:9'), self)).toMatchObject({
      ok: false,
      refusal: { status: 480 },
    });
  });
});

describe('a temporary GRUU (RFC 5627 §5.1, §5.3, §5.4)', () => {
  it('shows neither the user nor the device, and no two are alike', () => {
    const [one, other] = [registered().gruu, registered().gruu];
    expect(one.kind === 'sip' && one.isGruu && one.host).toBe('contoso.example');
    const text = `${one}`.slice('sip:tgruu.'.length).split('@')[0] ?? '';
    expect(Buffer.from(text, 'base64url').toString('latin1')).not.toMatch(/alice|uuid|1-2-3/);
    expect(`${one}`).not.toBe(`${other}`);
  });

  it('counts from the moment of its issue on, though the clock has fractions of milliseconds', () => {
    const { bindings, gruu } = registered({ at: now + 0.75 });
    expect(targets(bindings, gruu)).toMatchObject({ ok: true });
  });

  it('reaches its device and no other of the user', () => {
    const other = '<sip:a@192.0.2.2>;+sip.instance="<urn:uuid:4>"';
    const { bindings, gruu } = registered({ contact: `${device}, ${other}, <sip:a@192.0.2.3>` });
    const selected = targets(bindings, gruu);
    expect(selected).toMatchObject({ groups: [[{ uri: 'sip:a@192.0.2.1', flow: 'f1' }]] });
    expect(selected.ok && selected.groups.flat()).toHaveLength(1);
  });

  it('counts as long as the device goes on to register with the same Call-ID, beside all newer ones', () => {
    const first = registered();
    const second = registered({ cseq: 2, at: now + 60_000, current: first.bindings });
    for (const { gruu } of [first, second])
      expect(targets(second.bindings, gruu)).toMatchObject({ ok: true });
  });

  it('is void with 404 once its device has registered with another Call-ID, and once its registration is over', () => {
    const first = registered();
    const restarted = registered({ callId: 'call-2', at: now + 1, current: first.bindings });
    expect(targets(restarted.bindings, first.gruu)).toMatchObject(voided);
    expect(targets(restarted.bindings, restarted.gruu)).toMatchObject({ ok: true });
    expect(targets([], first.gruu)).toMatchObject(voided);
    // Registered again after the end, with the very same Call-ID: it is another registration.
    const again = registered({ at: now + 1 });
    expect(targets(again.bindings, first.gruu)).toMatchObject(voided);
  });

  it('of one flow is void with those of all flows of the device, where that flow comes with another Call-ID', () => {
    const flow = (regId: number) => `${device};reg-id=${regId}`;
    const one = registered({ contact: flow(1) });
    const two = registered({ contact: flow(2), callId: 'call-2', at: now + 1, current: one.bindings });
    // A second flow makes none void.
    expect(targets(two.bindings, one.gruu)).toMatchObject({ ok: true });
    const other = registered({ contact: flow(1), callId: 'call-3', at: now + 2, current: two.bindings });
    for (const old of [one.gruu, temporaryIn(two.response, 1)])
      expect(targets(other.bindings, old)).toMatchObject(voided);
    // Nor do they count again when that flow is gone.
    expect(
      targets(
        other.bindings.filter(({ regId }) => regId === 2),
        one.gruu,
      ),
    ).toMatchObject(voided);
  });

  it('is looked up under the user whom it stands for, at that user’s home; one of nobody is answered 404', () => {
    const known: RouteKnowledge = {
      self,
      isOurDomain: (domain) => domain === 'contoso.example',
      isOurServer: () => false,
      routeName: (server) => server,
      userOfGruu: (uri) => openTemporaryGruu(uri, gruus)?.aor,
      homeOf: (aor) => (aor === alice ? self : undefined),
    };
    const decide = (uri: Uri | string) => {
      const message = request({ uri });
      const preprocessed = preprocessRoutes(message, { isOurHost: (host) => host === self, sealing: gruus });
      return decideRoute(message, preprocessed, { kind: 'partner', name: 'edge1' }, known);
    };
    const { gruu } = registered();
    expect(decide(gruu)).toMatchObject({ kind: 'lookup', aor: alice });
    const changed = `${gruu}`.replace('tgruu.A', 'tgruu.B');
    expect(decide(changed)).toMatchObject({ kind: 'refuse', refusal: voided.refusal });
    // It counts in its own domain alone.
    const moved = parseUri(`${gruu}`.replace('@contoso', '@fabrikam'));
    expect(moved.ok && openTemporaryGruu(moved.value, gruus)).toBeUndefined();
  });
});

describe('the answer to a device that knows GRUUs (RFC 5627 §5.2, §7)', () => {
  it('has its public GRUU and a new temporary one each time, as quoted SIP URIs', () => {
    const first = registered();
    const second = registered({ cseq: 2, at: now + 60_000, current: first.bindings });
    for (const { response } of [first, second])
      expect(response.get('Contact')).toMatch(
        /;pub-gruu="sip:alice@contoso\.example;gr=urn:uuid:1-2-3";temp-gruu="sip:tgruu\.[^"]+;gr"$/,
      );
    expect(`${second.gruu}`).not.toBe(`${first.gruu}`);
  });

  it('has none of the GRUUs that the device itself has written (RFC 5627 §5.1)', () => {
    const own = `${device};pub-gruu="sip:alice@contoso.example;gr=mine";temp-gruu="sip:mine@contoso.example;gr"`;
    const { response } = registered({ contact: own });
    expect(parametersOf(response)?.get('pub-gruu')).toBe('sip:alice@contoso.example;gr=urn:uuid:1-2-3');
    expect(parametersOf(response)?.get('temp-gruu')).not.toContain('mine');
  });
});

describe('a contact that would lead back to its user (RFC 5627 §5.1)', () => {
  const instance = ';+sip.instance="<urn:uuid:1-2-3>"';
  const statusOf = (contact: string, expires = '600') => {
    const headers = { Contact: contact, Supported: 'gruu', Expires: expires };
    const asked = request({ method: 'REGISTER', to: `<sip:${alice}>`, callId: 'loop', headers });
    const result = register(asked, alice, [], { now, toTag: 't', flow: 'f1', gruus });
    return result.ok ? 200 : result.refusal.status;
  };

  it.each([
    `<sip:${alice}>`,
    '<sip:%61lice@CONTOSO.example:5061;transport=tls>',
    `<sip:${alice};gr=urn:uuid:1-2-3>`,
    'tel:+12015550123',
    '<mailto:alice@contoso.example>',
  ])(
    'because it is the address of record, a GRUU of it, or no SIP URI is refused with 403: %s',
    (contact) => {
      expect(statusOf(`${contact}${instance}`)).toBe(403);
    },
  );

  it('because it is a temporary GRUU of the user is refused with 403', () => {
    expect(statusOf(`<${registered().gruu}>${instance}`)).toBe(403);
  });

  it('is removed as any other', () => {
    expect(statusOf(`<sip:${alice}>${instance}`, '0')).toBe(200);
  });

  it('is no address of another user', () => {
    expect(statusOf(`<sip:bob@contoso.example>${instance}`)).toBe(200);
  });
});

describe('a request for a GRUU (RFC 5627 §6.1, §5.4)', () => {
  it('goes to the contact of the device that was refreshed last, whatever q it has, and then to the next', () => {
    const instance = '+sip.instance="<urn:uuid:1-2-3>"';
    const first = registered({
      contact: `<sip:old@192.0.2.1>;${instance};q=1, <sip:new@192.0.2.2>;${instance};q=0.1`,
    });
    const { bindings, gruu } = registered({
      contact: `<sip:new@192.0.2.2>;${instance};q=0.1`,
      cseq: 2,
      at: now + 1,
      current: first.bindings,
    });
    const uri = request({ uri: `sip:${alice};gr=urn:uuid:1-2-3` }).uri;
    for (const selected of [targets(bindings, gruu), targets(bindings, uri)])
      expect(selected.ok && selected.groups.map((group) => group.map((one) => one.uri))).toEqual([
        ['sip:new@192.0.2.2'],
        ['sip:old@192.0.2.1'],
      ]);
  });

  it('is answered 404 once there is no such user, and 480 where the device is not registered', () => {
    const { gruu } = registered();
    const decide = (uri: Uri | string) => {
      const message = request({ uri });
      const preprocessed = preprocessRoutes(message, { isOurHost: () => false, sealing: gruus });
      return decideRoute(
        message,
        preprocessed,
        { kind: 'server', name: 'fe2.contoso.example' },
        {
          self,
          isOurDomain: (domain) => domain === 'contoso.example',
          isOurServer: () => false,
          routeName: (server) => server,
          userOfGruu: (one) => openTemporaryGruu(one, gruus)?.aor,
          homeOf: () => undefined,
        },
      );
    };
    for (const uri of [gruu, `sip:${alice};gr=urn:uuid:1-2-3`])
      expect(decide(uri)).toMatchObject({ kind: 'refuse', refusal: { status: 404 } });
    const uri = request({ uri: `sip:${alice};gr=urn:uuid:1-2-3` }).uri;
    expect(targets([], uri)).toMatchObject({ ok: false, refusal: { status: 480 } });
  });

  it('means one device of one user: GRUUs of two devices, or of two users, differ', () => {
    const other = device.replace('1-2-3', '4-5-6');
    const [one, two] = [registered(), registered({ contact: other })].map(({ response }) =>
      parametersOf(response),
    );
    expect(one?.get('pub-gruu')).not.toBe(two?.get('pub-gruu'));
    expect(one?.get('temp-gruu')).not.toBe(two?.get('temp-gruu'));
    const { gruu } = registered();
    for (const address of ['sip:bob@contoso.example', `sip:${alice}`])
      expect(uriEquals(gruu, request({ uri: address }).uri)).toBe(false);
    const opened = openTemporaryGruu(gruu, gruus);
    expect(opened).toMatchObject({ aor: alice });
    expect(opened?.instance).not.toBe(
      openTemporaryGruu(registered({ contact: other }).gruu, gruus)?.instance,
    );
  });
});

function parametersOf(response: SipResponse) {
  return response.contacts[0]?.parameters;
}
