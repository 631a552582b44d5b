import { heapGrowth } from '@entente/testkit/heap';
import { describe, expect, it } from 'vitest';
import { createRequest } from './create-request.ts';
import { createResponse } from './create-response.ts';
import { edit } from './edit.ts';
import { parseMessage } from './parse-message.ts';
import type { SipRequest } from './request.ts';

function request(body: string): SipRequest {
  return createRequest({
    method: 'MESSAGE',
    uri: 'sip:bob@fabrikam.example',
    via: 'SIP/2.0/TLS a.contoso.example;branch=z9hG4bK1',
    from: '<sip:alice@contoso.example>;tag=1',
    to: '<sip:bob@fabrikam.example>',
    callId: 'c',
    cseq: 1,
    contentType: 'text/plain',
    body,
  });
}

function received(body: string): SipRequest {
  const parsed = parseMessage(request(body).toBytes());
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('the test wrote no request');
  return parsed.message;
}

describe('a body', () => {
  it.each([0, 1, 4_095, 4_096, 4_097, 100_000])(
    'of %d bytes is the same in all that is made of it',
    (size) => {
      const body = 'b'.repeat(size);
      const written = request(body);
      const read = received(body);
      const edited = edit(read).set('Max-Forwards', 69).toMessage();
      const other = edit(read).setBody(`${body}!`, 'text/plain').toMessage();
      for (const message of [written, read, edited]) {
        expect(message.bodyText).toBe(body);
        expect(message.bodyLength).toBe(size);
        expect(message.body).toHaveLength(size);
        expect(message.wire.endsWith(`Content-Length: ${size}\r\n\r\n${body}`)).toBe(true);
      }
      expect(read.wire).toBe(written.wire);
      expect(edit(read).toWire()).toBe(read.wire);
      expect(other.bodyText).toBe(`${body}!`);
      expect(parseMessage(other.toBytes())).toMatchObject({ ok: true });
    },
  );
});

describe('a body that is dropped', () => {
  it('gives its bytes back once; a small one stays', () => {
    expect(received('b'.repeat(4_096)).dropBody()).toBe(0);
    const message = received('b'.repeat(4_097));
    expect(message.droppableBytes).toBe(4_097);
    expect([message.dropBody(), message.dropBody(), message.droppableBytes]).toEqual([4_097, 0, 0]);
  });

  it('leaves the header as it was', () => {
    const message = received('b'.repeat(5_000));
    message.dropBody();
    expect(message.contentLength).toBe(5_000);
    expect(message.bodyLength).toBe(5_000);
    expect(message.from.tag).toBe('1');
    expect(message.get('Content-Type')).toBe('text/plain');
    expect(createResponse(message, 200).status).toBe(200);
  });

  it('is never read or sent as if the message had none', () => {
    const message = received('b'.repeat(5_000));
    message.dropBody();
    const uses = [
      () => message.wire,
      () => message.bodyText,
      () => message.body,
      () => message.toBytes(),
      () => edit(message).toWire(),
      () => edit(message).toMessage(),
    ];
    for (const use of uses)
      expect(use).toThrow(
        expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT', place: 'body of a message' }),
      );
    expect(edit(message).setBody('new', 'text/plain').toMessage().bodyText).toBe('new');
  });

  it('is not kept alive by the header, by values read of it, or by a copy with another Via that dropped it too', () => {
    const bodyBytes = 1_000_000;
    const messages = 24;
    const kept: unknown[] = [];
    const bytes = heapGrowth(() => {
      for (let index = 0; index < messages; index++) {
        const message = received('b'.repeat(bodyBytes));
        const copy = edit(message)
          .prepend('Via', 'SIP/2.0/TLS b.contoso.example;branch=z9hG4bK2')
          .toMessage();
        kept.push(message, copy, message.get('From'), message.uri);
        expect(copy.bodyLength).toBe(bodyBytes);
        message.dropBody();
        copy.dropBody();
      }
    });
    expect(kept).toHaveLength(4 * messages);
    expect(bytes).toBeLessThan((messages * bodyBytes) / 8);
  });
});
