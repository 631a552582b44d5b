import { parseNameAddr, type SipRequest } from '@entente/sip';
import { LocationsUnavailableError, MemoryLocations } from '@entente/sip-proxy/locations';
import { requestBetween } from '@entente/testkit/request';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  alice,
  asserting,
  bob,
  client,
  close,
  newSealing,
  ofCalled,
  ofCaller,
  partner,
  proven,
  register,
  relayed,
  type Sending,
  server,
  start,
  throughEdge,
} from '../test/front-end-on-paper.ts';

const pool = 'pool1.contoso.example';
const [fe1, fe2, fe3] = ['fe1.contoso.example', 'fe2.contoso.example', 'fe3.contoso.example'];
const names = [fe1, fe2, fe3] as const;

/** What the members of the pool that was started last know of registrations. */
let locations: MemoryLocations;

/** The three members of a pool. */
function startPool() {
  const sealing = newSealing();
  locations = new MemoryLocations();
  return names.map((fqdn) => start(fqdn, sealing, locations)) as [Sending, Sending, Sending];
}

function entryOf(value: string | undefined) {
  const entry = parseNameAddr(value ?? '');
  if (!entry.ok || entry.value.uri.kind !== 'sip') throw new Error(`no entry: ${value}`);
  const { host, parameters, rawUser } = entry.value.uri;
  return { host, token: rawUser, member: parameters.get('member') };
}

/** Bob connects to a member, and registers there. */
function connected(member: Sending, cseq = 1) {
  const origin = client(bob);
  expect(proven(member, register(bob, { cseq }), origin).status).toBe(200);
  return origin;
}

/** A partner's request in the dialog that bob has begun at a member. */
const towardsBob = (begun: SipRequest, method = 'INFO', route = begun.get('Record-Route') ?? '') =>
  ofCalled(begun, method, { uri: 'sip:bob@client.invalid', headers: { Route: route } });

/** The call of bob, who is connected to the third member, to a partner. */
function callFromThird([, , third]: readonly [Sending, Sending, Sending]) {
  const origin = connected(third);
  const { sent } = relayed(third, requestBetween(bob, partner, { method: 'INVITE' }), origin);
  return { origin, begun: sent };
}

describe('the entries of a front end of a pool', () => {
  it('name the pool and the member to begin with; every member reads them', () => {
    const members = startPool();
    const { begun } = callFromThird(members);
    expect(entryOf(begun.get('Record-Route'))).toMatchObject({ host: pool, member: fe3 });
    // The client has moved, and hangs up through another member.
    const [first] = members;
    const bye = ofCaller(begun, 'BYE', {
      uri: partner,
      headers: { Route: `${begun.get('Record-Route')}, <sip:t@edge1.contoso.example;lr>` },
    });
    expect(relayed(first, bye, client(bob)).to).toBe('edge1.contoso.example');
  });

  it('lead to each connection of a device, the one that was named first: a dead one is passed over', () => {
    const [, second] = startPool();
    const contact = (regId: number) =>
      `<sip:bob@client.invalid>;+sip.instance="<urn:uuid:1>";reg-id=${regId}`;
    const origins = [1, 2].map((regId) => {
      const origin = client(bob);
      proven(second, register(bob, { contact: contact(regId) }), origin);
      return origin;
    });
    const [one, other] = origins.map((origin) => second.flows.of(origin));
    const { sent } = relayed(second, requestBetween(bob, partner, { method: 'INVITE' }), origins[0]!);
    expect(relayed(second, towardsBob(sent), throughEdge()).tried).toEqual([one, other]);
    close(second, origins[0]!);
    expect(relayed(second, towardsBob(sent), throughEdge()).tried).toEqual([other]);
  });
});

