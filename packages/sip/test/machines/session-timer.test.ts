import {
  answerSessionTimer,
  glareDelayMs,
  SessionChanges,
  SessionTimer,
  type SessionTimerName,
  sessionTimerHeaders,
  sessionTimerOfResponse,
} from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { request, respond } from './fixtures.ts';
import { Timers } from './timers.ts';

const invite = request('INVITE', { cseq: 10, headers: { Supported: '100rel, timer' } });

describe('SessionChanges, RFC 3261 §14 and RFC 3311 §5', () => {
  it('refuses a second INVITE or UPDATE of the peer with 500 while the first is unanswered', () => {
    for (const method of ['INVITE', 'UPDATE'] as const) {
      const changes = new SessionChanges();
      expect(changes.receive(method, true, 3)).toEqual({ ok: true });
      expect(changes.receive(method, true, 3)).toEqual({ ok: false, status: 500, retryAfterSec: 3 });
      changes.replied(method);
      expect(changes.receive(method, true, 3)).toEqual({ ok: true });
    }
  });

  it('refuses an offer of the peer with 491 while one of this side is open', () => {
    const changes = new SessionChanges();
    changes.sent('INVITE', true);
    expect(changes.receive('INVITE', true, 0)).toEqual({ ok: false, status: 491 });
    expect(changes.receive('UPDATE', true, 0)).toEqual({ ok: false, status: 491 });
    expect(changes.receive('UPDATE', false, 0)).toEqual({ ok: true });
  });

  it('lets this side send nothing that would cross', () => {
    const changes = new SessionChanges();
    changes.receive('UPDATE', true, 0);
    expect(changes.maySend('UPDATE', true)).toBe(false);
    expect(changes.maySend('UPDATE', false)).toBe(true);
    changes.replied('UPDATE');
    expect(changes.maySend('INVITE', true)).toBe(true);
    changes.sent('INVITE', true);
    expect(changes.maySend('INVITE', true)).toBe(false);
    changes.answered('INVITE');
    expect(changes.maySend('INVITE', true)).toBe(true);
  });

  it('lets both offer again with UPDATE once the offer of an INVITE has its answer (RFC 3311 §5.1)', () => {
    const changes = new SessionChanges();
    changes.sent('INVITE', true);
    expect(changes.maySend('UPDATE', true)).toBe(false);
    changes.offerSettled();
    expect(changes.maySend('UPDATE', true)).toBe(true);
    expect(changes.maySend('INVITE', true)).toBe(false);
    expect(changes.receive('UPDATE', true, 0)).toEqual({ ok: true });
    expect(changes.receive('INVITE', false, 0)).toEqual({ ok: false, status: 491 });
    changes.offerSettled();
    expect(changes.receive('UPDATE', true, 1)).toEqual({ ok: false, status: 500, retryAfterSec: 1 });
  });

  it('waits 2.1 to 4 s as owner of the Call-ID, else up to 2 s', () => {
    expect([
      glareDelayMs(true, 0),
      glareDelayMs(true, 0.999_999),
      glareDelayMs(false, 0),
      glareDelayMs(false, 0.999_999),
    ]).toEqual([2_100, 4_000, 0, 2_000]);
  });
});

