import type { SipRequest, SipResponse } from '@entente/sip';
import { type Branch, ResponseContext, type ResponseContextSink, type Target } from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { answer, invite, request } from './fixtures.ts';

const target = (uri: string): Target => ({ uri, flow: undefined, routes: [], instance: undefined });

/** A context whose effects are written down, in words. */
function forked(
  original: SipRequest,
  groups: (string | Target)[][],
  startFails: Record<string, number> = {},
  /** Asked for further targets; undefined: none are awaited. */
  awaits?: (status: number) => boolean,
) {
  const log: string[] = [];
  const branches = new Map<string, Branch<string>>();
  const timers = new Set<string>();
  const responses: SipResponse[] = [];
  const sink: ResponseContextSink<string> = {
    startBranch(context, branch) {
      log.push(`try ${branch.target.uri}`);
      branches.set(branch.target.uri, branch);
      const status = startFails[branch.target.uri];
      if (status !== undefined) context.failed(branch, status);
    },
    cancelBranch: (_, branch) => void log.push(`cancel ${branch.target.uri}`),
    abandonBranch: (_, branch) => void log.push(`abandon ${branch.target.uri}`),
    startTimer: (_, branch) => void timers.add(branch.target.uri),
    stopTimer: (_, branch) => void timers.delete(branch.target.uri),
    respond(_, response) {
      log.push(`respond ${response.status}`);
      responses.push(response);
    },
    giveUp: () => void log.push('give up'),
    awaitTargets: (_, status) => awaits?.(status) === true,
    done: () => void log.push('done'),
  };
  const context = new ResponseContext(
    original,
    groups.map((group) => group.map((one) => (typeof one === 'string' ? target(one) : one))),
    sink,
    () => 'own-tag',
  );
  context.start();
  return {
    context,
    timers,
    responses,
    get: (uri: string) => branches.get(uri)!,
    receive: (uri: string, status: number, headers?: Record<string, string>) =>
      context.receive(branches.get(uri)!, answer(original, status, headers)),
    /** What happened since the last look. */
    look: () => log.splice(0).join(', '),
  };
}

describe('one target (RFC 3261 §16.7)', () => {
  it('passes ringing and the 200, and is done', () => {
    const call = forked(invite(), [['a']]);
    expect(call.look()).toBe('try a');
    call.receive('a', 180);
    expect(call.look()).toBe('respond 180');
    call.receive('a', 200);
    expect(call.look()).toBe('respond 200, done');
    expect(call.timers.size).toBe(0);
    expect(call.responses[1]!.vias).toHaveLength(1);
  });

  it('never passes 100', () => {
    const call = forked(invite(), [['a']]);
    call.receive('a', 100);
    expect(call.look()).toBe('try a');
  });

  it('passes every further 2xx to an INVITE, even when done', () => {
    const call = forked(invite(), [['a']]);
    call.receive('a', 200);
    call.look();
    call.receive('a', 200);
    expect(call.look()).toBe('respond 200');
  });

  it('passes one final response to any other request, and no provisional', () => {
    const call = forked(request(), [['a', 'b']]);
    call.receive('a', 180);
    call.receive('a', 200);
    call.receive('b', 202);
    expect(call.look()).toBe('try a, try b, respond 200, done');
  });

  it('turns a 503 into 500', () => {
    const call = forked(invite(), [['a']]);
    call.receive('a', 503, { 'Retry-After': '100' });
    expect(call.look()).toBe('try a, respond 500, done');
    expect(call.responses[0]!.has('Retry-After')).toBe(false);
  });

  it('answers 408 to an INVITE that nobody answered', () => {
    const call = forked(invite(), [['a']]);
    call.context.failed(call.get('a'), 408);
    expect(call.look()).toBe('try a, respond 408, done');
    expect(call.responses[0]!.to.tag).toBe('own-tag');
  });

  it('gives up without a response where nobody answered any other request', () => {
    const call = forked(request(), [['a']]);
    call.context.failed(call.get('a'), 408);
    expect(call.look()).toBe('try a, give up, done');
  });

  it('answers 504 where the next hop failed the trust check, reported while it was being started', () => {
    expect(forked(request(), [['a']], { a: 504 }).look()).toBe('try a, respond 504, done');
  });

  it('answers 408 where there is no target at all', () => {
    expect(forked(invite(), []).look()).toBe('respond 408, done');
  });
});

