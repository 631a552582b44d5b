import {
  Call,
  createTokenSource,
  defaultOverloadRules,
  dialServer,
  IncomingCall,
  MessageBudget,
  OpenCalls,
  OverloadControl,
  placeCall,
  SipEndpoint,
  TimerWheel,
  UserSession,
  whenAged,
} from '@entente/sip-endpoint';
import { faultOf } from '@entente/testkit/fault';
import { createTrust } from '@entente/tls';
import { describe, expect, it } from 'vitest';
import { startExchange } from './exchange.ts';

/** What callers without a compiler pass. */
const given = (value: unknown) => value as never;
const others = [undefined, null, 'text', 7, []] as const;

/** Each call is refused at once, and the fault names the argument. */
async function refused(calls: readonly (readonly [() => unknown, string])[]): Promise<void> {
  for (const [call, place] of calls)
    expect(await faultOf(call), place).toMatchObject({ code: 'SIP_INVALID_ARGUMENT', place });
}

const trust = createTrust({
  judge: { judge: () => Promise.reject(new Error('not asked')) } as never,
  version: () => '1',
});
const hop = {
  name: 'pool1.contoso.example',
  address: '127.0.0.1',
  port: 1,
  link: { row: 0, name: 'SIP' },
};
const who = { trust, allow: [hop.name], local: 'pool2.contoso.example' };
const line = { clock: {}, random: Math.random, next() {}, contactFor() {}, onFault() {} };
const offer = { contentType: 'application/sdp', body: 'v=0\r\n' };

function endpoint(): SipEndpoint {
  return new SipEndpoint({
    sentBy: { host: 'pool1.contoso.example' },
    user: { onRequest() {}, onAck() {} },
    dial: () => Promise.reject(new Error('not dialled')),
    newToken: createTokenSource(),
  });
}

describe('dialServer', () => {
  it('refuses an option of connect that is not for a server of the topology', async () => {
    await refused([
      [() => dialServer(hop, given({ ...who, minVersion: 'TLSv1.2' })), 'minVersion of dialServer'],
      [() => dialServer(hop, given({ ...who, dane: {} })), 'dane of dialServer'],
    ]);
  });

  it('refuses what is missing or of another kind, and dials nothing', async () => {
    await refused([
      [() => dialServer(given(undefined), who), 'hop of dialServer'],
      [() => dialServer(given(null), who), 'hop of dialServer'],
      [() => dialServer(given({ ...hop, port: '5061' }), who), 'hop.port of dialServer'],
      [() => dialServer(given({ ...hop, link: undefined }), who), 'hop.link of dialServer'],
      [() => dialServer(hop, given(undefined)), 'options of dialServer'],
      [() => dialServer(hop, given({ ...who, local: undefined })), 'local of dialServer'],
    ]);
  });
});

describe('an endpoint', () => {
  it('refuses to drain without a time: no connection would be waited for', async () => {
    await refused([
      [() => endpoint().drain(given({ within: 5_000 })), 'within of drain'],
      [() => endpoint().drain(given({})), 'withinMs of drain'],
      [() => endpoint().drain(given({ withinMs: '5000' })), 'withinMs of drain'],
      [() => endpoint().drain(given({ withinMs: Number.NaN })), 'withinMs of drain'],
    ]);
  });

  it('refuses a name in the place of a hop, which would be dialled no sooner', async () => {
    await refused([[() => endpoint().retry(given(hop.name)), 'hop of retry']]);
    expect(await faultOf(() => endpoint().retry(hop))).toBeUndefined();
    expect(await faultOf(() => endpoint().retry())).toBeUndefined();
  });

  it.each([...others, {}])('refuses %o as a socket: it has no verdict', async (socket) => {
    await refused([[() => endpoint().accept(given(socket), hop.link), 'socket of a connection']]);
  });
});

describe('what limits an endpoint', () => {
  it('is refused where a name is misspelt, and no default is taken instead', async () => {
    await refused([
      [() => new MessageBudget(given({ maxByte: 1 })), 'maxByte of MessageBudget'],
      [() => new MessageBudget(given(null)), 'options of MessageBudget'],
      [
        () => new OverloadControl(given({ ...defaultOverloadRules, targetMS: 1 })),
        'targetMS of OverloadControl',
      ],
      [() => new OverloadControl(given({ targetMs: 100 })), 'intervalMs of OverloadControl'],
      [
        () => new OverloadControl(given({ ...defaultOverloadRules, targetMs: '100' })),
        'targetMs of OverloadControl',
      ],
      [() => new OverloadControl(defaultOverloadRules, given(7)), 'worked of OverloadControl'],
      [() => new TimerWheel(given(7)), 'clock of TimerWheel'],
      [() => new OpenCalls(given('kept')), 'onKept of OpenCalls'],
    ]);
  });
});

describe('what a call is made of', () => {
  it('is refused where it is something else', async () => {
    await refused([
      ...others.map((parts) => [() => new Call(given(parts)), 'options of Call'] as const),
      [() => new Call(given({})), 'session of Call'],
      [() => new Call(given({ dialogue: {} })), 'dialogue of Call'],
      [() => new IncomingCall(given(undefined), given({})), 'transaction of IncomingCall'],
      [() => new UserSession(given(undefined), given({}), undefined, () => {}), 'endpoint of UserSession'],
      [() => new UserSession(endpoint(), given(undefined), undefined, () => {}), 'connection of UserSession'],
      [() => new UserSession(endpoint(), given({}), undefined, given(undefined)), 'touched of UserSession'],
      [() => placeCall(given(undefined), given(undefined), offer, {}), 'line of placeCall'],
      [() => placeCall(given({ ...line, next: 1 }), given(undefined), offer, {}), 'line of placeCall'],
      [() => placeCall(given(line), given(undefined), offer, {}), 'build of placeCall'],
      [
        () =>
          placeCall(
            given(line),
            given(() => {}),
            given('v=0'),
            {},
          ),
        'offer of placeCall',
      ],
      [
        () =>
          placeCall(
            given(line),
            given(() => {}),
            offer,
            given(undefined),
          ),
        'options of placeCall',
      ],
      [
        () =>
          placeCall(
            given(line),
            given(() => {}),
            offer,
            given({ signl: 1 }),
          ),
        'signl of placeCall',
      ],
      [() => whenAged(given(undefined), { trust }, given({})), 'socket of whenAged'],
    ]);
  });
});

describe('a request of a user agent', () => {
  it('is refused at once where method or parts are something else', async () => {
    await using network = await startExchange();
    const { agent } = network.alice;
    const to = 'sip:bob@contoso.example';
    await refused([
      [() => agent.request(given(undefined), to), 'method of request'],
      [() => agent.request(given(7), to), 'method of request'],
      [() => agent.request('OPTIONS', to, given(null)), 'parts of request'],
      [() => agent.request('OPTIONS', to, given('text')), 'parts of request'],
    ]);
  });
});
