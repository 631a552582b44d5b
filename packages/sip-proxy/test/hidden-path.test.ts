import { createResponse, edit, NameAddr, type SipRequest, type SipResponse, SipUri, Via } from '@entente/sip';
import {
  forwardRequest,
  hideContacts,
  hidePath,
  hideRecordRoute,
  openRoute,
  recordRouteOf,
  restorePath,
  revealContact,
  revealRoutes,
  type SealedRoute,
  sealedEntry,
} from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { beginning, fakeSealing, inDialog, invite } from './fixtures.ts';

const access = 'access.contoso.example';
const address = { host: access, port: 443 };
const sealing = fakeSealing();
const inside = ['<sip:abc@fe2.contoso.example;lr>', '<sip:def@edge1.contoso.example;lr>'];
const client = { user: 'alice@contoso.example', device: 'd1', via: '' };
const way: SealedRoute = { end: client, routes: inside };
/** Given to the caller of the dialog of {@link beginning}; undefined where it is too long. */
const sealed = (route: SealedRoute, by = sealing) =>
  sealedEntry(route, address, { request: beginning(), side: 'caller' }, { sealing: by, scheme: 'sip' });
const entryOf = (route: SealedRoute, by = sealing) => sealed(route, by) as NameAddr;
const opened = (entry: NameAddr | undefined, request = inDialog('caller')) =>
  openRoute((entry?.uri.kind === 'sip' && entry.uri.rawUser) || '', request, sealing);
const isOurHost = (host: string) => host === access || host === 'contoso.example';

describe('a Contact of a server inside', () => {
  const isInside = (host: string) => host.endsWith('1.contoso.example');
  const given = (contact: string) => {
    const editor = edit(invite({ contact }));
    hideContacts(editor, invite({ contact }), { address, sealing, isInside });
    return editor.toMessage();
  };
  const focus = 'sip:room;id=7@chat1.contoso.example:5041;transport=tls';

  it('goes out as an address at us, its parameters beside it, and leads back in when it is called', () => {
    const sent = given(`<${focus}>;isfocus`);
    expect(sent.wire).not.toContain('chat1');
    const [contact] = sent.contacts;
    expect(contact?.parameters.has('isfocus')).toBe(true);
    const uri = contact?.uri as NonNullable<typeof contact>['uri'];
    expect(revealContact(uri, { isOurHost, sealing })?.toString()).toBe(focus);
    const revealed = revealRoutes(
      inDialog('caller', { uri: uri.toString(), headers: { Route: `${entryOf(way)}` } }),
      {
        isOurHost,
        sealing,
      },
    );
    expect(revealed.ok && revealed.routes.uri.toString()).toBe(focus);
  });

  it('is no sealed way, and a sealed way is no Contact', () => {
    const [contact] = given(`<${focus}>`).contacts;
    const user = (contact?.uri.kind === 'sip' && contact.uri.rawUser) || '';
    expect(openRoute(user, inDialog('caller'), sealing)).toBeUndefined();
    const entry = entryOf(way);
    expect(revealContact(entry.uri, { isOurHost, sealing })).toBeUndefined();
    const elsewhere = SipUri.from({ user, host: 'fe1.contoso.example' });
    expect(revealContact(elsewhere, { isOurHost, sealing })).toBeUndefined();
  });

  it('is left out where it is too long to be sealed; the Contact of a device stays as it is', () => {
    expect(given(`<sip:${'a'.repeat(4_000)}@chat1.contoso.example>`).has('Contact')).toBe(false);
    expect(given('<sip:alice@client.invalid>').wire).toBe(
      invite({ contact: '<sip:alice@client.invalid>' }).wire,
    );
  });
});

