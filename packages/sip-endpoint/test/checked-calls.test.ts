import type { Call } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startExchange } from './exchange.ts';

const offer = { contentType: 'application/sdp', body: 'v=0\r\n' };

/** A call that is up, and what its called side is asked and has reported. */
async function startCall() {
  const faults: unknown[] = [];
  const network = await startExchange({ onFault: (error) => void faults.push(error) });
  const accepted: Call[] = [];
  const asked: string[] = [];
  network.bob.calls.push((incoming) => {
    const call = incoming.accept(offer);
    if (call !== undefined) accepted.push(call);
  });
  const outcome = await network.alice.agent.call('sip:bob@contoso.example', offer);
  const [called] = accepted;
  if (!outcome.ok || called === undefined) throw new Error('the call was refused');
  called.onRequest = ({ method }) => {
    asked.push(method);
    return { status: 200 };
  };
  return {
    call: outcome.call,
    called,
    asked,
    faults,
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

const target = 'sip:carol@contoso.example';
const wrong: readonly [string, (call: Call) => unknown, string][] = [
  ['info()', (call) => call.info(undefined as never), 'body of info'],
  ['info({ contentType })', (call) => call.info({ contentType: 'a/b' } as never), 'body.body of info'],
  ['info({ bdy })', (call) => call.info({ contentType: 'a/b', bdy: 'x' } as never), 'body.bdy of info'],
  ['reinvite()', (call) => call.reinvite(undefined as never), 'offer of reinvite'],
  [
    'reinvite({ contentType })',
    (call) => call.reinvite({ contentType: 'a/b' } as never),
    'offer.body of reinvite',
  ],
  [
    'reinvite(offer, { signl })',
    (call) => call.reinvite(offer, { signl: AbortSignal.abort() } as never),
    'signl of reinvite',
  ],
  ['update()', (call) => call.update(undefined as never), 'offer of update'],
  [
    'refer(target, { onprogress })',
    (call) => call.refer(target, { onprogress() {} } as never),
    'onprogress of refer',
  ],
  [
    'refer(target, { replaces: {} })',
    (call) => call.refer(target, { replaces: {} } as never),
    'replaces of refer',
  ],
  ['subscribe()', (call) => call.subscribe(undefined as never, { onNotify() {} }), 'event of subscribe'],
  ['subscribe(event)', (call) => call.subscribe('conference', undefined as never), 'options of subscribe'],
  [
    'subscribe(event, { onNotfy })',
    (call) => call.subscribe('dialog', { onNotfy() {} } as never),
    'onNotfy of subscribe',
  ],
];

describe('a call', () => {
  it('refuses what is left out or misspelt, names it, and sends nothing', async () => {
    await using network = await startCall();
    for (const [what, ask, place] of wrong) {
      const fault: unknown = await (async () => ask(network.call))().catch((error: unknown) => error);
      expect(fault, what).toMatchObject({ code: 'SIP_INVALID_ARGUMENT', place });
    }
    expect((await network.call.info({ contentType: 'a/b', body: '' })).status).toBe(200);
    expect(network.asked).toEqual(['INFO']);
  });

  it('answers 500 where a name in the answer is misspelt, and reports it', async () => {
    await using network = await startCall();
    network.called.onRequest = () => ({ status: 200, heders: {} }) as never;
    expect((await network.call.info({ contentType: 'a/b', body: 'x' })).status).toBe(500);
    expect(network.faults).toMatchObject([
      { code: 'SIP_INVALID_ARGUMENT', place: 'heders of answer to INFO' },
    ]);
  });
});
