import type { SipRequest } from '@entente/sip';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import {
  alice,
  client,
  newSealing,
  ofCalled,
  ofCaller,
  partner,
  proven,
  register,
  relayed,
  server,
  start,
  throughEdge,
} from '../test/front-end-on-paper.ts';

const state = { Event: 'presence', 'Subscription-State': 'active' };

/** A partner subscribes to alice, who connects to fe1 of a pool of three. */
function subscribed() {
  const sealing = newSealing();
  const network = start('fe1.contoso.example', sealing);
  const device = client(alice);
  proven(network, register(alice), device);
  const subscribe = requestBetween(partner, alice, { method: 'SUBSCRIBE', headers: { Event: 'presence' } });
  return { device, network, sealing, sent: relayed(network, subscribe, throughEdge()).sent };
}

const notify = (begun: SipRequest, route: string) =>
  ofCalled(begun, 'NOTIFY', {
    uri: partner,
    headers: { ...state, Route: `${route}, <sip:t@edge1.contoso.example;lr>` },
  });

describe('a NOTIFY in a dialog', () => {
  it('carries the entries of ours by which it has come: its receiver takes the route of the dialog from it (RFC 6665 §4.3, §4.4.1)', () => {
    const { device, network, sent } = subscribed();
    const Route = sent.get('Record-Route') ?? '';
    const onward = relayed(network, notify(sent, Route), device).sent;
    expect(onward.values('Record-Route')).toEqual([Route]);
    const again = ofCaller(sent, 'SUBSCRIBE', {
      uri: 'sip:alice@client.invalid',
      headers: { Route: onward.values('Record-Route').join() },
    });
    expect(relayed(network, again, throughEdge()).to).toBe(network.flows.of(device));
  });

  it('that another member of the pool has handed on leads to the pool again, and not to this member alone', () => {
    const { device, network, sealing, sent } = subscribed();
    const other = start('fe2.contoso.example', sealing);
    const headers = { ...state, Route: sent.get('Record-Route') ?? '' };
    const toAlice = ofCaller(sent, 'NOTIFY', { uri: 'sip:alice@client.invalid', headers });
    const handedOn = relayed(other, toAlice, throughEdge());
    expect(handedOn.to).toBe('fe1.contoso.example');
    expect(handedOn.sent.has('Record-Route')).toBe(false);
    const arrived = relayed(network, handedOn.sent, server('fe2.contoso.example'));
    expect(arrived.to).toBe(network.flows.of(device));
    const [entry] = arrived.sent.values('Record-Route');
    expect(entry).toMatch(/@pool1\.contoso\.example:5061;/);
    const back = ofCalled(sent, 'SUBSCRIBE', {
      uri: partner,
      headers: { Route: `${entry}, <sip:t@edge1.contoso.example;lr>` },
    });
    expect(relayed(network, back, device).to).toBe('edge1.contoso.example');
  });
});
