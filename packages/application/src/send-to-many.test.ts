import { fanOut } from '@entente/application';
import { createRequest, createResponse, type SipResponse } from '@entente/sip';
import { describe, expect, it } from 'vitest';

const request = createRequest({
  method: 'MESSAGE',
  uri: 'sip:bob@contoso.example',
  from: '<sip:news@contoso.example>;tag=1',
  to: '<sip:bob@contoso.example>',
  callId: '1',
  cseq: 1,
  via: 'SIP/2.0/TLS news.contoso.example;branch=z9hG4bK1',
});
const ok = createResponse(request, 200, 'OK', { toTag: '2' });

/** Addresses as somebody reads them from a file, which has to be closed. */
function file() {
  const state = { read: 0, isClosed: false };
  async function* addresses() {
    try {
      for (; state.read < 100; ) yield `sip:user${++state.read}@contoso.example`;
    } finally {
      state.isClosed = true;
    }
  }
  return { state, addresses: addresses() };
}

describe('a fan-out that does not get to its end', () => {
  it('begins no more where onReceipt throws, and fails with that once what was begun is answered', async () => {
    const { addresses, state } = file();
    const sent: string[] = [];
    let answer: (response: SipResponse) => void = () => {};
    const send = (to: string) => {
      sent.push(to);
      return sent.length !== 2
        ? Promise.resolve(ok)
        : new Promise<SipResponse>((resolve) => {
            answer = resolve;
          });
    };
    let isOver = false;
    let failures = 0;
    const outcome = fanOut(addresses, send, {
      concurrency: 2,
      onReceipt() {
        if (failures++ === 0) throw new Error('the table is full');
      },
    }).catch((error: unknown) => {
      isOver = true;
      return error;
    });
    await expect.poll(() => sent).toHaveLength(2);
    expect(isOver).toBe(false);
    answer(ok);
    expect(await outcome).toMatchObject({ message: 'the table is full' });
    expect([sent.length, state.isClosed]).toEqual([2, true]);
  });

  it('closes what it reads addresses from where it is given up', async () => {
    const { addresses, state } = file();
    const stop = new AbortController();
    const receipts = await fanOut(
      addresses,
      async () => {
        stop.abort();
        return ok;
      },
      { concurrency: 1, signal: stop.signal },
    );
    expect([receipts.length, state.isClosed]).toEqual([1, true]);
  });
});
