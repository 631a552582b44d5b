import { edit, type SipResponse } from '@entente/sip';
import {
  type Branch,
  forwardResponse,
  ResponseContext,
  type ResponseContextSink,
  type Target,
} from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { answer, invite, request } from './fixtures.ts';

const target = (uri: string): Target => ({ uri, flow: undefined, routes: [], instance: undefined });

/** A context of an INVITE whose timers, starts and responses are written down. */
function ringing(groups: readonly (readonly string[])[]) {
  const started: string[] = [];
  const timers: [uri: string, afterMs: number][] = [];
  const responses: SipResponse[] = [];
  const cancelled: string[] = [];
  const branches = new Map<string, Branch<string>>();
  let isDone = false;
  const sink: ResponseContextSink<string> = {
    startBranch(_, branch) {
      started.push(branch.target.uri);
      branches.set(branch.target.uri, branch);
    },
    cancelBranch: (_, branch) => void cancelled.push(branch.target.uri),
    abandonBranch() {},
    startTimer: (_, branch, afterMs) => void timers.push([branch.target.uri, afterMs]),
    stopTimer() {},
    respond: (_, response) => void responses.push(response),
    giveUp() {},
    done() {
      isDone = true;
    },
  };
  const original = invite();
  const context = new ResponseContext(
    original,
    groups.map((group) => group.map(target)),
    sink,
    () => 'own-tag',
  );
  context.start();
  return {
    cancelled,
    responses,
    started,
    timers,
    isDone: () => isDone,
    receive: (uri: string, response: number | SipResponse) =>
      context.receive(
        branches.get(uri) as Branch<string>,
        typeof response === 'number' ? answer(original, response) : response,
      ),
  };
}

describe('timer C (RFC 3261 §16.6 step 11, §16.7 step 2)', () => {
  it('is set for each branch of an INVITE, and set again by a provisional response other than 100, each time above three minutes', () => {
    const call = ringing([['a', 'b']]);
    expect(call.timers.map(([uri]) => uri)).toEqual(['a', 'b']);
    call.receive('a', 100);
    expect(call.timers).toHaveLength(2);
    for (const status of [180, 183, 199]) call.receive('a', status);
    expect(call.timers.map(([uri]) => uri)).toEqual(['a', 'b', 'a', 'a', 'a']);
    for (const [, afterMs] of call.timers) expect(afterMs).toBeGreaterThan(180_000);
  });
});

describe('a response that is passed on (RFC 3261 §16.7)', () => {
  it('keeps the To tag of the far end, and gets none where that has sent none (step 6)', () => {
    const call = ringing([['a']]);
    const untagged = edit(answer(invite(), 183)).set('To', '<sip:bob@contoso.example>').toMessage();
    call.receive('a', untagged);
    for (const status of [180, 200]) call.receive('a', status);
    expect(call.responses.map(({ status, to }) => [status, to.tag])).toEqual([
      [183, undefined],
      [180, 't180'],
      [200, 't200'],
    ]);
  });

  it.each([302, 404, 603])('keeps the To tag also where it is %d, chosen as the best', (status) => {
    const call = ringing([['a']]);
    call.receive('a', status);
    expect(call.responses.map(({ to }) => to.tag)).toEqual([`t${status}`]);
  });

  it('keeps its body, received in the Via below ours, and every field that nobody here knows (step 9)', () => {
    const theirs = request({
      via: [
        'SIP/2.0/TLS client.invalid;received=192.0.2.7;branch=z9hG4bKc',
        'SIP/2.0/TLS x.invalid;branch=z9hG4bKx',
      ],
    });
    const response = edit(answer(theirs, 200, { 'X-Odd': 'a ,  b', Server: 'far' }))
      .setBody('hello', 'text/plain')
      .toMessage();
    const sent = forwardResponse(response, theirs) as SipResponse;
    expect(sent.bodyText).toBe('hello');
    expect(sent.vias.map(String)).toEqual(theirs.vias.map(String));
    expect(['X-Odd', 'Server'].map((name) => sent.get(name))).toEqual(['a ,  b', 'far']);
  });

  it('is the 3xx as it came: its contacts are not tried by this server (step 4)', () => {
    const call = ringing([['a']]);
    call.receive('a', answer(invite(), 302, { Contact: '<sip:bob@192.0.2.77>' }));
    expect(call.started).toEqual(['a']);
    expect(call.responses.map((one) => [one.status, one.get('Contact')])).toEqual([
      [302, '<sip:bob@192.0.2.77>'],
    ]);
  });
});

describe('a response context (RFC 3261 §16.7)', () => {
  it('begins no further branch once a 6xx has come (step 5)', () => {
    const call = ringing([['a'], ['b']]);
    call.receive('a', 603);
    expect(call.started).toEqual(['a']);
    expect(call.responses.map(({ status }) => status)).toEqual([603]);
  });

  it('passes no second final response on but a 2xx (step 5)', () => {
    const call = ringing([['a', 'b', 'c']]);
    call.receive('a', 200);
    call.receive('b', 486);
    call.receive('c', 200);
    expect(call.responses.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('lasts until its last branch has ended, though it has answered, and cancels those that ring (steps 9, 10)', () => {
    const call = ringing([['a', 'b']]);
    call.receive('b', 180);
    call.receive('a', 200);
    expect([call.cancelled, call.isDone()]).toEqual([['b'], false]);
    call.receive('b', 487);
    expect(call.isDone()).toBe(true);
  });
});
