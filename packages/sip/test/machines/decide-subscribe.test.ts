import { decideSubscribe } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { request } from './fixtures.ts';

describe('decideSubscribe, RFC 6665 §4.2.1.1', () => {
  const policy = {
    events: ['presence', 'dialog'],
    defaultExpiresSec: 3_600,
    minExpiresSec: 60,
    maxExpiresSec: 7_200,
  };
  const decide = (headers: Record<string, string>) =>
    decideSubscribe(request('SUBSCRIBE', { headers }), policy);

  it('grants what is asked, at most the maximum, by default the default', () => {
    expect(decide({ Event: 'presence;id=1', Expires: '600' })).toEqual({
      ok: true,
      event: 'presence',
      id: '1',
      expiresSec: 600,
    });
    expect(decide({ Event: 'dialog', Expires: '99999' })).toMatchObject({ expiresSec: 7_200 });
    expect(decide({ Event: 'dialog' })).toMatchObject({ expiresSec: 3_600 });
    expect(decide({ Event: 'dialog', Expires: '0' })).toMatchObject({ expiresSec: 0 });
  });

  it('refuses an unknown event with 489 and Allow-Events', () => {
    expect(decide({ Event: 'weather' })).toMatchObject({
      ok: false,
      status: 489,
      headers: [['Allow-Events', 'presence, dialog']],
    });
  });

  it('refuses a missing or malformed event, and a malformed time, with 400', () => {
    for (const headers of [{}, { Event: '' }, { Event: 'a b' }, { Event: 'dialog', Expires: 'soon' }]) {
      expect(decide(headers as Record<string, string>)).toMatchObject({ ok: false, status: 400 });
    }
  });

  it('refuses a time that is too short with 423, but never one of an hour or more', () => {
    expect(decide({ Event: 'dialog', Expires: '59' })).toMatchObject({
      ok: false,
      status: 423,
      headers: [['Min-Expires', 60]],
    });
    const strict = { ...policy, minExpiresSec: 9_000, maxExpiresSec: 9_999 };
    expect(
      decideSubscribe(request('SUBSCRIBE', { headers: { Event: 'dialog', Expires: '3600' } }), strict).ok,
    ).toBe(true);
  });
});
