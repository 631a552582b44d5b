import { randomBytes } from 'node:crypto';
import type { SipRequest } from '@entente/sip';
import { createSealing, type EpochKey } from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import {
  device,
  hers,
  his,
  message,
  names,
  newSealing,
  ofCalled,
  outwards,
  registeredPath,
  type Sent,
  start,
  topology,
} from './edge-between.ts';

/** Keys of a pool that change: what was sealed in an epoch opens as long as its key is kept. */
function createKeys() {
  const kept = new Map<number, Uint8Array>();
  let current: EpochKey = { epoch: 1, key: randomBytes(32) };
  kept.set(1, current.key);
  return {
    sealing: createSealing(
      {
        get current() {
          return current;
        },
        keyOf: (epoch) => kept.get(epoch),
      },
      randomBytes,
    ),
    next() {
      current = { epoch: current.epoch + 1, key: randomBytes(32) };
      kept.set(current.epoch, current.key);
    },
    forget: (epoch: number) => kept.delete(epoch),
  };
}

/** What a partner sends along the route that an edge has given it with a call. */
function alongRoute(edge: ReturnType<typeof start>): SipRequest {
  edge.fromFrontEnd(outwards());
  const invite = (edge.sent.outside.at(-1) as Sent).message;
  return ofCalled(invite, 'BYE', {
    uri: invite.contacts[0]?.uri.toString() ?? hers,
    headers: { Route: invite.values('Record-Route')[0] ?? '' },
  });
}

/** Along the Path by which an edge reaches a client. */
function alongPath(edge: ReturnType<typeof start>): SipRequest {
  const Route = registeredPath(edge.fromClient, edge.sent);
  return message('MESSAGE', 'sip:carol@contoso.example', device, { to: `<${hers}>`, headers: { Route } });
}

describe('a route that an edge has sealed', () => {
  it('opens at no edge of another pool: neither that of a partner nor the Path of a client', () => {
    const other = start(newSealing());
    other.fromPartner(alongRoute(start()));
    other.fromFrontEnd(alongPath(start()));
    expect(other.reasons).toEqual(['relay-not-allowed', 'flow-failed']);
    expect([...other.sent.inside, ...other.sent.outside]).toEqual([]);
  });

  it('opens after a change of the keys, and no more once the old one is forgotten', () => {
    const keys = createKeys();
    const edge = start(keys.sealing, topology, names.inside);
    const bye = alongRoute(edge);
    const ping = alongPath(edge);
    const before = edge.sent.inside.length;
    keys.next();
    edge.fromPartner(bye);
    edge.fromFrontEnd(ping);
    expect([edge.sent.inside.length, edge.reasons]).toEqual([before + 1, []]);
    keys.forget(1);
    edge.fromPartner(bye);
    edge.fromFrontEnd(ping);
    expect(edge.reasons).toEqual(['relay-not-allowed', 'flow-failed']);
    expect(edge.sent.inside).toHaveLength(before + 1);
  });

  it('opens for nobody but the one who was given it: no client comes in along the route of a partner', () => {
    const edge = start();
    const bye = alongRoute(edge);
    edge.fromClient(bye);
    expect([edge.sent.inside.length, edge.reasons]).toEqual([0, ['relay-not-allowed']]);
    edge.fromPartner(message('BYE', his, hers, { headers: { Route: bye.get('Route') ?? '' } }));
    expect(edge.sent.inside).toEqual([]);
  });
});
