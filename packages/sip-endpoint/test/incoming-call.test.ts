import type { BridgeOutcome, Call, IncomingCall } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startExchange } from './exchange.ts';

const offer = { contentType: 'application/sdp', body: 'v=0\r\n' };

/** Where the called side takes a call so. */
async function startCalled(onCall: (incoming: IncomingCall) => unknown) {
  const faults: unknown[] = [];
  const network = await startExchange({ onFault: (error) => void faults.push(error) });
  network.bob.calls.push(onCall);
  const outcome = await network.alice.agent.call('sip:bob@contoso.example', offer);
  return { outcome, faults, [Symbol.asyncDispose]: () => network[Symbol.asyncDispose]() };
}

describe('a call that rings', () => {
  it.each<[string, (incoming: IncomingCall) => unknown, string]>([
    ['rejected with a success', (incoming) => incoming.reject(200), 'status of reject'],
    ['rejected with a provisional status', (incoming) => incoming.reject(180), 'status of reject'],
    ['rejected with nothing', (incoming) => incoming.reject(undefined as never), 'status of reject'],
    ['accepted with nothing', (incoming) => incoming.accept(undefined as never), 'answer of accept'],
    [
      'accepted without a body',
      (incoming) => incoming.accept({ contentType: 'application/sdp' } as never),
      'answer.body of accept',
    ],
    ['bridged to nobody', (incoming) => incoming.bridge(undefined as never), 'uri of bridge'],
    ['bridged to what is not a URI', (incoming) => incoming.bridge('bob'), 'uri of bridge'],
  ])('is not %s: the caller gets 500, and the fault names the argument', async (_, onCall, place) => {
    await using network = await startCalled(onCall);
    expect(network.outcome).toMatchObject({ ok: false, response: { status: 500 } });
    expect(network.faults).toMatchObject([{ code: 'SIP_INVALID_ARGUMENT', place }]);
  });

  it.each<[string, (incoming: IncomingCall) => unknown]>([
    ['accepted', (incoming) => incoming.accept(offer)],
    ['rejected', (incoming) => incoming.reject(486)],
    ['bridged', (incoming) => incoming.bridge('sip:carol@contoso.example')],
  ])('is not %s where it has been accepted already: the call goes on', async (_, again) => {
    const accepted: (Call | undefined)[] = [];
    await using network = await startCalled((incoming) => {
      accepted.push(incoming.accept(offer));
      return again(incoming);
    });
    await expect.poll(() => network.faults).toMatchObject([{ code: 'SIP_DIALOG_STATE' }]);
    expect(network.outcome.ok && (await network.outcome.call.hangUp()).status).toBe(200);
    expect(await accepted[0]?.ended).toBe('remote');
  });

  it('is not accepted where it has been rejected already', async () => {
    await using network = await startCalled((incoming) => {
      incoming.reject(486);
      incoming.accept(offer);
    });
    expect(network.outcome).toMatchObject({ ok: false, response: { status: 486 } });
    expect(network.faults).toMatchObject([{ code: 'SIP_DIALOG_STATE' }]);
  });

  it('may be accepted, rejected and bridged after its caller has given up: nothing comes of it', async () => {
    const network = await startExchange({});
    await using _network = network;
    const came: (Call | BridgeOutcome | undefined)[] = [];
    network.bob.calls.push((incoming) => {
      incoming.onCancelled(async () => {
        incoming.reject(486);
        came.push(incoming.accept(offer), await incoming.bridge('sip:carol@contoso.example'));
      });
      incoming.ring();
    });
    const givingUp = new AbortController();
    const outcome = await network.alice.agent.call('sip:bob@contoso.example', offer, {
      signal: givingUp.signal,
      onProvisional: () => givingUp.abort(),
    });
    expect(outcome.response.status).toBe(487);
    await expect.poll(() => came).toEqual([undefined, { ok: false, status: 487 }]);
  });
});
