import { randomBytes } from 'node:crypto';
import { createResponse, parseNameAddr } from '@entente/sip';
import { createSealing, type Registration, singleEpoch } from '@entente/sip-proxy';
import {
  type Binding,
  type LocationChange,
  LocationsUnavailableError,
  MemoryLocations,
} from '@entente/sip-proxy/locations';
import { FlowNames } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { Registrations } from './registrations.ts';

const alice = 'alice@contoso.example';
const fqdn = 'fe1.contoso.example';
const other = 'fe2.contoso.example';
const third = 'fe3.contoso.example';
const flows = new FlowNames();

function binding(fields: Partial<Binding>): Binding {
  return {
    aor: alice,
    uri: 'sip:alice@192.0.2.1',
    q: 1,
    expiresAt: 9_000,
    callId: 'c',
    cseq: 1,
    path: [],
    updatedAt: 0,
    ...fields,
  };
}

function start(
  bindings: readonly Binding[],
  dead: readonly string[] = [],
  locations = new MemoryLocations(),
  isSignedOut: (user: string, flow: string) => boolean = () => false,
  isBelieved: (voucher: string) => boolean = () => true,
) {
  if (bindings.length > 0) locations.update(alice, 0, () => ({ bindings, result: 0 }));
  const failed: unknown[] = [];
  const registrations = new Registrations({
    locations,
    fqdn,
    flows,
    sealing: createSealing(singleEpoch(randomBytes(32)), randomBytes),
    portOf: (server) => (server === third ? undefined : 5062),
    isLiving: (server) => !dead.includes(server),
    isSignedOut,
    isBelieved,
    onNotKept: (error) => failed.push(error),
    clock: () => 1_000,
  });
  return { failed, locations, registrations };
}

describe('the bindings of a user, seen from one server of the pool', () => {
  it('are those of the store where they are of clients of this server, or lead by Path', () => {
    const both = [
      binding({ flow: flows.of({ id: 1 }), server: fqdn }),
      binding({ uri: 'sip:alice@192.0.2.2', path: ['<sip:edge1.contoso.example;lr>'] }),
    ];
    const { locations, registrations } = start(both);
    expect(registrations.reachable(alice)).toBe(locations.lookup(alice, 1_000));
  });

  it('leave out what a server has vouched for who is not believed, wherever it leads and whatever store has it', () => {
    const by = { vouchedBy: 'fe9.contoso.example 09' };
    const forged = [
      binding({ ...by, flow: flows.of({ id: 1 }), server: fqdn }),
      binding({ ...by, flow: 'there.1', server: other }),
      binding({ ...by, path: ['<sip:edge1.contoso.example;lr>'] }),
    ];
    const own = binding({ uri: 'sip:alice@192.0.2.2', path: ['<sip:edge1.contoso.example;lr>'] });
    const { locations, registrations } = start(
      [...forged, own],
      [],
      undefined,
      undefined,
      (voucher) => voucher !== by.vouchedBy,
    );
    expect(registrations.reachable(alice)).toEqual([own]);
    const seen: number[] = [];
    const change = (current: readonly Binding[]) => {
      seen.push(current.length);
      return { bindings: current, result: { ok: true } as never };
    };
    void registrations.register(alice, change, () => undefined);
    expect([seen, locations.lookup(alice, 1_000)], 'and it goes with the next change').toEqual([[1], [own]]);
  });

  it('that were made since a change of the account stay where this server hears of it late', () => {
    const [old, later] = [
      binding({ account: '7.a' }),
      binding({ uri: 'sip:alice@192.0.2.2', account: '9.a' }),
    ];
    const unknown = binding({ uri: 'sip:alice@192.0.2.3' });
    const { locations, registrations } = start([old, later, unknown]);
    registrations.removeUser(alice, '9.a');
    expect(locations.lookup(alice, 1_000)).toEqual([later]);
    registrations.removeUser(alice, '12.b');
    expect(locations.lookup(alice, 1_000), 'of another directory').toEqual([]);
    const { locations: others, registrations: there } = start([old, later]);
    there.removeUser(alice, undefined);
    expect(others.lookup(alice, 1_000)).toEqual([]);
  });

  it('leave out a connection on which the user was signed out, where the store could not remove it', () => {
    const flow = flows.of({ id: 7 });
    for (const server of [fqdn, undefined]) {
      const own = binding({ flow, ...(server === undefined ? {} : { server }) });
      const { registrations } = start([own], [], undefined, (user, on) => user === alice && on === flow);
      expect(registrations.reachable(alice)).toEqual([]);
    }
  });

  it('lead to the server where the client connects, by an entry for its device', () => {
    const { registrations } = start([binding({ flow: 'other.1', server: other })]);
    const [found] = registrations.reachable(alice) as readonly Binding[];
    expect(found?.flow).toBeUndefined();
    const entry = parseNameAddr(found?.path[0] ?? '');
    expect(entry.ok && entry.value.uri.toString()).toMatch(
      /^sip:[^@]+@fe2\.contoso\.example:5062;transport=tls;lr;ob$/,
    );
  });

  it('leave out connections of an earlier life of this server, and servers that may not be dialled', () => {
    const { registrations } = start([
      binding({ flow: 'earlier.1', server: fqdn }),
      binding({ uri: 'sip:alice@192.0.2.3', flow: 'third.1', server: third }),
    ]);
    expect(registrations.reachable(alice)).toEqual([]);
  });

  it('leave out a server that does not answer, unless there is nothing else', () => {
    const there = binding({ flow: 'other.1', server: other });
    const edge = binding({ uri: 'sip:alice@192.0.2.2', path: ['<sip:edge1.contoso.example;lr>'] });
    expect(start([there, edge], [other]).registrations.reachable(alice)).toEqual([edge]);
    expect(start([there], [other]).registrations.reachable(alice)).toHaveLength(1);
  });
});

