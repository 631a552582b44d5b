import { type SipResponse, sipfragType } from '@entente/sip';
import type { Call, ChosenAnswer, ServerTransaction, SessionBody } from '@entente/sip-endpoint';
import { StepClock } from '@entente/testkit';
import type { Clock } from '@entente/tls';
import { describe, expect, it } from 'vitest';
import { startExchange } from './exchange.ts';

const type = 'application/sdp';

function session(version: number, direction: string): SessionBody {
  return {
    contentType: type,
    body: `v=0\r\no=- 7 ${version} IN IP4 127.0.0.1\r\ns=-\r\nm=audio 9 RTP/SAVP 0\r\na=${direction}\r\n`,
  };
}

/** A call that is up, as its two sides have it. */
async function startCall(caller: { readonly clock?: Clock } = {}) {
  const network = await startExchange({}, caller);
  const { alice, bob } = network;
  const accepted: Call[] = [];
  bob.calls.push((incoming) => {
    const call = incoming.accept(session(1, 'sendrecv'));
    if (call !== undefined) accepted.push(call);
  });
  const outcome = await alice.agent.call('sip:bob@contoso.example', session(1, 'sendrecv'));
  const [called] = accepted;
  if (!outcome.ok || called === undefined) throw new Error('the call was refused');
  await expect.poll(() => network.acks.length).toBe(1);
  return {
    caller: outcome.call,
    called,
    acks: network.acks,
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

describe('in a call', () => {
  it('either side holds the other and resumes, with a version that counts on, and acknowledges the answer', async () => {
    await using network = await startCall();
    const { acks, called, caller } = network;
    const offers: string[] = [];
    called.onRequest = (request) => {
      offers.push(request.bodyText);
      return { status: 200, ...session(1 + offers.length, 'recvonly') };
    };
    expect((await caller.hold()).status).toBe(200);
    expect((await caller.resume()).status).toBe(200);
    expect(offers).toEqual([session(2, 'sendonly').body, session(3, 'sendrecv').body]);
    expect(caller.remoteBody).toBe(session(3, 'recvonly').body);
    expect(called.remoteBody).toBe(session(3, 'sendrecv').body);
    await expect.poll(() => acks.length).toBe(3);
    caller.onRequest = () => ({ status: 200, ...session(9, 'sendrecv') });
    expect((await called.hold()).status).toBe(200);
    expect(called.remoteBody).toBe(session(9, 'sendrecv').body);
  });

  it('an offer that nobody chooses to take is answered 488, and the session is as it was', async () => {
    await using network = await startCall();
    const { caller } = network;
    const before = [caller.localBody, caller.remoteBody];
    expect((await caller.reinvite(session(2, 'inactive'))).status).toBe(488);
    expect((await caller.update(session(2, 'inactive'))).status).toBe(488);
    expect([caller.localBody, caller.remoteBody]).toEqual(before);
  });

  it('an offer that crosses one of the other side (491) is made again after a moment, as often as three times', async () => {
    const clock = new StepClock(1_000_000);
    await using network = await startCall({ clock });
    const { called, caller } = network;
    const sequences: number[] = [];
    called.onRequest = (request) => {
      sequences.push(request.cseq.sequence);
      return { status: 491 };
    };
    const answer = caller.update(session(2, 'sendonly'));
    await expect.poll(() => sequences.length).toBe(1);
    await expect
      .poll(() => {
        clock.move(4_000);
        return sequences.length;
      })
      .toBe(3);
    expect((await answer).status).toBe(491);
    expect(new Set(sequences).size).toBe(3);
  });

  it('a second change waits for the answer to the first', async () => {
    await using network = await startCall();
    const { caller } = network;
    const first = caller.update(session(2, 'sendonly'));
    await Promise.resolve();
    await expect(caller.reinvite(session(2, 'sendonly'))).rejects.toMatchObject({ code: 'SIP_DIALOG_STATE' });
    expect((await first).status).toBe(488);
  });

  it('any request is answered as the application chooses, also later; a fault of it is answered 500', async () => {
    await using network = await startCall();
    const { called, caller } = network;
    expect((await caller.info({ contentType: 'text/plain', body: '1' })).status).toBe(200);
    expect((await caller.request('MESSAGE')).status).toBe(405);
    called.onRequest = async ({ method }) => (method === 'INFO' ? { status: 469 } : undefined);
    expect((await caller.info({ contentType: 'text/plain', body: '1' })).status).toBe(469);
    called.onRequest = () => {
      throw new Error('a fault');
    };
    expect((await caller.info({ contentType: 'text/plain', body: '1' })).status).toBe(500);
    called.onRequest = () => ({ status: 100 });
    expect((await caller.info({ contentType: 'text/plain', body: '1' })).status).toBe(500);
  });

  it('a request that needs an extension is answered 420 with what is not supported, and changes nothing (RFC 3261 §8.2.2.3)', async () => {
    await using network = await startCall();
    const { called, caller } = network;
    const reached: string[] = [];
    called.onRequest = ({ method }) => {
      reached.push(method);
      return { status: 200, ...session(2, 'sendrecv') };
    };
    const needs = { headers: { Require: 'timer, foo' } };
    const answers: SipResponse[] = [];
    const invite = caller.dialog.createRequest('INVITE', { ...session(2, 'inactive'), ...needs });
    const respond = (response: SipResponse) => void answers.push(response);
    called.receive({ request: invite, respond } as unknown as ServerTransaction);
    answers.push(
      await caller.request('UPDATE', { ...session(2, 'inactive'), ...needs }),
      await caller.request('INFO', needs),
    );
    expect(answers.map((answer) => [answer.status, answer.get('Unsupported')])).toEqual(
      [1, 2, 3].map(() => [420, 'timer, foo']),
    );
    expect(reached).toEqual([]);
    expect(called.remoteBody).toBe(session(1, 'sendrecv').body);
    expect((await caller.reinvite(session(2, 'sendonly'))).status).toBe(200);
    // Its sender has ended the call, whatever it is answered.
    const bye = caller.dialog.createRequest('BYE', needs);
    const answered: number[] = [];
    const transaction = { request: bye, respond: ({ status }: SipResponse) => void answered.push(status) };
    called.receive(transaction as unknown as ServerTransaction);
    expect(answered).toEqual([420]);
    expect(await called.ended).toBe('remote');
  });

  it('the other side is made to call somebody else, and reports how that goes (RFC 3515)', async () => {
    await using network = await startCall();
    const { called, caller } = network;
    const targets: (string | undefined)[] = [];
    called.onRequest = (request) => {
      targets.push(request.get('Refer-To'));
      return { status: 202 };
    };
    const progress: number[] = [];
    const onProgress = (status: number) => void progress.push(status);
    expect((await caller.refer('sip:carol@contoso.example', { onProgress, replaces: caller })).status).toBe(
      202,
    );
    await expect(caller.refer('carol')).rejects.toMatchObject({
      code: 'SIP_INVALID_ARGUMENT',
      place: 'target of refer',
    });
    expect(targets).toHaveLength(1);
    expect(targets[0]).toMatch(/^<sip:carol@contoso\.example\?Replaces=[^>]+to-tag[^>]+>$/);
    const notify = (state: string, line: string) =>
      called.request('NOTIFY', {
        headers: { Event: 'refer', 'Subscription-State': state },
        contentType: sipfragType,
        body: line,
      });
    expect((await notify('active;expires=60', 'SIP/2.0 180 Ringing')).status).toBe(200);
    expect((await notify('terminated;reason=noresource', 'SIP/2.0 200 OK')).status).toBe(200);
    expect(progress).toEqual([180, 200]);
    expect((await notify('active', 'SIP/2.0 200 OK')).status).toBe(405);
  });

  it('a subscription brings what the other side reports, until either ends it', async () => {
    await using network = await startCall();
    const { called, caller } = network;
    const asked: (number | undefined)[] = [];
    called.onRequest = (request) => {
      asked.push(request.expires);
      return { status: 200, headers: { Expires: request.expires ?? 0 } };
    };
    const bodies: string[] = [];
    const subscription = caller.subscribe('conference', {
      expiresSeconds: 600,
      onNotify: ({ bodyText }) => void bodies.push(bodyText),
    });
    await expect.poll(() => asked).toEqual([600]);
    const notify = (state: string, body: string) =>
      called.request('NOTIFY', {
        headers: { Event: 'conference', 'Subscription-State': state },
        contentType: 'text/plain',
        body,
      });
    expect((await notify('active;expires=600', 'two')).status).toBe(200);
    expect(() => caller.subscribe('conference', { onNotify() {} })).toThrow(/found one/);
    subscription.unsubscribe();
    await expect.poll(() => asked).toEqual([600, 0]);
    expect((await notify('terminated;reason=timeout', 'gone')).status).toBe(200);
    expect((await subscription.ended).cause).toBe('notifier');
    expect(bodies).toEqual(['two', 'gone']);
  });

  it('a subscription is over with its call, also where the answer to its SUBSCRIBE comes later', async () => {
    const clock = new StepClock(1_000_000);
    await using network = await startCall({ clock });
    const { called, caller } = network;
    let answer: (() => void) | undefined;
    called.onRequest = () =>
      new Promise((resolve) => {
        answer = () => resolve({ status: 200, headers: { Expires: 600 } });
      });
    const subscription = caller.subscribe('conference', { expiresSeconds: 600, onNotify() {} });
    await expect.poll(() => answer).toBeDefined();
    await caller.hangUp();
    expect((await subscription.ended).cause).toBe('failure');
    answer?.();
    await subscription.answered;
    expect([clock.pending(540_000), clock.pending(600_000)]).toEqual([0, 0]);
  });

  it('a request that is answered 481 ends it: the other side does not know it any more', async () => {
    await using network = await startCall();
    const { called, caller } = network;
    called.onRequest = () => ({ status: 481 });
    await caller.info({ contentType: 'text/plain', body: '1' });
    expect(await caller.ended).toBe('remote');
  });
});

describe('a MESSAGE', () => {
  it.each<[string, () => ChosenAnswer, number]>([
    ['nothing: 200', () => undefined, 200],
    ['a status', () => ({ status: 486 }), 486],
    ['a status later', async () => ({ status: 603 }), 603],
    ['a provisional status, which is none: 500', () => ({ status: 180 }), 500],
  ])('is answered as the application chooses: %s', async (_, onMessage, status) => {
    await using network = await startExchange({ onMessage });
    expect((await network.alice.agent.message('sip:bob@contoso.example', 'hello')).status).toBe(status);
  });
});