describe('session timer, RFC 4028', () => {
  const asking = (headers: Record<string, string>) => request('INVITE', { headers });
  const policy = { minSE: 90 };

  it.each([
    ['N', undefined, 'uas'],
    ['N', 'uas', 'uas'],
    ['Y', undefined, 'uac'],
    ['Y', 'uac', 'uac'],
    ['Y', 'uas', 'uas'],
  ])('table 2: UAC supports %s, refresher %s → %s', (supports, asked, refresher) => {
    const expires = asked === undefined ? '1800' : `1800;refresher=${asked}`;
    const answer = answerSessionTimer(
      asking({ 'Session-Expires': expires, ...(supports === 'Y' && { Supported: 'timer' }) }),
      policy,
    );
    expect(answer).toMatchObject({ ok: true, agreed: { interval: 1_800, refresher } });
    const required = answer.headers.some(([name]) => name === 'Require');
    expect(required).toBe(supports === 'Y');
  });

  it('refuses a short interval with 422 and Min-SE, but only to a client that knows the timer', () => {
    const headers = { 'Session-Expires': '100' };
    const strict = { minSE: 120 };
    expect(answerSessionTimer(asking({ ...headers, Supported: 'timer' }), strict)).toEqual({
      ok: false,
      status: 422,
      headers: [['Min-SE', 120]],
    });
    expect(answerSessionTimer(asking(headers), strict)).toMatchObject({
      ok: true,
      agreed: { interval: 100 },
    });
  });

  it('shortens to what this side wants, not below Min-SE, never lengthens', () => {
    const agreed = (headers: Record<string, string>, wanted: number) => {
      const answer = answerSessionTimer(asking({ Supported: 'timer', ...headers }), { ...policy, wanted });
      return answer.ok ? answer.agreed?.interval : undefined;
    };
    expect(agreed({ 'Session-Expires': '1800' }, 600)).toBe(600);
    expect(agreed({ 'Session-Expires': '1800', 'Min-SE': '900' }, 600)).toBe(900);
    expect(agreed({ 'Session-Expires': '600' }, 1_800)).toBe(600);
    expect(agreed({}, 1_800)).toBe(1_800);
    expect(agreed({}, 10)).toBe(90);
  });

  it('has no timer where nobody asks, and answers 400 to a malformed field', () => {
    expect(answerSessionTimer(asking({}), policy)).toEqual({ ok: true, agreed: undefined, headers: [] });
    expect(answerSessionTimer(asking({ 'Session-Expires': 'soon' }), policy)).toMatchObject({
      ok: false,
      status: 400,
    });
    expect(answerSessionTimer(asking({ 'Min-SE': '-' }), policy)).toMatchObject({ ok: false, status: 400 });
  });

  it('is asked for with at least the largest Min-SE seen', () => {
    expect(sessionTimerHeaders({ interval: 100 }, 400).map(([name, value]) => `${name}: ${value}`)).toEqual([
      'Supported: timer',
      'Session-Expires: 400',
      'Min-SE: 400',
    ]);
  });

  it('of a response: as it says, or the client alone where the peer does not know it', () => {
    expect(sessionTimerOfResponse(respond(invite, 200, { 'Session-Expires': '600;refresher=uas' }))).toEqual({
      interval: 600,
      refresher: 'uas',
    });
    expect(sessionTimerOfResponse(respond(invite, 200), 900)).toEqual({ interval: 900, refresher: 'uac' });
    expect(sessionTimerOfResponse(respond(invite, 200))).toBeUndefined();
  });

  function begin() {
    const timers = new Timers<SessionTimerName>();
    const log: string[] = [];
    const machine = new SessionTimer({
      refresh: () => void log.push(`refresh ${timers.now}`),
      expired: () => void log.push(`expired ${timers.now}`),
      startTimer: (_, name, afterMs) => timers.start(name, afterMs),
      stopTimer: (_, name) => timers.stop(name),
    });
    timers.wake = (name) => machine.wake(name);
    return { machine, timers, log };
  }

  it('refreshes at half the interval, and ends the session 32 s before its end if that fails', () => {
    const { machine, timers, log } = begin();
    machine.refreshed({ interval: 600, refresher: 'local' });
    timers.advance(600_000);
    expect(log).toEqual(['refresh 300000', 'expired 568000']);
    expect([machine.isRunning, timers.due.size]).toEqual([false, 0]);
  });

  it('waits for the peer and ends the session a third before its end where the interval is short', () => {
    const { machine, timers, log } = begin();
    machine.refreshed({ interval: 90, refresher: 'remote' });
    timers.advance(90_000);
    expect(log).toEqual(['expired 60000']);
  });

  it('starts again with each refresh, and is turned off by a 2xx without Session-Expires', () => {
    const { machine, timers, log } = begin();
    for (let i = 0; i < 5; i++) {
      machine.refreshed({ interval: 600, refresher: 'remote' });
      timers.advance(500_000);
    }
    machine.refreshed(undefined);
    timers.advance(9_000_000);
    expect(log).toEqual([]);
  });

  it('ends the session at once when a refresh gets 408 or 481, not for other failures', () => {
    const { machine, timers, log } = begin();
    machine.refreshed({ interval: 600, refresher: 'local' });
    machine.refreshFailed(500);
    expect(log).toEqual([]);
    machine.refreshFailed(481);
    expect(log).toEqual(['expired 0']);
    expect(timers.due.size).toBe(0);
  });
});