describe('a request for a device that is connected to another member', () => {
  it('is sent along the binding, to the member that has the connection, and to nobody else', () => {
    const members = startPool();
    const { begun, origin } = callFromThird(members);
    const [first, , third] = members;
    const sent = relayed(first, towardsBob(begun), throughEdge());
    expect(sent.tried).toHaveLength(1);
    expect(sent.to).toBe(fe3);
    expect(relayed(third, sent.sent, server(fe1)).to).toBe(third.flows.of(origin));
  });

  it('is handed to those that answer first, to one that does not last', () => {
    const sealing = newSealing();
    const third = start(fe3, sealing);
    const origin = connected(third);
    const { sent } = relayed(third, requestBetween(bob, partner, { method: 'INVITE' }), origin);
    const asks = (silent?: string) =>
      relayed(start(fe1, sealing, undefined, silent), towardsBob(sent), throughEdge()).tried;
    expect(asks()).toEqual([fe3, fe2]);
    expect(asks(fe3)).toEqual([fe2, fe3]);
  });

  it('is handed to the others while the store does not say where it is', () => {
    const members = startPool();
    const { begun } = callFromThird(members);
    vi.spyOn(locations, 'lookup').mockImplementation(() => {
      throw new LocationsUnavailableError({ sentence: 'gone', place: 'here', remedy: 'start it' });
    });
    expect(relayed(members[0], towardsBob(begun), throughEdge()).tried).toEqual([fe3, fe2]);
  });

  it('is sent to where the client has come back, not to the member that wrote the entry', () => {
    const members = startPool();
    const { begun } = callFromThird(members);
    const [first, second] = members;
    const origin = connected(first, 9);
    const sent = relayed(second, towardsBob(begun), throughEdge());
    expect(sent.tried).toHaveLength(1);
    expect(sent.to).toBe(fe1);
    expect(relayed(first, sent.sent, server(fe2)).to).toBe(first.flows.of(origin));
  });

  it('is handed to the one that wrote the entry, then to the others, under their own names, where no binding is known', () => {
    const members = startPool();
    const { begun, origin } = callFromThird(members);
    const [first, , third] = members;
    locations.removeUser('bob@contoso.example');
    const handedOn = relayed(first, towardsBob(begun), throughEdge());
    expect(handedOn.tried).toEqual([fe3, fe2]);
    const { token } = entryOf(begun.get('Record-Route'));
    expect(entryOf(handedOn.sent.values('Route')[0])).toEqual({ host: fe3, token, member: undefined });
    expect(relayed(third, handedOn.sent, server(fe1)).to).toBe(third.flows.of(origin));
  });

  it('goes no further than to a member that was named: two that each think the other has the device pass it once', () => {
    const members = startPool();
    const { begun, origin } = callFromThird(members);
    const [first, , third] = members;
    locations.removeUser('bob@contoso.example');
    const handedOn = relayed(first, towardsBob(begun), throughEdge()).sent;
    close(third, origin);
    expect(third.send(handedOn, server(fe1))).toMatchObject({ status: 430, reason: 'flow-failed' });
    // Outsiders name no single member: what they send by its name is read like the name of the pool.
    expect(relayed(third, handedOn, throughEdge()).tried.sort()).toEqual([fe1, fe2]);
  });

  it('asks each member once: what none of them has comes back', () => {
    const [first, second] = startPool();
    const origin = connected(first);
    const { sent } = relayed(first, requestBetween(bob, partner, { method: 'INVITE' }), origin);
    close(first, origin);
    const handedOn = relayed(first, towardsBob(sent, 'ACK'), throughEdge());
    expect(handedOn.tried).toEqual([fe2, fe3]);
    expect(entryOf(handedOn.sent.values('Route')[0])).toMatchObject({ host: fe2 });
    expect(second.send(handedOn.sent, server(fe1))).toMatchObject({ status: 430 });
  });

  it('that never registered is at the member that wrote the entry, and nowhere else', () => {
    const [first, second] = startPool();
    const origin = client(bob);
    const { sent } = relayed(first, requestBetween(bob, partner, { method: 'INVITE' }), origin);
    expect(relayed(second, towardsBob(sent), throughEdge()).tried).toEqual([fe1]);
    expect(relayed(first, towardsBob(sent), throughEdge()).to).toBe(first.flows.of(origin));
  });
});

describe('a Route with the name of the pool', () => {
  it('opens nothing for outsiders: forged, of another dialog, or without a token', () => {
    const members = startPool();
    const { begun } = callFromThird(members);
    const [first] = members;
    const own = begun.get('Record-Route') ?? '';
    const mallory = client('sip:mallory@contoso.example');
    const foreign = { uri: 'sip:bob@client.invalid', headers: { Route: own } };
    for (const origin of [mallory, throughEdge()]) {
      const forged = own.replace('<sip:', '<sip:A');
      expect(first.send(towardsBob(begun, 'INFO', forged), origin)).toMatchObject({ status: 403 });
      const elsewhere = ofCalled(begun, 'INFO', { ...foreign, callId: 'another' });
      expect(first.send(elsewhere, origin)).toMatchObject({ status: 403 });
      const bare = towardsBob(begun, 'INFO', `<sip:${pool};lr;member=${fe3}>`);
      expect(first.send(bare, origin)).toMatchObject({ status: 403 });
    }
  });

  it('leads behind the two ends of its dialog no further: what stands behind our entries counts for nothing', () => {
    const members = startPool();
    const { begun } = callFromThird(members);
    const [first] = members;
    const own = begun.get('Record-Route') ?? '';
    const other = requestBetween(alice, bob, { method: 'INVITE', headers: asserting(alice) });
    const aside = relayed(members[1], other, server(fe1)).sent.get('Record-Route') ?? '';
    expect(first.send(towardsBob(begun, 'INFO', `${own}, ${aside}`), throughEdge())).toMatchObject({
      status: 403,
    });
  });
});

