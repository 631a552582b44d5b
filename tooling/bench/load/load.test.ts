import { createTestAuthority } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import { startBareRelay } from './bare-relay.ts';
import { runLoad } from './clients.ts';
import { DigestAnswerer, readChallenge } from './digest.ts';
import { MessageCutter } from './message-cutter.ts';
import type { OpenOrder, Work } from './order.ts';

describe('the message cutter', () => {
  it('cuts whole messages wherever the chunks end, and keeps every byte', () => {
    const body = String.fromCharCode(0, 128, 255, 13, 10, 13, 10);
    const one = `SIP/2.0 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const stream = Buffer.from(one + one + one, 'latin1');
    for (let size = 1; size <= stream.length; size += 1) {
      const found: string[] = [];
      const cutter = new MessageCutter((message) => found.push(message));
      for (let at = 0; at < stream.length; at += size) cutter.push(stream.subarray(at, at + size));
      expect(found).toEqual([one, one, one]);
    }
  });

  it('passes over keep-alives wherever the chunks end, and tells of those that want an answer', () => {
    const one = 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n';
    const [ping, pong] = ['\r\n\r\n', '\r\n'];
    const stream = Buffer.from(`${pong}${one}${ping}${one}${ping}${ping}${pong}${one}`, 'latin1');
    for (let size = 1; size <= stream.length; size += 1) {
      const found: string[] = [];
      let pings = 0;
      const cutter = new MessageCutter(
        (message) => found.push(message),
        () => {
          pings += 1;
        },
      );
      for (let at = 0; at < stream.length; at += size) cutter.push(stream.subarray(at, at + size));
      expect(found).toEqual([one, one, one]);
      expect(pings).toBe(3);
    }
  });

  it('refuses a message without a length', () => {
    const cutter = new MessageCutter(() => undefined);
    expect(() => cutter.push(Buffer.from('SIP/2.0 200 OK\r\n\r\n'))).toThrow('without Content-Length');
  });
});

describe('the digest answerer', () => {
  it('answers as RFC 7616 does and counts its requests', () => {
    const response =
      'SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="a", nonce="old", algorithm=MD5\r\n' +
      'WWW-Authenticate: Digest realm="contoso.example", nonce="n1", algorithm=SHA-256, qop="auth"\r\n\r\n';
    const challenge = readChallenge(response);
    expect(challenge).toMatchObject({ realm: 'contoso.example', nonce: 'n1', header: 'Authorization' });
    if (challenge === undefined) return;
    const answerer = new DigestAnswerer(challenge, { username: 'alice', password: 'secret' });
    expect(answerer.answer('REGISTER', 'sip:contoso.example')).toContain('nc=00000001');
    expect(answerer.answer('REGISTER', 'sip:contoso.example')).toContain('nc=00000002');
  });

  it('finds no challenge where only MD5 is offered', () => {
    const response = 'SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="a", nonce="b"\r\n\r\n';
    expect(readChallenge(response)).toBeUndefined();
  });
});

describe('the bare relay under load', () => {
  it('hands every MESSAGE and its 200 over, and whole calls, at a fixed rate and in a closed loop', async () => {
    await using relay = await startBareRelay(await createTestAuthority('bench'));
    const pairs = [1, 2, 3].map((i) => ({
      from: `sip:a${i}@contoso.example`,
      to: `sip:b${i}@contoso.example`,
    }));
    const load = (work: Partial<Work>, what: OpenOrder['what'] = 'message') =>
      runLoad(
        { what: 'relay', pid: relay.pid, sides: { ...relay.sides(pairs), what } },
        { inFlight: 2, warmUpMs: 50, measureMs: 300, ...work },
      );
    const closed = await load({});
    expect(closed).toMatchObject({ lost: 0, refused: {}, latencyMs: null });
    expect(closed.completed).toBeGreaterThan(0);
    const calls = await load({}, 'call');
    expect(calls).toMatchObject({ lost: 0, refused: {} });
    expect(calls.completed).toBeGreaterThan(0);
    const paced = await load({ ratePerSecond: 200 });
    expect(paced).toMatchObject({ lost: 0, refused: {} });
    expect(paced.latencyMs?.p99).toBeGreaterThan(0);
    expect(paced.leftOut).toBe(0);
    const full = await load({ ratePerSecond: 200, mostOpen: 0 });
    expect(full).toMatchObject({ begun: 0, completed: 0 });
    expect(full.leftOut).toBeGreaterThan(0);
  });
});