describe('several targets (RFC 3261 §16.1, §16.7)', () => {
  it('cancels the others when one accepts, and waits for them without answering again', () => {
    const call = forked(invite(), [['a', 'b', 'c']]);
    call.receive('a', 180);
    call.receive('b', 180);
    call.receive('c', 486);
    call.look();
    call.receive('a', 200);
    expect(call.look()).toBe('respond 200, cancel b');
    call.receive('b', 487);
    expect(call.look()).toBe('done');
  });

  it('cancels a branch without a provisional response only when one arrives', () => {
    const call = forked(invite(), [['a', 'b']]);
    call.receive('a', 200);
    expect(call.look()).toBe('try a, try b, respond 200');
    call.receive('b', 180);
    expect(call.look()).toBe('cancel b');
    call.receive('b', 200);
    expect(call.look()).toBe('respond 200, done');
  });

  it('holds a 6xx back until the others have ended, cancels them, and prefers it', () => {
    const call = forked(invite(), [['a', 'b'], ['c']]);
    call.receive('b', 180);
    call.look();
    call.receive('a', 603);
    expect(call.look()).toBe('cancel b');
    call.receive('b', 487);
    expect(call.look()).toBe('respond 603, done');
  });

  it('lets a 2xx that crosses a 6xx win', () => {
    const call = forked(invite(), [['a', 'b']]);
    call.receive('b', 180);
    call.receive('a', 603);
    call.look();
    call.receive('b', 200);
    expect(call.look()).toBe('respond 200, done');
  });

  it('tries the next group after failures, and none after a success', () => {
    const call = forked(invite(), [['a'], ['b'], ['c']], { b: 430 });
    call.receive('a', 486);
    expect(call.look()).toBe('try a, try b, try c');
    call.receive('c', 200);
    expect(call.look()).toBe('respond 200, done');
  });

  it('chooses the lowest class, and a challenge within it', () => {
    const call = forked(invite(), [['a', 'b', 'c', 'd']]);
    call.receive('a', 503);
    call.receive('b', 404);
    call.receive('c', 407, { 'Proxy-Authenticate': 'Digest realm="c", nonce="1"' });
    call.look();
    call.receive('d', 501);
    expect(call.look()).toBe('respond 407, done');
  });

  it('gathers the challenges of all branches in their order', () => {
    const call = forked(invite(), [['a', 'b']]);
    call.receive('a', 407, { 'Proxy-Authenticate': 'Digest realm="a", nonce="1"' });
    call.receive('b', 401, { 'WWW-Authenticate': 'Digest realm="b", nonce="2"' });
    const [final] = call.responses;
    expect(final!.status).toBe(401);
    expect(final!.all('WWW-Authenticate')).toHaveLength(1);
    expect(final!.all('Proxy-Authenticate')).toEqual(['Digest realm="a", nonce="1"']);
  });

  it('prefers an informative failure to nobody there', () => {
    const call = forked(invite(), [['a', 'b']]);
    call.context.failed(call.get('a'), 408);
    call.receive('b', 486);
    expect(call.responses.map((one) => one.status)).toEqual([486]);
  });
});

describe('a device that wants another scheme (RFC 5630 §5.3)', () => {
  it.each(['381 client.invalid "SIPS Required"', '380 client.invalid "SIPS Not Allowed"'])(
    'is heard before others that are merely not there, and as early as any other refusal: %s',
    (warning) => {
      const call = forked(invite(), [['a', 'b', 'c']]);
      call.receive('a', 480);
      call.receive('b', 480, { Warning: warning });
      call.receive('c', 486);
      expect(call.responses.map(({ status }) => status)).toEqual([480]);
      expect(call.responses[0]?.get('Warning')).toBe(warning);
    },
  );
});