describe('a binding of a client', () => {
  const flow = flows.of({ id: 1 });

  it('goes when its connection closes, and stays when the server stops', () => {
    const { locations, registrations } = start([binding({ flow, server: fqdn })]);
    registrations.stop();
    registrations.closed(flow);
    expect(locations.lookup(alice, 1_000)).toHaveLength(1);
    const running = start([binding({ flow, server: fqdn })]);
    running.registrations.closed(flow);
    expect(running.locations.lookup(alice, 1_000)).toEqual([]);
  });
});

describe('a store that is not there', () => {
  const gone = new LocationsUnavailableError({
    sentence: 'the store is gone',
    place: 'here',
    remedy: 'start it',
  });
  const failing = (error: Error) =>
    new (class extends MemoryLocations {
      override update(): never {
        return Promise.reject(error) as never;
      }
      override removeFlow(): never {
        throw error;
      }
    })();
  const request = requestBetween(`sip:${alice}`, `sip:${alice}`, { method: 'REGISTER' });
  const accepted: Registration = { ok: true, bindings: [], response: createResponse(request, 200) };

  it('has a REGISTER refused with 503, never acknowledged', async () => {
    const { registrations } = start([], [], failing(gone));
    const result = await registrations.register(
      alice,
      () => ({ result: accepted }),
      () => undefined,
    );
    expect(result).toMatchObject({
      ok: false,
      refusal: { status: 503, reason: 'locations-unavailable', remedy: 'start it' },
    });
  });

  it('is no refusal where something else is wrong: that is a fault', async () => {
    const { registrations } = start([], [], failing(new RangeError('broken')));
    await expect(
      registrations.register(
        alice,
        () => ({ result: accepted }),
        () => undefined,
      ),
    ).rejects.toThrow('broken');
  });

  it('does not end a connection with a fault', () => {
    const { failed, registrations } = start([], [], failing(gone));
    registrations.closed('f1');
    expect(failed).toEqual([gone]);
  });
});

describe('a store that decides again', () => {
  it('has policies asked once', async () => {
    let asked = 0;
    const twice = new (class extends MemoryLocations {
      override update<R>(
        aor: string,
        now: number,
        decide: (current: readonly Binding[]) => LocationChange<R>,
      ) {
        decide([]);
        return super.update(aor, now, decide);
      }
    })();
    const { registrations } = start([], [], twice);
    const request = requestBetween(`sip:${alice}`, `sip:${alice}`, { method: 'REGISTER' });
    const result: Registration = { ok: true, bindings: [], response: createResponse(request, 200) };
    await registrations.register(
      alice,
      () => ({ bindings: [], result }),
      () => {
        asked++;
        return undefined;
      },
    );
    expect(asked).toBe(1);
  });
});