describe('a device that has lost its connection', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Alice at the home of that user, where a dialog has begun and the connection is gone. */
  function lost() {
    const [first] = startPool();
    const origin = client(alice);
    proven(first, register(alice), origin);
    const { sent } = relayed(first, requestBetween(alice, partner, { method: 'INVITE' }), origin);
    close(first, origin);
    const request = (method: string) =>
      ofCalled(sent, method, {
        uri: 'sip:alice@client.invalid',
        headers: { Route: sent.get('Record-Route') ?? '' },
      });
    return { first, request };
  }
  const afterFailure = (network: Sending, request: SipRequest, status = 430) =>
    relayed(network, request, throughEdge()).rules.awaitTargets?.(status);

  it('is awaited at its registrar: what was for it goes out once it has registered, over the new connection', async () => {
    const { first, request } = lost();
    const awaited = afterFailure(first, request('BYE'));
    const again = client(alice);
    await vi.advanceTimersByTimeAsync(1_000);
    proven(first, register(alice), again);
    await vi.advanceTimersByTimeAsync(200);
    expect(await awaited).toMatchObject([[{ flow: first.flows.of(again) }]]);
  });

  it('is awaited for 5 s, and not after time has run out for the sender', async () => {
    const { first, request } = lost();
    const { rules } = relayed(first, request('BYE'), throughEdge());
    const awaited = rules.awaitTargets?.(504);
    await vi.advanceTimersByTimeAsync(5_100);
    expect(await awaited).toEqual([]);
    expect(rules.awaitTargets?.(430), 'all its waiting together').toBeUndefined();
    expect(afterFailure(first, request('BYE'), 408)).toBeUndefined();
  });

  it('is found where it came back while the request was on its way to where it had been', async () => {
    const { first, request } = lost();
    const { rules } = relayed(first, request('BYE'), throughEdge());
    proven(first, register(alice), client(alice));
    const awaited = rules.awaitTargets?.(430);
    await vi.advanceTimersByTimeAsync(200);
    expect(await awaited).toHaveLength(1);
  });

  it('is found where it came back while what had been found before was tried', async () => {
    const { first, request } = lost();
    const { rules } = relayed(first, request('BYE'), throughEdge());
    const awaited = rules.awaitTargets?.(504);
    const gone = client(alice);
    proven(first, register(alice), gone);
    await vi.advanceTimersByTimeAsync(200);
    expect(await awaited).toMatchObject([[{ flow: first.flows.of(gone) }]]);
    close(first, gone);
    const again = client(alice);
    proven(first, register(alice), again);
    const later = rules.awaitTargets?.(430);
    await vi.advanceTimersByTimeAsync(200);
    expect(await Promise.race([later, 'nothing yet'])).toMatchObject([[{ flow: first.flows.of(again) }]]);
    // Nobody has registered since: what is known is tried again, after a longer pause.
    const last = rules.awaitTargets?.(430);
    await vi.advanceTimersByTimeAsync(80);
    expect(await Promise.race([last, 'nothing yet'])).toBe('nothing yet');
    await vi.advanceTimersByTimeAsync(200);
    expect(await last).toMatchObject([[{ flow: first.flows.of(again) }]]);
  });

  it('has 2 requests of one sender wait for it; further ones hear at once', () => {
    const { first, request } = lost();
    const waits = Array.from({ length: 6 }, () => afterFailure(first, request('INFO')) !== undefined);
    expect(waits).toEqual([true, true, false, false, false, false]);
  });

  it('has room for the end of a call whatever else waits for it, and for so many ends', () => {
    const { first, request } = lost();
    const wait = (method: string) => afterFailure(first, request(method)) !== undefined;
    expect([wait('INFO'), wait('INFO'), wait('INFO')]).toEqual([true, true, false]);
    const ends = Array.from({ length: 10 }, () => wait('BYE'));
    expect(ends.filter(Boolean)).toHaveLength(8);
  });

  it('is awaited at each member, but not by a request that another one has handed on', () => {
    const members = startPool();
    const { begun, origin } = callFromThird(members);
    const [first, , third] = members;
    expect(afterFailure(first, towardsBob(begun))).toBeInstanceOf(Promise);
    locations.removeUser('bob@contoso.example');
    const handedOn = relayed(first, towardsBob(begun), throughEdge()).sent;
    close(third, origin);
    expect(third.send(handedOn, server(fe1))).toMatchObject({ status: 430 });
  });

  it('is awaited behind an edge too, whose user is at home here', async () => {
    const [first] = startPool();
    const path = { Path: `<sip:t@edge1.contoso.example;lr;ob>`, ...asserting(alice) };
    first.send(register(alice, { headers: path }), server(fe2));
    const invite = requestBetween(partner, alice, { method: 'INVITE' });
    const { sent } = relayed(first, invite, throughEdge());
    const bye = ofCaller(sent, 'BYE', {
      uri: 'sip:alice@client.invalid',
      headers: { Route: `${sent.get('Record-Route')}, <sip:u@edge1.contoso.example;lr>` },
    });
    await vi.advanceTimersByTimeAsync(60_000);
    const awaited = afterFailure(first, bye);
    let found: unknown;
    void awaited?.then((groups) => {
      found = groups;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(found).toBeUndefined();
    first.send(register(alice, { cseq: 9, headers: path }), server(fe2));
    await vi.advanceTimersByTimeAsync(200);
    expect(found).toMatchObject([[{ server: 'edge1.contoso.example' }]]);
  });
});
