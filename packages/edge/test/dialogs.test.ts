import type { SipRequest } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import {
  device,
  frontEnd,
  hers,
  his,
  insideVias,
  message,
  newSealing,
  ofCalled,
  ofCaller,
  outwards,
  registeredPath,
  type Sent,
  start,
} from './edge-between.ts';

/** An external client calls bob; what both ends have of it afterwards. */
function callOf(network: ReturnType<typeof start>) {
  registeredPath(network.fromClient, network.sent);
  const answers = network.fromClient(message('INVITE', hers, his, { contact: `<${device}>` }));
  const into = network.sent.inside.at(-1) as Sent;
  into.answer(200);
  const outside = answers[0]?.get('Record-Route') ?? '';
  return { invite: into.message, inside: into.message.get('Record-Route') ?? '', outside };
}

describe('a request in a dialog', () => {
  /** A call of alice to bob, as bob's edge sees it. */
  function called(from: ReturnType<typeof start>): { readonly invite: SipRequest; readonly route: string } {
    from.fromFrontEnd(outwards());
    const { message: invite } = from.sent.outside.at(-1) as Sent;
    return { invite, route: invite.values('Record-Route')[0] as string };
  }
  const bye = ({ invite, route }: ReturnType<typeof called>) =>
    ofCalled(invite, 'BYE', { uri: 'sip:alice@10.1.2.3', headers: { Route: route } });

  it('goes in along the route that was sealed for its sender', () => {
    const network = start();
    network.fromPartner(bye(called(network)));
    expect(network.reasons).toEqual([]);
    expect(network.sent.inside.map(({ message: { routes } }) => routes.map(String))).toEqual([
      [`<sip:t@${frontEnd};lr>`],
    ]);
  });

  it('reaches the Contact of a server inside that its sender was given sealed', () => {
    const network = start();
    network.fromFrontEnd(outwards('INVITE', { Contact: `<sip:focus@${frontEnd};gr=1>` }));
    const { message: invite } = network.sent.outside[0] as Sent;
    const Route = invite.get('Record-Route') ?? '';
    const uri = `${invite.contacts[0]?.uri}`;
    expect(uri).toMatch(/^sip:[\w-]+@access\.contoso\.example:5062;transport=tls$/);
    network.fromPartner(ofCalled(invite, 'BYE', { uri, headers: { Route } }));
    expect(network.sent.inside.map(({ message: { uriText } }) => uriText)).toEqual([
      `sip:focus@${frontEnd};gr=1`,
    ]);
    // Without a route in the address leads nowhere.
    expect(network.fromPartner(message('OPTIONS', his, hers, { uri }))).toMatchObject([{ status: 403 }]);
  });

  it('is refused with a route of an edge with other keys, a changed one, or that of somebody else', () => {
    const network = start();
    const own = called(network);
    const foreign = called(start());
    const refused = { status: 403 };
    expect(network.fromPartner(bye(foreign))).toMatchObject([refused]);
    expect(network.fromPartner(bye({ ...own, route: own.route.replace('<sip:', '<sip:A') }))).toMatchObject([
      refused,
    ]);
    const hang = ofCaller(own.invite, 'BYE', { uri: 'sip:bob@192.0.2.9', headers: { Route: own.route } });
    expect(network.fromClient(hang)).toMatchObject([refused]);
    expect(network.reasons).toEqual(['relay-not-allowed', 'relay-not-allowed', 'relay-not-allowed']);
    expect(network.sent.inside).toEqual([]);
  });

  it('is refused without our entry, with every tag and Call-ID right: from a partner, a client and a server', () => {
    const network = start();
    const { invite } = called(network);
    const before = network.sent.outside.length;
    network.fromPartner(ofCalled(invite, 'BYE', { uri: hers }));
    network.fromClient(ofCaller(invite, 'BYE', { uri: his }));
    network.fromFrontEnd(ofCaller(invite, 'BYE', { uri: his, via: insideVias }));
    expect(network.reasons).toEqual(['not-in-dialog', 'not-in-dialog', 'not-in-dialog']);
    expect([network.sent.inside.length, network.sent.outside.length]).toEqual([0, before]);
  });
});