describe('several flows of one device (RFC 5626 §7, RFC 5627 §6.1)', () => {
  const flow = (uri: string): Target => ({ ...target(uri), instance: '<urn:uuid:1>' });

  it.each([404, 486, 503, 603])('are not tried once it has answered %d', (status) => {
    const call = forked(invite(), [[flow('a1'), 'b'], [flow('a2')], ['c']]);
    call.receive('a1', status);
    call.receive('b', 480);
    expect(call.look()).toMatch(
      status >= 600 ? /^try a1, try b, cancel|^try a1, try b/ : /^try a1, try b, try c$/,
    );
    expect(call.get('a2')).toBeUndefined();
  });

  it.each([408, 430])('are tried after %d, which is no answer of the device', (status) => {
    const call = forked(invite(), [[flow('a1')], [flow('a2')]]);
    call.receive('a1', status);
    expect(call.look()).toBe('try a1, try a2');
  });

  it('are tried where one could not be reached at all', () => {
    const call = forked(invite(), [[flow('a1')], [flow('a2')]], { a1: 504 });
    expect(call.look()).toBe('try a1, try a2');
  });
});

describe('a request other than INVITE (RFC 4320)', () => {
  it.each([480, 500])('is answered %d rather than not at all where another branch timed out', (status) => {
    const call = forked(request(), [['a', 'b']]);
    call.context.failed(call.get('b'), 408);
    call.receive('a', status);
    expect(call.look()).toBe(`try a, try b, respond ${status}, done`);
  });
});

describe('CANCEL and timer C (RFC 3261 §16.8, §16.10)', () => {
  it('cancels what rings, tries nothing more, and answers 487', () => {
    const call = forked(invite(), [['a'], ['b']]);
    call.receive('a', 180);
    call.look();
    call.context.cancel();
    expect(call.look()).toBe('cancel a');
    call.receive('a', 487);
    expect(call.look()).toBe('respond 487, done');
  });

  it('does nothing for a request that is no INVITE, and nothing twice', () => {
    const message = forked(request(), [['a']]);
    message.context.cancel();
    expect(message.look()).toBe('try a');
    const call = forked(invite(), [['a']]);
    call.receive('a', 180);
    call.context.cancel();
    call.look();
    call.context.cancel();
    expect(call.look()).toBe('');
  });

  it('cancels a branch that rings too long, then stops waiting for it', () => {
    const call = forked(invite(), [['a']]);
    call.receive('a', 180);
    call.look();
    call.context.timerFired(call.get('a'));
    expect(call.look()).toBe('cancel a');
    call.context.timerFired(call.get('a'));
    expect(call.look()).toBe('abandon a, respond 408, done');
  });

  it('counts a branch without any response as 408', () => {
    const call = forked(invite(), [['a']]);
    call.context.timerFired(call.get('a'));
    expect(call.look()).toBe('try a, abandon a, respond 408, done');
  });

  it('ignores what comes for a branch that has ended', () => {
    const call = forked(invite(), [['a']]);
    call.receive('a', 486);
    call.look();
    call.receive('a', 180);
    call.receive('a', 404);
    call.context.timerFired(call.get('a'));
    call.context.failed(call.get('a'), 503);
    expect(call.look()).toBe('');
  });
});

describe('targets that are not there yet', () => {
  it('are awaited where no device was reached, and tried like the others', () => {
    const call = forked(invite(), [['a']], {}, () => true);
    call.receive('a', 430);
    expect(call.look()).toBe('try a');
    call.context.resume([[target('b')]]);
    expect(call.look()).toBe('try b');
    call.receive('b', 200);
    expect(call.look()).toBe('respond 200, done');
  });

  it('may be awaited again, and where none comes the failure goes back', () => {
    const asked: number[] = [];
    const call = forked(invite(), [['a']], { a: 504 }, (status) => asked.push(status) < 3);
    call.context.resume([[target('b')]]);
    call.receive('b', 430);
    call.context.resume([]);
    expect(call.look()).toBe('try a, try b, respond 430, done');
    expect(asked).toEqual([504, 430]);
    call.context.resume([[target('c')]]);
    expect(call.look()).toBe('');
  });

  it.each([404, 480, 486, 500, 600])('are not awaited after an answer of a device: %i', (status) => {
    const call = forked(invite(), [['a', 'b']], {}, () => true);
    call.receive('a', 430);
    call.receive('b', status);
    expect(call.look()).toContain('done');
  });

  it('are not awaited once the caller has cancelled: it hears 487 at once', () => {
    const call = forked(invite(), [['a']], { a: 430 }, () => true);
    call.context.cancel();
    expect(call.look()).toBe('try a, respond 487, done');
    call.context.resume([[target('b')]]);
    expect(call.look()).toBe('');
  });
});
