import type { PlainRequest, RequestParts } from '@entente/sip';
import type { SipConnection } from '@entente/sip-endpoint';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { requestPriority, weighAtAGlance } from './request-priority.ts';

const alice = 'sip:alice@contoso.example';
const edgeVias = ['SIP/2.0/TLS edge1.contoso.example;branch=z9hG4bK1'];

function connectionOf(role: string | undefined, { isProven = true, name = 'user alice' } = {}) {
  const server = role === undefined ? undefined : `${role}.contoso.example`;
  const protection = role === undefined ? {} : { peer: { role, dnsNames: [server], sipDomains: [] } };
  const source = { address: '192.0.2.1', port: 40_000 };
  return { server, protection, isProven, source, ledger: { name } } as unknown as SipConnection;
}

function weighed(connection: SipConnection, method: string, parts: Partial<RequestParts> = {}) {
  const request = requestBetween(alice, 'sip:bob@contoso.example', { method, ...parts });
  return requestPriority(request, connection, { isInDialog: () => true });
}

describe('what a request is for', () => {
  it('is the first registration of a client that nobody has authenticated here, and a refresh otherwise', () => {
    expect(weighed(connectionOf(undefined, { isProven: false }), 'REGISTER').urgency).toBe(
      'first-registration',
    );
    expect(weighed(connectionOf(undefined), 'REGISTER').urgency).toBe('refresh');
    expect(weighed(connectionOf('edge'), 'REGISTER', { via: edgeVias }).urgency).toBe('first-registration');
  });

  it('is something new without a tag or a Route, whatever its method is', () => {
    const to = '<sip:bob@contoso.example>;tag=1';
    const headers = { Route: '<sip:fe1.contoso.example;lr>' };
    const urgencyOf = (parts: Partial<RequestParts>) =>
      weighed(connectionOf(undefined), 'BYE', parts).urgency;
    expect([urgencyOf({ to }), urgencyOf({ headers }), urgencyOf({ to, headers })]).toEqual([
      'new',
      'new',
      'in-dialog',
    ]);
  });

  it('is as urgent as a dialog where the servers of a pool tell each other', () => {
    const request = requestBetween(alice, 'sip:fe1.contoso.example', { method: 'PUBLISH' });
    const urgencyOf = (isOfPool?: () => boolean) =>
      requestPriority(request, connectionOf('front-end'), isOfPool === undefined ? {} : { isOfPool }).urgency;
    expect([urgencyOf(), urgencyOf(() => false), urgencyOf(() => true)]).toEqual(['new', 'new', 'in-dialog']);
  });
});

describe('an emergency call', () => {
  it('is as urgent as a dialog', () => {
    const request = requestBetween(alice, 'sip:112@contoso.example', { method: 'INVITE' });
    const urgencyOf = (isEmergency: () => boolean) =>
      requestPriority(request, connectionOf('front-end'), { isEmergency }).urgency;
    expect([urgencyOf(() => false), urgencyOf(() => true)]).toEqual(['new', 'in-dialog']);
  });
});

describe('what a request is for, and who sends it,', () => {
  const glanced = (method: string, { hasRoute = false, hasToTag = false, mayBeNumber = false } = {}) =>
    ({ method, hasRoute, hasToTag, mayBeNumber, branch: 'z9hG4bK1', callId: 'c' }) as PlainRequest;

  it('is known at a glance where a client begins something new', () => {
    const connection = connectionOf(undefined);
    for (const method of ['INVITE', 'MESSAGE', 'BYE'])
      expect(weighAtAGlance(glanced(method), connection)).toEqual({
        urgency: 'new',
        peer: 'user alice',
      });
    expect(weighAtAGlance(glanced('BYE', { hasToTag: true }), connection)?.urgency).toBe('new');
    expect(weighAtAGlance(glanced('BYE', { hasRoute: true }), connection)?.urgency).toBe('new');
  });

  it('is not known at a glance where many share the connection, or for what may be in a dialog or has an answer of its own', () => {
    const connection = connectionOf(undefined);
    expect(weighAtAGlance(glanced('BYE', { hasRoute: true, hasToTag: true }), connection)).toBeUndefined();
    for (const method of ['REGISTER', 'CANCEL', 'ACK'])
      expect(weighAtAGlance(glanced(method), connection)).toBeUndefined();
    // It may be an emergency call.
    expect(weighAtAGlance(glanced('INVITE', { mayBeNumber: true }), connection)).toBeUndefined();
    for (const role of ['edge', 'front-end', 'partner'])
      expect(weighAtAGlance(glanced('INVITE'), connectionOf(role))).toBeUndefined();
  });
});

describe('the sender of a request', () => {
  it('is the user or address of a client, and the domain of a partner, as far as it is proven', () => {
    expect(weighed(connectionOf(undefined, { name: 'user alice' }), 'MESSAGE').peer).toBe('user alice');
    expect(weighed(connectionOf('partner', { name: 'partner fabrikam' }), 'MESSAGE').peer).toBe(
      'partner fabrikam',
    );
  });

  it('is the address that an edge has noted, whatever the client writes into From', () => {
    const via = [...edgeVias, 'SIP/2.0/TLS 10.0.0.1;branch=z9hG4bK2;received=198.51.100.7'];
    const peers = ['a', 'b'].map(
      (name) =>
        weighed(connectionOf('edge'), 'MESSAGE', { via, from: `<sip:${name}@contoso.example>;tag=1` }).peer,
    );
    expect(peers).toEqual(['198.51.100.7', '198.51.100.7']);
  });

  it('is the user whom any other server has found it to be', () => {
    expect(weighed(connectionOf('front-end'), 'MESSAGE').peer).toBe('alice@contoso.example');
  });
});