describe('an edge that was started again', () => {
  const sealing = newSealing();

  it('carries dialogs on in both directions, once the client has registered again', () => {
    const call = callOf(start(sealing));
    const network = start(sealing);
    const toClient = () =>
      ofCalled(call.invite, 'INFO', { uri: device, via: insideVias, headers: { Route: call.inside } });
    const fromClient = () =>
      ofCaller(call.invite, 'BYE', { uri: 'sip:bob@192.0.2.9', headers: { Route: call.outside } });
    // Nothing is known of the client yet: its flow has failed. Its own requests go to the front end, which challenges them.
    expect(network.fromFrontEnd(toClient())).toMatchObject([{ status: 430 }]);
    network.fromClient(fromClient());
    expect(network.sent.inside.map(({ message }) => message.method)).toEqual(['BYE']);
    registeredPath(network.fromClient, network.sent);
    network.fromFrontEnd(toClient());
    expect(network.sent.outside.at(-1)?.message.method).toBe('INFO');
    network.fromClient(fromClient());
    expect(network.sent.inside.at(-1)?.message.method).toBe('BYE');
  });

  it('with other keys sends what it cannot read to nobody: no partner’s message goes to another partner', () => {
    const call = callOf(start(sealing));
    const network = start();
    for (const uri of [device, 'sip:carl@litware.example', his])
      expect(
        network.fromFrontEnd(
          ofCalled(call.invite, 'INFO', { uri, via: insideVias, headers: { Route: call.inside } }),
        ),
      ).toMatchObject([{ status: 430 }]);
    expect(network.sent.outside).toEqual([]);
    expect(network.reasons).toEqual(['flow-failed', 'flow-failed', 'flow-failed']);
  });
});

describe('the Path entry of an edge (RFC 5626 §5.1, RFC 3327 §4)', () => {
  const paths = (via: readonly string[]) => {
    const { fromClient, sent } = start();
    fromClient(message('REGISTER', hers, hers, { uri: 'sip:contoso.example', via, contact: `<${device}>` }));
    return sent.inside[0]?.message.addressesOf('Path').map(({ uri }) => uri) ?? [];
  };
  const client = 'SIP/2.0/TLS client.invalid;branch=z9hG4bK1';

  it('is in every REGISTER of a client, a loose route with a token of its own, and has ob', () => {
    const [one, other] = [...paths([client]), ...paths([client])];
    for (const uri of [one, other]) {
      if (uri?.kind !== 'sip') throw new Error('expected a Path entry');
      expect(['lr', 'ob'].map((name) => uri.parameters.has(name))).toEqual([true, true]);
      expect(uri.rawUser).toMatch(/^[\w-]{20,}$/);
    }
    expect(`${one}`).not.toBe(`${other}`);
  });

  it('has no ob where another server was the first hop', () => {
    const [entry] = paths(['SIP/2.0/TLS sip.other.example;branch=z9hG4bK2', client]);
    if (entry?.kind !== 'sip') throw new Error('expected a Path entry');
    expect(['lr', 'ob'].map((name) => entry.parameters.has(name))).toEqual([true, false]);
  });
});

describe('the device of an external client (RFC 5626 §5.1)', () => {
  it('is reached over the connection on which it registered last, and over none once that is closed', () => {
    const network = start();
    const Route = registeredPath(network.fromClient, network.sent);
    const call = () =>
      network.fromFrontEnd(
        message('INVITE', his, hers, { uri: device, via: insideVias, headers: { Route } }),
      );
    call();
    expect(network.flowsOut.at(-1)).toBe(network.flowOfClient());
    network.reconnect();
    expect(call()).toMatchObject([{ status: 430 }]);
    registeredPath(network.fromClient, network.sent);
    // The registrar still has the Path of the first registration.
    call();
    expect(network.flowsOut.at(-1)).toBe(network.flowOfClient());
    expect(new Set(network.flowsOut).size).toBe(2);
  });

  it('is not reached by a Path whose registration the registrar has refused', () => {
    const network = start();
    network.fromClient(
      message('REGISTER', hers, hers, { uri: 'sip:contoso.example', contact: `<${device}>` }),
    );
    const register = network.sent.inside.at(-1) as Sent;
    register.answer(403);
    const headers = { Route: register.message.get('Path') ?? '' };
    expect(
      network.fromFrontEnd(message('MESSAGE', his, hers, { uri: device, via: insideVias, headers })),
    ).toMatchObject([{ status: 430 }]);
  });

  it('is reached by its GRUU in a dialog, as its Contact (RFC 5627 §6.1)', () => {
    const network = start();
    const Route = registeredPath(network.fromClient, network.sent);
    const uri = 'sip:alice@contoso.example;gr=urn:uuid:1';
    network.fromFrontEnd(message('MESSAGE', his, hers, { uri, via: insideVias, headers: { Route } }));
    expect(network.sent.outside.at(-1)?.message.uriText).toBe(device);
  });
});

describe('a second connection of an external client', () => {
  it('carries a few ACKs over a second connection, where no device has registered, and no more', () => {
    const network = start();
    const call = callOf(network);
    const acknowledge = () =>
      network.fromClient(
        ofCaller(call.invite, 'ACK', { uri: 'sip:bob@192.0.2.9', headers: { Route: call.outside } }),
      );
    network.reconnect();
    const before = network.sent.inside.length;
    for (let i = 0; i < 40; i++) acknowledge();
    expect(network.sent.inside.length - before).toBe(16);
    registeredPath(network.fromClient, network.sent);
    const registered = network.sent.inside.length;
    for (let i = 0; i < 40; i++) acknowledge();
    expect(network.sent.inside.length - registered).toBe(40);
  });
});
