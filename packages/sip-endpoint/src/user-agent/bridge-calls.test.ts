import { createRequest, createResponse } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { bridge, type PlaceCall } from './bridge-calls.ts';
import type { Call } from './call.ts';
import type { SessionBody } from './session-body.ts';

const session = (version: number, direction = 'sendrecv'): SessionBody => ({
  contentType: 'application/sdp',
  body: `v=0\r\no=- 7 ${version} IN IP4 127.0.0.1\r\ns=-\r\na=${direction}\r\n`,
});

const request = createRequest({
  method: 'INVITE',
  uri: 'sip:desk@contoso.example',
  from: '<sip:alice@contoso.example>;tag=a',
  to: '<sip:desk@contoso.example>',
  callId: 'c',
  cseq: 1,
  ...session(1),
});
const answered = createResponse(request, 200, undefined, { toTag: 'b', ...session(1) });

/** What a bridge uses of a call. */
class FakeCall {
  readonly ended = new Promise<never>(() => {});
  localBody = session(1);
  onRequest: Call['onRequest'];
  hungUp = 0;
  readonly offers: string[] = [];
  /** Called while an offer is on its way. */
  onOffer = (): void => {};

  async hangUp() {
    this.hungUp++;
    return answered;
  }

  async reinvite(offer: SessionBody) {
    this.offers.push(offer.body);
    this.localBody = offer;
    this.onOffer();
    return answered;
  }
}

function ring(place: PlaceCall, accepted: FakeCall | undefined) {
  const rejected: number[] = [];
  const outcome = bridge(
    {
      request,
      signal: new AbortController().signal,
      progress() {},
      accept: () => accepted as unknown as Call | undefined,
      reject: (status) => void rejected.push(status),
    },
    'sip:bob@contoso.example',
    place,
  );
  return { outcome, rejected };
}

const placing =
  (call: FakeCall): PlaceCall =>
  async () => ({ ok: true, call: call as unknown as Call, response: answered });

describe('a bridge', () => {
  it('hangs up on a callee that answers when the caller has given up', async () => {
    const callee = new FakeCall();
    const { outcome } = ring(placing(callee), undefined);
    expect(await outcome).toEqual({ ok: false, status: 487 });
    expect(callee.hungUp).toBe(1);
  });

  it.each([
    ['ENTENTE_SIP_TIMEOUT', 408],
    ['ENTENTE_SIP_CONNECTION_LOST', 500],
    ['ENTENTE_APPLICATION_NO_FRONT_END', 500],
  ])('answers the caller where the callee cannot be called (%s): %i', async (code, status) => {
    const cause = Object.assign(new Error('not called'), { code });
    const { outcome, rejected } = ring(() => Promise.reject(cause), undefined);
    expect(await outcome).toEqual({ ok: false, status, cause });
    expect(rejected).toEqual([status]);
  });

  it('offers the session as it was again where a re-INVITE is taken back too late', async () => {
    const [caller, callee] = [new FakeCall(), new FakeCall()];
    await ring(placing(callee), caller).outcome;
    const givenUp = new AbortController();
    callee.onOffer = () => givenUp.abort();
    const offer = createRequest({
      method: 'INVITE',
      uri: 'sip:desk@contoso.example',
      from: '<sip:alice@contoso.example>;tag=a',
      to: '<sip:desk@contoso.example>;tag=d',
      callId: 'c',
      cseq: 2,
      ...session(2, 'inactive'),
    });
    await caller.onRequest?.(offer, givenUp.signal);
    expect(callee.offers).toEqual([session(2, 'inactive').body, session(3).body]);
  });
});
