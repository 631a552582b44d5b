import type { SipRequest } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { atAGlance, badRoute, fakeConnection, layerOf, request } from '../../test/transaction-parts.ts';
import { OverloadControl } from '../overload/overload-control.ts';
import type { TransactionUser } from './transaction-layer-options.ts';
import { UnderLoad } from './under-load.ts';

/** Has been overloaded since long before this turn, and refuses all that is new. */
function overloadedControl(rules = {}) {
  const control = new OverloadControl({
    targetMs: 1,
    intervalMs: 0,
    holdMs: 1,
    leastNewPerTurn: 0,
    newMs: 1,
    spreadMs: 1,
    ...rules,
  });
  control.turn(2, 0, -10_000);
  return control;
}

describe('a request that comes while the process has more to do than it can', () => {
  function overloadedLayer(user: Partial<TransactionUser> = {}) {
    const control = overloadedControl();
    const weigh = () => ({ urgency: 'new', peer: 'a' }) as const;
    return layerOf({ weigh, ...user }, { load: new UnderLoad(control) });
  }

  it('is not taken where it begins something new, and its user hears nothing of it', () => {
    const asked: string[] = [];
    const layer = overloadedLayer({
      onRequest: ({ request: { method } }) => void asked.push(method),
      onAck: ({ method }) => void asked.push(method),
    });
    const { connection } = fakeConnection();
    expect(layer.receiveRequest(request('MESSAGE', 'a'), connection)).toBe('overloaded');
    expect(layer.receiveRequest(request('INVITE', 'b'), connection)).toBe('overloaded');
    expect(layer.receiveRequest(request('ACK', 'b'), connection)).toBeUndefined();
    expect(asked).toEqual([]);
    expect([layer.size, connection.ledger.bytes]).toEqual([0, 0]);
  });

  it('is taken where it ends something, or is in a dialog', () => {
    const { connection, statuses } = fakeConnection();
    expect(overloadedLayer().receiveRequest(request('CANCEL', 'a'), connection)).toBeUndefined();
    expect(statuses()).toEqual([481]);
    const weigh = () => ({ urgency: 'in-dialog', peer: 'a' }) as const;
    expect(overloadedLayer({ weigh }).receiveRequest(request('BYE', 'b'), connection)).toBeUndefined();
  });

  it('is taken where nobody can say what it is for, so that its form is checked', () => {
    const weigh = ({ routes }: SipRequest) => ({ urgency: 'new', peer: `${routes[0]?.uri}` }) as const;
    const { connection } = fakeConnection();
    const layer = overloadedLayer({ weigh });
    expect(layer.receiveRequest(request('MESSAGE', 'a', badRoute), connection)).toBeUndefined();
  });

  it('is not asked about as long as there is time for everything', () => {
    const weigh = () => {
      throw new Error('nobody was to ask');
    };
    const { connection } = fakeConnection();
    const load = new UnderLoad(new OverloadControl());
    const faults: unknown[] = [];
    const layer = layerOf({ weigh, onFault: (error) => void faults.push(error) }, { load });
    expect(layer.receiveRequest(request('MESSAGE', 'a'), connection)).toBeUndefined();
    expect(faults).toEqual([]);
  });
});

describe('a glance at a request that comes while the process has more to do than it can', () => {
  const asked = { urgency: 'new', peer: 'a' } as const;

  function overloadedLayer({ rules = {}, ...user }: Partial<TransactionUser> & { rules?: object } = {}) {
    const control = overloadedControl(rules);
    const user_ = { weigh: () => asked, weighAtAGlance: () => asked, ...user };
    return { control, layer: layerOf(user_, { load: new UnderLoad(control) }) };
  }

  it('refuses what begins something new, and knows its ACK', () => {
    const { control, layer } = overloadedLayer();
    const [{ connection }, { connection: other }] = [fakeConnection(), fakeConnection()];
    expect(layer.glance(atAGlance('MESSAGE', 'a'), connection)).toBe('overloaded');
    expect(layer.glance(atAGlance('INVITE', 'b'), connection)).toBe('overloaded');
    expect(control.refusals.new).toBe(2);
    expect(layer.glance(atAGlance('ACK', 'b'), other)).toBeUndefined();
    expect(layer.glance(atAGlance('ACK', 'b'), connection)).toBe('acknowledges-refusal');
    expect(
      layer.glance(atAGlance('ACK', 'b'), connection),
      'a second one is read, and counts',
    ).toBeUndefined();
    expect(layer.glance(atAGlance('ACK', 'c'), connection)).toBeUndefined();
    expect(layer.size).toBe(0);
  });

  it('leaves to be read what nobody can weigh by that', () => {
    const { control, layer } = overloadedLayer({ weighAtAGlance: () => undefined });
    const { connection } = fakeConnection();
    expect(layer.glance(atAGlance('MESSAGE', 'a'), connection)).toBeUndefined();
    expect(control.refusals.new).toBe(0);
  });

  it('leaves to be read what has the branch of a transaction that is under way, also where two share it', () => {
    const { layer } = overloadedLayer({ weigh: () => ({ urgency: 'in-dialog', peer: 'a' }) });
    const [{ connection }, { connection: other }] = [fakeConnection(), fakeConnection()];
    layer.receiveRequest(request('BYE', 'a'), connection);
    expect(layer.glance(atAGlance('BYE', 'a'), connection)).toBeUndefined();
    layer.receiveRequest(request('BYE', 'a'), other);
    layer.connectionClosed(connection);
    expect(layer.size).toBe(1);
    expect(layer.glance(atAGlance('BYE', 'a'), other)).toBeUndefined();
    layer.connectionClosed(other);
    expect(layer.glance(atAGlance('BYE', 'a'), other)).toBe('overloaded');
  });

  it('asks once about a request that is admitted and read then, and again about the next one', () => {
    const { control, layer } = overloadedLayer({ rules: { leastNewPerTurn: 1 } });
    const { connection } = fakeConnection();
    expect(layer.glance(atAGlance('MESSAGE', 'a'), connection)).toBeUndefined();
    expect(layer.receiveRequest(request('MESSAGE', 'a'), connection)).toBeUndefined();
    expect(layer.receiveRequest(request('MESSAGE', 'b'), connection)).toBe('overloaded');
    expect(control.refusals.new).toBe(1);
  });

  it('leaves to a peer that takes no answers to be read, and to be dropped', () => {
    const { layer } = overloadedLayer();
    const { connection } = fakeConnection(undefined, { isFull: true });
    expect(layer.glance(atAGlance('MESSAGE', 'a'), connection)).toBeUndefined();
  });
});
