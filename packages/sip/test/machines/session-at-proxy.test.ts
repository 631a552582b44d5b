import { edit, type ProxiedSessionTimer, proxySessionRequest, proxySessionResponse } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { request, respond } from './fixtures.ts';

const aware = { Supported: 'timer' };
const invite = (headers: Record<string, string>) => request('INVITE', { headers });

/** The session fields of the request as it goes on. */
function passed(headers: Record<string, string>, policy: { minSE: number; wanted?: number }) {
  const original = invite(headers);
  const decision = proxySessionRequest(original, policy);
  if (!decision.ok) throw new Error(`refused with ${decision.status}`);
  const editor = edit(original);
  for (const [name, value] of decision.headers) editor.set(name, value);
  const message = editor.toMessage();
  return {
    expires: message.get('Session-Expires'),
    minSE: message.get('Min-SE'),
    timer: decision.timer,
    changes: decision.headers.length,
  };
}

describe('a session refresh request at a proxy, RFC 4028 §8.1', () => {
  it('without Session-Expires gets one where the proxy wants a timer, without refresher', () => {
    for (const headers of [aware, {}]) {
      expect(passed(headers, { minSE: 90, wanted: 1_800 })).toMatchObject({
        expires: '1800',
        minSE: undefined,
        timer: { interval: 1_800, isClientAware: headers === aware },
      });
    }
  });

  it('without Session-Expires goes on untouched where the proxy wants none', () => {
    expect(passed(aware, { minSE: 90 })).toEqual({
      expires: undefined,
      minSE: undefined,
      timer: undefined,
      changes: 0,
    });
  });

  it('gets no shorter interval than its Min-SE, nor than the proxy bears, nor than 90 s', () => {
    expect(passed({ ...aware, 'Min-SE': '600' }, { minSE: 90, wanted: 300 }).expires).toBe('600');
    expect(passed(aware, { minSE: 400, wanted: 300 }).expires).toBe('400');
    expect(passed(aware, { minSE: 1, wanted: 10 }).expires).toBe('90');
  });

  it('may be shortened, never lengthened, and keeps its refresher and parameters', () => {
    const headers = { ...aware, 'Session-Expires': '1800;refresher=uac;x=y' };
    expect(passed(headers, { minSE: 90, wanted: 600 }).expires).toBe('600;refresher=uac;x=y');
    expect(passed(headers, { minSE: 90, wanted: 3_600 })).toMatchObject({
      expires: '1800;refresher=uac;x=y',
      changes: 0,
      timer: { interval: 1_800 },
    });
    expect(passed({ ...headers, 'Min-SE': '900' }, { minSE: 90, wanted: 600 }).expires).toBe(
      '900;refresher=uac;x=y',
    );
  });

  it('that is too short is refused with 422 and Min-SE where the client knows timers', () => {
    const short = invite({ ...aware, 'Session-Expires': '100' });
    expect(proxySessionRequest(short, { minSE: 120 })).toEqual({
      ok: false,
      status: 422,
      headers: [['Min-SE', 120]],
    });
    const shorter = invite({ ...aware, 'Session-Expires': '60' });
    expect(proxySessionRequest(shorter, { minSE: 30 })).toMatchObject({ headers: [['Min-SE', 90]] });
  });

  it('that is too short gets a longer interval and Min-SE where the client does not know timers', () => {
    expect(passed({ 'Session-Expires': '100' }, { minSE: 120 })).toMatchObject({
      expires: '120',
      minSE: '120',
      timer: { interval: 120, isClientAware: false },
    });
    expect(passed({ 'Session-Expires': '100', 'Min-SE': '95' }, { minSE: 120 })).toMatchObject({
      expires: '120',
      minSE: '120',
    });
  });

  it('never gets a lower Min-SE', () => {
    expect(passed({ 'Session-Expires': '100', 'Min-SE': '300' }, { minSE: 120 })).toMatchObject({
      expires: '300',
      minSE: '300',
    });
  });

  it('keeps its Min-SE where the client knows timers (§11)', () => {
    for (const wanted of [90, 600, 3_600]) {
      expect(
        passed({ ...aware, 'Session-Expires': '1800', 'Min-SE': '200' }, { minSE: 500, wanted }).minSE,
      ).toBe('200');
      expect(passed({ ...aware, 'Session-Expires': '1800' }, { minSE: 500, wanted }).minSE).toBeUndefined();
    }
  });

  it('with an interval below its own Min-SE is raised to that', () => {
    expect(passed({ ...aware, 'Session-Expires': '200', 'Min-SE': '300' }, { minSE: 90 }).expires).toBe(
      '300',
    );
  });

  it('is refused with 400 where a field is malformed, and left alone where it is no refresh', () => {
    for (const headers of [{ 'Session-Expires': 'x' }, { 'Min-SE': '-1' }]) {
      expect(proxySessionRequest(invite(headers), { minSE: 90 })).toMatchObject({ ok: false, status: 400 });
    }
    const options = request('OPTIONS', { headers: { 'Session-Expires': 'x' } });
    expect(proxySessionRequest(options, { minSE: 90, wanted: 600 })).toMatchObject({ ok: true, headers: [] });
  });
});

describe('its final response at a proxy, RFC 4028 §8.2', () => {
  const asked = invite(aware);
  const both: ProxiedSessionTimer = { interval: 600, isClientAware: true };
  const answer = (headers: Record<string, string>, timer: ProxiedSessionTimer | undefined, status = 200) => {
    const response = respond(asked, status, headers);
    const decision = proxySessionResponse(response, timer, 1_000);
    const editor = edit(response);
    for (const [name, value] of decision.headers) editor.set(name, value);
    const message = editor.toMessage();
    return [message.get('Session-Expires'), message.all('Require').join('|'), decision.expiresAt];
  };

  it('with Session-Expires goes on untouched, and says how long the session lasts', () => {
    const headers = { 'Session-Expires': '1800;refresher=uas', Require: 'timer' };
    expect(answer(headers, both)).toEqual(['1800;refresher=uas', 'timer', 1_801_000]);
    expect(answer(headers, undefined)).toEqual(['1800;refresher=uas', 'timer', 1_801_000]);
  });

  it('without one, the client knowing timers: gets the remembered interval, refresher uac, and Require: timer', () => {
    expect(answer({}, both)).toEqual(['600;refresher=uac', 'timer', 601_000]);
    expect(answer({ Require: '100rel' }, both)).toEqual(['600;refresher=uac', '100rel, timer', 601_000]);
  });

  it('without one, neither side knowing timers: goes on untouched, the session never expires', () => {
    expect(answer({}, { ...both, isClientAware: false })).toEqual([undefined, '', undefined]);
  });

  it('without one, where the proxy asked for nothing: goes on untouched', () => {
    expect(answer({}, undefined)).toEqual([undefined, '', undefined]);
  });

  it('that is no 2xx changes nothing', () => {
    for (const status of [180, 302, 422, 500])
      expect(answer({}, both, status)).toEqual([undefined, '', undefined]);
  });
});
