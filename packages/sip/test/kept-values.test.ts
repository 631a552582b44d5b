import { detached, parseAuthorization, parseMessage, ReplayWindow, type SipRequest } from '@entente/sip';
import { heapGrowth } from '@entente/testkit/heap';
import { describe, expect, it } from 'vitest';

/** What a peer may send in the header of each request, and how often. */
const headerBytes = 1_000_000;
const messages = 24;

function request(nonce: string): SipRequest {
  const head = [
    'REGISTER sip:contoso.example SIP/2.0',
    'Via: SIP/2.0/TLS client.contoso.example;branch=z9hG4bK1',
    'From: <sip:alice@contoso.example>;tag=1',
    'To: <sip:alice@contoso.example>',
    'Call-ID: 1',
    'CSeq: 1 REGISTER',
    'Max-Forwards: 70',
    `Authorization: Digest username="alice", realm="contoso.example", nonce="${nonce}", uri="sip:contoso.example", response="${'0'.repeat(64)}"`,
    `X-Filler: ${'a'.repeat(headerBytes)}`,
    'Content-Length: 0',
  ].join('\r\n');
  const parsed = parseMessage(Buffer.from(`${head}\r\n\r\n`), {
    limits: { maxHeaderBytes: 2 * headerBytes },
  });
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('the test wrote no request');
  return parsed.message;
}

/** Bytes of heap that stay when one value of each message is kept. */
function keptBytes(keep: (request: SipRequest, index: number) => void): number {
  return heapGrowth(() => {
    for (let index = 0; index < messages; index++)
      keep(request(`nonce-of-the-server-number-${index}`), index);
  });
}

describe('a value that is kept longer than its message', () => {
  const all = messages * headerBytes;

  it('keeps the whole header alive while it is a slice of it', () => {
    const values: string[] = [];
    expect(keptBytes((message) => values.push(message.get('Authorization') as string))).toBeGreaterThan(
      all / 2,
    );
    expect(values).toHaveLength(messages);
  });

  it('keeps no large body alive', () => {
    const values: string[] = [];
    const body = Buffer.alloc(headerBytes, 0x61);
    const bytes = heapGrowth(() => {
      for (let index = 0; index < messages; index++) {
        const head = request('n').headerWire.replace(
          /X-Filler: a*\r\nContent-Length: 0/,
          `Content-Length: ${body.length}`,
        );
        const parsed = parseMessage(Buffer.concat([Buffer.from(head), body]));
        if (!parsed.ok) throw new Error('the test wrote no request');
        expect(parsed.message.bodyLength).toBe(body.length);
        values.push(parsed.message.get('Authorization') as string);
      }
    });
    expect(values).toHaveLength(messages);
    expect(bytes).toBeLessThan(all / 8);
  });

  it('keeps nothing but itself once it is detached', () => {
    const values: string[] = [];
    const bytes = keptBytes((message) => values.push(detached(message.get('Authorization') as string)));
    expect(bytes).toBeLessThan(all / 8);
    expect(values[1]).toContain('nonce="nonce-of-the-server-number-1"');
  });

  it('is detached by the window of nonces', () => {
    const window = new ReplayWindow({ lifetimeMs: 60_000 });
    const bytes = keptBytes((message) => {
      const credentials = parseAuthorization(message.get('Authorization') as string);
      if (typeof credentials !== 'object') throw new Error('the test wrote no credentials');
      expect(window.accept(credentials.nonce, 0, 1, 0)).toBe('accepted');
    });
    expect(window.size).toBe(messages);
    expect(bytes).toBeLessThan(all / 8);
  });

  it('is the same text, whatever its characters', () => {
    for (const text of ['', 'alice', 'Zoë', '中文', '😀', '\ud800', 'é']) expect(detached(text)).toBe(text);
  });
});