describe('a request from outside', () => {
  const from = (route: string, uri = 'sip:bob@198.51.100.7') =>
    inDialog('caller', { uri, headers: { Route: route } });
  const reveal = (request: SipRequest) => revealRoutes(request, { isOurHost, sealing });
  const forwarded = (request: SipRequest) => {
    const revealed = reveal(request);
    if (!revealed.ok) throw new Error(revealed.refusal.message);
    const via = Via.from({ transport: 'TLS', host: 'edge1.contoso.example', branch: 'z9hG4bKo' });
    return forwardRequest(request, { via, preprocessed: revealed.routes });
  };
  const entry = () => `${entryOf(way)}`;
  const refused = { ok: false, refusal: { reason: 'relay-not-allowed', status: 403 } };

  it('goes on along the way that was sealed in its Route', () => {
    const request = from(`<sip:${access};lr>, ${entry()}`);
    expect(reveal(request)).toMatchObject({
      ok: true,
      routes: { tokens: [{ kind: 'dialog', caller: client, sender: 'caller' }] },
    });
    expect(forwarded(request).all('Route')).toEqual(inside);
    expect(forwarded(request).uriText).toBe('sip:bob@198.51.100.7');
  });

  it('goes on along it where a strict router has put our entry into the Request-URI', () => {
    const { uri } = entryOf(way);
    const request = from('<sip:bob@198.51.100.7>', uri.toString());
    expect(forwarded(request).all('Route')).toEqual(inside);
    expect(forwarded(request).uriText).toBe('sip:bob@198.51.100.7');
  });

  it('is refused where its way was changed, sealed by another edge, or is none', () => {
    const { uri } = entryOf(way);
    const sealed = (uri.kind === 'sip' && uri.rawUser) || '';
    const { uri: other } = entryOf(way, fakeSealing());
    for (const user of [
      `${sealed}0`,
      (other.kind === 'sip' && other.rawUser) || '',
      'alice',
      sealed.slice(1),
    ])
      expect(reveal(from(`<sip:${user}@${access};lr>`))).toMatchObject(refused);
    expect(reveal(from(`<sip:alice@contoso.example;lr>`))).toMatchObject(refused);
  });

  it('is refused where the route was sealed for another dialog, or for the other side, or outside of a dialog', () => {
    const headers = { Route: entry() };
    for (const request of [
      inDialog('caller', { headers, callId: 'another@192.0.2.1' }),
      inDialog('caller', { headers, from: '<sip:alice@contoso.example>;tag=a2' }),
      inDialog('caller', { headers, to: '<sip:carol@contoso.example>;tag=b1' }),
      inDialog('called', { headers }),
      invite({ headers }),
    ])
      expect(reveal(request)).toMatchObject(refused);
  });

  it('is refused where somebody has put a hop behind the way, or a second way', () => {
    for (const behind of ['<sip:fe1.contoso.example;lr>', '<sip:litware.example;lr>', entry()])
      expect(reveal(from(`${entry()}, ${behind}`))).toMatchObject(refused);
    const { uri } = entryOf(way);
    expect(reveal(from(`${entry()}, <sip:bob@198.51.100.7>`, uri.toString()))).toMatchObject(refused);
  });

  it('keeps a Route that is not ours, which proves nothing', () => {
    const revealed = reveal(from(`<sip:${access};lr>, <sip:fe1.contoso.example;lr>`));
    expect(revealed).toMatchObject({ ok: true, routes: { removedFirst: 1, tokens: [] } });
    expect(revealed.ok && revealed.routes.routes.map(String)).toEqual(['<sip:fe1.contoso.example;lr>']);
  });
});

const ourVia = Via.from({ transport: 'TLS', host: access, branch: 'z9hG4bKours' });
const ours = NameAddr.from({ uri: 'sip:token@edge1.contoso.example;lr' });
const asArrived = () =>
  invite({
    via: ['SIP/2.0/TLS fe2.contoso.example;branch=z9hG4bKfe', 'SIP/2.0/TLS client.invalid;branch=z9hG4bKc'],
    headers: { 'Record-Route': inside.join(', ') },
  });

/** The request as it goes out, and its answer with what the other side put on top of the route set. */
function exchange(onTop: string, change: (response: SipResponse) => SipResponse = (response) => response) {
  const request = asArrived();
  const sealed = entryOf({ ...way, routes: recordRouteOf(request) });
  const editor = edit(request);
  hidePath(editor, ourVia, sealed);
  const out = editor.toMessage();
  const answered = edit(createResponse(out, 200, undefined, { toTag: 't' }));
  if (onTop !== '') answered.prepend('Record-Route', onTop);
  const restored = restorePath(change(answered.toMessage()), request, { sealed, inside: ours });
  return { request, out, restored, sealed };
}

