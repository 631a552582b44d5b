import { defaultTimings } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { SipEndpoint } from './endpoint.ts';
import type { EndpointOptions } from './endpoint-options.ts';

const good: EndpointOptions = {
  sentBy: { host: 'sip.contoso.example' },
  user: { onRequest() {}, onAck() {} },
  dial: () => Promise.reject(new Error('not dialled here')),
  newToken: () => 'token',
};

describe('the options of an endpoint', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'options of SipEndpoint'],
    ['a misspelt name', { ...good, onRequest() {} }, 'onRequest of SipEndpoint'],
    ['no token source', { ...good, newToken: undefined }, 'newToken of SipEndpoint'],
    ['nobody who decides', { ...good, user: undefined }, 'user of SipEndpoint'],
    ['one who decides about no ACK', { ...good, user: { onRequest() {} } }, 'user of SipEndpoint'],
    ['a host without its object', { ...good, sentBy: 'sip.contoso.example' }, 'sentBy of SipEndpoint'],
    ['no dialling', { ...good, dial: undefined }, 'dial of SipEndpoint'],
    ['what dialling gives', { ...good, dial: Promise.resolve() }, 'dial of SipEndpoint'],
    ['half of the timings', { ...good, timings: { t1Ms: 500 } }, 'timings.t2Ms of SipEndpoint'],
    [
      'a bound in words',
      { ...good, limits: { idleTimeoutMs: '15 minutes' } },
      'limits.idleTimeoutMs of SipEndpoint',
    ],
    ['a misspelt bound', { ...good, limits: { idleMs: 1_000 } }, 'limits.idleMs of SipEndpoint'],
    ['a clock as an object', { ...good, clock: { now: Date.now } }, 'clock of SipEndpoint'],
    ['a budget as a number', { ...good, budget: 1_000 }, 'budget of SipEndpoint'],
  ])('are refused with %s, and the fault names it', (_, options, place) => {
    const fault = expect.objectContaining({
      code: 'SIP_INVALID_ARGUMENT',
      place,
      remedy: expect.any(String),
    });
    expect(() => new SipEndpoint(options as EndpointOptions)).toThrow(fault);
  });

  it('are taken where they are right', async () => {
    const timings = { ...defaultTimings, tryingAfterMs: Number.POSITIVE_INFINITY };
    const limits = { idleTimeoutMs: 60_000, maxPendingBytes: 65_536 };
    const endpoint = new SipEndpoint({
      ...good,
      sentBy: () => ({ host: 'a' }),
      clock: Date.now,
      timings,
      limits,
    });
    expect([...endpoint.connections]).toEqual([]);
    await endpoint[Symbol.asyncDispose]();
  });
});
