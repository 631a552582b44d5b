import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFrontEnd } from './wire-network.ts';

const sdp = (...lines: string[]) =>
  ['v=0', 'o=- 0 0 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...lines, ''].join('\r\n');
const inClear = sdp('m=audio 49170 RTP/AVP 0');
const encrypted = sdp(
  'm=audio 49170 RTP/SAVP 0',
  `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(40)}`,
);
const bobs = 'sip:bob@contoso.example';

describe('a front end of a network with internalSrtp: required', () => {
  let network: Awaited<ReturnType<typeof startFrontEnd>>;
  let alice: Awaited<ReturnType<typeof network.user>>;
  let bob: Awaited<ReturnType<typeof network.user>>;
  beforeAll(async () => {
    network = await startFrontEnd({ settings: { media: { internalSrtp: 'required' } } });
    alice = await network.user('alice');
    bob = await network.user('bob');
  });
  afterAll(() => network[Symbol.asyncDispose]());
  const call = (offer?: string) =>
    alice.ask('INVITE', bobs, {
      as: 'alice',
      contact: '<sip:alice@client.invalid>',
      ...(offer === undefined ? {} : { offer }),
    });

  it('refuses an offer in clear with 488 and a Warning, logs why, and rings nobody', async () => {
    const answer = await call(inClear);
    expect(answer.status).toBe(488);
    expect(answer.get('Warning')).toMatch(/^302 fe1\.contoso\.example /);
    expect(bob.received.map(({ method }) => method)).not.toContain('INVITE');
    expect(network.lines).toContainEqual(
      expect.objectContaining({ event: 'refused', reason: 'media-not-encrypted', method: 'INVITE' }),
    );
  });

  it('passes SRTP unchanged, and messages too', async () => {
    bob.answer = encrypted;
    const answer = await call(encrypted);
    expect([answer.status, answer.bodyText]).toEqual([200, encrypted]);
    expect((await alice.ask('MESSAGE', bobs, { as: 'alice' })).status).toBe(200);
  });

  it('carries no ACK whose answer is in clear, and logs why, because an ACK has no response', async () => {
    bob.answer = encrypted;
    const answer = await call();
    bob.answer = undefined;
    expect(answer.status).toBe(200);
    await alice.acknowledge(answer, inClear);
    await alice.acknowledge(answer, encrypted);
    await expect.poll(() => bob.acknowledged.map(({ bodyText }) => bodyText)).toEqual([encrypted]);
    expect(network.lines).toContainEqual(
      expect.objectContaining({ event: 'refused', reason: 'media-not-encrypted', method: 'ACK' }),
    );
  });

  it.each([
    ['an answer in clear to an offer of SRTP', encrypted],
    ['an offer in clear in the answer to an INVITE without one', undefined],
  ])('ends the call on both sides for %s', async (_, offer) => {
    const ended = bob.received.filter(({ method }) => method === 'BYE').length;
    const acknowledged = bob.acknowledged.length;
    bob.answer = inClear;
    expect((await call(offer)).status).toBe(488);
    bob.answer = undefined;
    await expect.poll(() => bob.received.filter(({ method }) => method === 'BYE').length).toBe(ended + 1);
    expect(bob.acknowledged.length).toBe(acknowledged + 1);
    const [bye, ack] = [bob.received.at(-1), bob.acknowledged.at(-1)];
    for (const message of [bye, ack]) expect(message?.to.tag).toBe('answered');
    expect(bye?.callId).toBe(ack?.callId);
  });
});

describe('a front end without the setting', () => {
  it('passes media in clear: internalSrtp is optional by default', async () => {
    await using network = await startFrontEnd();
    const [alice, bob] = [await network.user('alice'), await network.user('bob')];
    bob.answer = inClear;
    const answer = await alice.ask('INVITE', bobs, { as: 'alice', offer: inClear });
    expect([answer.status, answer.bodyText]).toEqual([200, inClear]);
  });
});