describe('the way of a request that goes out (RFC 3261 §16.6 step 4, §16.7 step 8)', () => {
  it('is one Via and one sealed entry', () => {
    const { out, sealed } = exchange('');
    expect(out.vias.map(String)).toEqual([`${ourVia}`]);
    expect(out.values('Record-Route')).toEqual([`${sealed}`]);
    expect(out.wire).not.toMatch(/(?:fe2|edge1)\.contoso|client\.invalid/);
    expect(opened(sealed)?.routes).toEqual(inside);
  });

  it('shows no route set where no dialog begins', () => {
    const editor = edit(asArrived());
    hidePath(editor, ourVia, undefined);
    expect(editor.toMessage().has('Record-Route')).toBe(false);
  });

  it('comes back with the answer, our entry of the inside in place of the sealed one', () => {
    const { request, restored } = exchange('<sip:sip.fabrikam.example;lr>');
    expect(restored.vias.map(String)).toEqual([`${ourVia}`, ...request.vias.map(String)]);
    expect(restored.values('Record-Route')).toEqual(['<sip:sip.fabrikam.example;lr>', `${ours}`, ...inside]);
  });

  it('comes back without what the other side added to it: Via values, and hops below our entry', () => {
    const { request, restored } = exchange('', (response) =>
      edit(response)
        .append('Via', 'SIP/2.0/TLS evil.example;branch=z9hG4bKe')
        .append('Record-Route', '<sip:evil.example;lr>')
        .toMessage(),
    );
    expect(restored.vias.map(String)).toEqual([`${ourVia}`, ...request.vias.map(String)]);
    expect(restored.values('Record-Route')).toEqual([`${ours}`, ...inside]);
  });

  it('is no route set where the answer has lost our entry or changed it', () => {
    for (const value of ['<sip:evil.example;lr>', `<sip:else@${access};lr>`]) {
      const { restored } = exchange('', (response) => edit(response).set('Record-Route', value).toMessage());
      expect(restored.has('Record-Route')).toBe(false);
    }
  });
});

describe('the route set of an answer that goes out', () => {
  const theirs = '<sip:sip.fabrikam.example;lr>';
  const hidden = (values: readonly string[], entry: NameAddr | 'none' = ours) => {
    const response = createResponse(
      invite({ headers: values.map((value) => ['Record-Route', value] as const) }),
      200,
      undefined,
      {
        toTag: 't',
      },
    );
    const editor = edit(response);
    hideRecordRoute(editor, response, entry === 'none' ? undefined : entry, (routes) =>
      sealed({ ...way, routes }),
    );
    return editor.toMessage().values('Record-Route');
  };
  const routesIn = (value: string | undefined) =>
    value === undefined ? undefined : opened(NameAddr.from({ uri: value.slice(1, -1) }))?.routes;

  it('is one sealed entry, in the order in which the other side sends along it, above what was theirs', () => {
    const [first, ...others] = hidden([...inside, `${ours}`, theirs]);
    expect(routesIn(first)).toEqual([...inside].reverse());
    expect(others).toEqual([theirs]);
  });

  it('seals the entries of a request that comes through us twice with the rest', () => {
    const [first, ...others] = hidden([`${ours}`, ...inside, `${ours}`, theirs]);
    expect(routesIn(first)).toEqual([...inside].reverse().concat(`${ours}`));
    expect(others).toEqual([theirs]);
  });

  it('does not go out where our entry is not in it, or it is too long to be sealed', () => {
    expect(hidden([...inside, theirs])).toEqual([]);
    expect(hidden([...inside, `${ours}`, theirs], 'none')).toEqual([]);
    const long = Array.from({ length: 40 }, () => `<sip:${'a'.repeat(100)}@fe1.contoso.example;lr>`);
    expect(hidden([...long, `${ours}`])).toEqual([]);
  });
});
