import { sipfragType } from '@entente/sip';
import type { Call } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startExchange } from './exchange.ts';

const offer = { contentType: 'application/sdp', body: 'v=0\r\n' };
const ours = new Error('a fault of the application');
const fail = () => {
  throw ours;
};

/** A call whose called side subscribes and refers, and has faults written down. */
async function startCall() {
  const faults: unknown[] = [];
  const network = await startExchange({ onFault: (error) => void faults.push(error) });
  const accepted: Call[] = [];
  network.bob.calls.push((incoming) => {
    const call = incoming.accept(offer);
    if (call !== undefined) accepted.push(call);
  });
  const outcome = await network.alice.agent.call('sip:bob@contoso.example', offer);
  const [called] = accepted;
  if (!outcome.ok || called === undefined) throw new Error('the call was refused');
  const { call: caller } = outcome;
  caller.onRequest = ({ method }) =>
    method === 'SUBSCRIBE' ? { status: 200, headers: { Expires: 600 } } : { status: 202 };
  return { caller, called, faults, [Symbol.asyncDispose]: () => network[Symbol.asyncDispose]() };
}

describe.each([
  ['at once', fail],
  ['later', async () => fail()],
])('a function that a call was given, and that fails %s', (_, failing) => {
  it('where it hears of an event is reported, and the NOTIFY is answered 200', async () => {
    await using network = await startCall();
    network.called.subscribe('conference', { onNotify: failing });
    const headers = { Event: 'conference', 'Subscription-State': 'active;expires=600' };
    expect((await network.caller.request('NOTIFY', { headers })).status).toBe(200);
    await expect.poll(() => network.faults).toEqual([ours]);
  });

  it('where it hears how a transfer goes is reported, and the NOTIFY is answered 200', async () => {
    await using network = await startCall();
    await network.called.refer('sip:carol@contoso.example', { onProgress: failing });
    const notify = {
      headers: { Event: 'refer', 'Subscription-State': 'active;expires=60' },
      contentType: sipfragType,
      body: 'SIP/2.0 180 Ringing\r\n',
    };
    expect((await network.caller.request('NOTIFY', notify)).status).toBe(200);
    await expect.poll(() => network.faults).toEqual([ours]);
  });
});
