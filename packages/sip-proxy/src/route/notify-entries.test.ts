import { randomBytes } from 'node:crypto';
import { edit, NameAddr, parseUri, type SipRequest } from '@entente/sip';
import {
  createSealing,
  isNotifyInDialog,
  notifyEntries,
  pathEntry,
  preprocessRoutes,
  recordRouteEntry,
  singleEpoch,
  unknownEnd,
} from '@entente/sip-proxy';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';

const sealing = createSealing(singleEpoch(randomBytes(32)), randomBytes);
const pool = { host: 'pool1.contoso.example', port: 5061, member: 'fe1.contoso.example' };
const options = { sealing, scheme: 'sip' } as const;
const [alice, bob] = ['sip:alice@contoso.example', 'sip:bob@contoso.example'];
const notify = requestBetween(bob, alice, {
  method: 'NOTIFY',
  to: `<${alice}>;tag=a`,
  headers: { Event: 'presence', 'Subscription-State': 'active' },
});

function entriesOf(...routes: readonly NameAddr[]): readonly string[] {
  const request: SipRequest = edit(notify).append('Route', routes.join()).toMessage();
  const isOurHost = (host: string) => host.endsWith('.contoso.example');
  return notifyEntries(preprocessRoutes(request, { isOurHost, sealing }), pool).map(String);
}

describe('what a server writes into a NOTIFY in a dialog', () => {
  const ends = { caller: unknownEnd, called: unknownEnd };
  const own = recordRouteEntry(pool, { ...ends, sender: 'called' }, notify, options);

  it('are the entries by which it has come, the last of them on top', () => {
    const second = recordRouteEntry(
      { ...pool, member: 'fe2.contoso.example' },
      { ...ends, sender: 'called' },
      notify,
      options,
    );
    expect(entriesOf(own, second)).toEqual([`${own}`, `${second}`]);
  });

  it('is nothing where its SUBSCRIBE has not passed: an entry of a registration is none of a dialog (RFC 6665 §4.3)', () => {
    expect(entriesOf(pathEntry(pool, { user: 'alice@contoso.example', device: '' }, options))).toEqual([]);
  });

  it('names the pool again where another member has handed it on under the name of this one', () => {
    const { uri } = own;
    const user = uri.kind === 'sip' ? uri.rawUser : '';
    const handedOn = parseUri(`sip:${user}@fe1.contoso.example:5061;transport=tls;lr`);
    if (!handedOn.ok) throw new Error(handedOn.error.message);
    const [entry] = entriesOf(own.with({ uri: handedOn.value }));
    expect(entry).toMatch(new RegExp(`^<sip:${user}@pool1\\.contoso\\.example:5061;`));
  });

  it('lead here, whatever the sender of the NOTIFY has made of them', () => {
    const { uri } = own;
    const user = uri.kind === 'sip' ? uri.rawUser : '';
    for (const changed of [
      `sip:${user}@pool1.contoso.example:5061;transport=tls;lr;member=fe1.contoso.example;maddr=192.0.2.66`,
      `sip:${user}@pool1.contoso.example:6666;transport=udp;member=fe1.contoso.example`,
      `sip:${user}:word@POOL1.contoso.example;lr;member=FE1.contoso.example;ttl=1?Route=%3Csip:192.0.2.66%3E`,
    ]) {
      const parsed = parseUri(changed);
      if (!parsed.ok) throw new Error(parsed.error.message);
      expect(entriesOf(own.with({ uri: parsed.value }))).toEqual([`${own}`]);
      expect(
        entriesOf(NameAddr.from({ uri: parsed.value, displayName: 'x', parameters: { x: 'y' } })),
      ).toEqual([`${own}`]);
    }
  });

  it('counts for a NOTIFY in a dialog alone', () => {
    const outside = requestBetween(bob, alice, { method: 'NOTIFY' });
    const info = requestBetween(bob, alice, { method: 'INFO', to: `<${alice}>;tag=a` });
    expect([notify, outside, info].map(isNotifyInDialog)).toEqual([true, false, false]);
  });
});
