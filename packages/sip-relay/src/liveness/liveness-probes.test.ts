import { createResponse } from '@entente/sip';
import type { NextHop, SipConnection, SipEndpoint } from '@entente/sip-endpoint';
import { requestBetween } from '@entente/testkit/request';
import { links } from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LivenessProbes } from './liveness-probes.ts';

const hop: NextHop = {
  name: 'fe2.contoso.example',
  address: '192.0.2.2',
  port: 5061,
  link: links.frontEndToFrontEnd,
};
const options = requestBetween('sip:fe1.contoso.example', 'sip:fe2.contoso.example', { method: 'OPTIONS' });

/** A server that answers where the test says so. */
function start() {
  const state = { isSilent: false, isClosed: false, pings: 0 };
  const connection = {
    ping() {
      state.pings++;
      if (!state.isSilent) own.onPong(this as unknown as SipConnection);
    },
    close() {
      state.isClosed = true;
      own.onClosed(this as unknown as SipConnection);
    },
  };
  const endpoint = {
    retry() {},
    reach: async () => connection,
    ask: () => (state.isSilent ? new Promise(() => {}) : Promise.resolve(createResponse(options, 200))),
  };
  const own = new LivenessProbes(endpoint as unknown as SipEndpoint);
  return { own, state };
}

describe('a server that is asked whether it is there', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is there where it answers a keep-alive (RFC 5626 §3.5.1), whatever it serves', async () => {
    const { own, state } = start();
    expect(await own.isThere(hop)).toBe(true);
    expect(state.pings).toBe(1);
  });

  it('is not there after a second without an answer, and its connection is closed after the third silence', async () => {
    const { own, state } = start();
    state.isSilent = true;
    for (const isClosed of [false, false, true]) {
      const answer = own.isThere(hop);
      await vi.advanceTimersByTimeAsync(949);
      expect(state.isClosed).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(await answer).toBe(false);
      expect(state.isClosed).toBe(isClosed);
    }
  });

  it('keeps its connection where it answers in between, a request or a keep-alive', async () => {
    const { own, state } = start();
    for (let count = 0; count < 4; count++) {
      state.isSilent = true;
      const answer = own.isThere(hop);
      await vi.advanceTimersByTimeAsync(950);
      expect(await answer).toBe(false);
      state.isSilent = false;
      if (count % 2 === 0) expect((await own.ask(options, hop)).status).toBe(200);
      else expect(await own.isThere(hop)).toBe(true);
    }
    expect(state.isClosed).toBe(false);
  });

  it('counts a request without an answer as a keep-alive without one', async () => {
    const { own, state } = start();
    state.isSilent = true;
    for (let count = 0; count < 2; count++) {
      const asked = expect(own.ask(options, hop)).rejects.toMatchObject({ code: 'ENTENTE_SIP_TIMEOUT' });
      await vi.advanceTimersByTimeAsync(2_000);
      await asked;
    }
    expect(state.isClosed).toBe(false);
    const answer = own.isThere(hop);
    await vi.advanceTimersByTimeAsync(950);
    expect(await answer).toBe(false);
    expect(state.isClosed).toBe(true);
  });
});
