import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import type { MessageFault } from '../message/parse-message.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { StreamFramer } from './stream-framer.ts';
import { parseWebSocketMessage } from './websocket.ts';

class Collected {
  readonly events: string[] = [];
  readonly messages: SipMessage[] = [];
  readonly faults: MessageFault[] = [];
  message(message: SipMessage): void {
    this.messages.push(message);
    this.events.push(`message ${message.callId}`);
  }
  error(fault: MessageFault): void {
    this.faults.push(fault);
    this.events.push(`${fault.fatal ? 'fatal' : 'error'} ${fault.code}`);
  }
  keepAlive(kind: 'ping' | 'pong', times: number): void {
    this.events.push(times === 1 ? kind : `${kind} ${times}`);
  }
}

function text(callId: string, body = '', extra = ''): string {
  return (
    'MESSAGE sip:bob@fabrikam.example SIP/2.0\r\nVia: SIP/2.0/TLS a.contoso.example;branch=z9hG4bK1\r\n' +
    `From: <sip:alice@contoso.example>;tag=1\r\nTo: <sip:bob@fabrikam.example>\r\nCall-ID: ${callId}\r\n` +
    `CSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\n${extra}Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

function push(chunks: readonly string[], framer = new StreamFramer()): Collected {
  const sink = new Collected();
  for (const chunk of chunks) framer.push(Buffer.from(chunk, 'latin1'), sink);
  return sink;
}

function cut(stream: string, size: number): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < stream.length; at += size) chunks.push(stream.slice(at, at + size));
  return chunks;
}

describe('StreamFramer', () => {
  const stream = `${text('1', 'one')}\r\n\r\n${text('2')}\r\n${text('3', 'a\r\n\r\nb\0')}`;

  it('gives the same messages however the stream is split in two', () => {
    const whole = push([stream]);
    expect(whole.events).toEqual(['message 1', 'ping', 'message 2', 'pong 0', 'message 3']);
    const wires = whole.messages.map((message) => message.wire);
    for (let at = 1; at < stream.length; at++) {
      const split = push([stream.slice(0, at), stream.slice(at)]);
      expect(split.messages.map((message) => message.wire)).toEqual(wires);
      expect(split.faults).toEqual([]);
    }
  });

  it('gives the same messages byte by byte', () => {
    const split = push([...stream]);
    expect(split.messages.map((message) => message.callId)).toEqual(['1', '2', '3']);
    expect(split.messages[2]?.bodyText).toBe('a\r\n\r\nb\0');
  });

  it('tells a ping from a pong', () => {
    expect(push(['\r\n\r\n']).events).toEqual(['ping']);
    expect(push(['\r\n']).events).toEqual(['pong']);
    expect(push(['\r\n\r\n\r\n']).events).toEqual(['ping', 'pong']);
    // A ping that arrives in two parts looks like a pong first; a pong nobody waits for does no harm.
    expect(push(['\r\n', '\r\n']).events).toEqual(['pong', 'ping']);
    expect(push(['\r', '\n\r', '\n']).events).toEqual(['ping']);
  });

  it('tells pings that follow each other once, with how many they are', () => {
    expect(push(['\r\n'.repeat(65_536)]).events).toEqual(['ping 32768']);
    expect(push(['\r\n'.repeat(9)]).events).toEqual(['ping 4', 'pong']);
    expect(push([`\r\n${text('1')}${'\r\n'.repeat(5)}`, `\r\n\r\n${text('2')}`]).events).toEqual([
      'pong 0',
      'message 1',
      'ping 2',
      'pong 0',
      'ping',
      'pong 0',
      'message 2',
    ]);
    expect(push([`${'\r\n'.repeat(4)}\r`, '\n\r\n']).events).toEqual(['ping 2', 'ping']);
  });

  it('tells a line break that comes with a message from a pong that comes alone (RFC 3261 §7.5)', () => {
    expect(push([`\r\n${text('1')}`]).events).toEqual(['pong 0', 'message 1']);
    expect(push(['\r', `\n${text('1')}`]).events).toEqual(['pong 0', 'message 1']);
    expect(push([`${text('1')}\r\n`]).events).toEqual(['message 1', 'pong 0']);
    expect(push([text('1'), '\r\n', text('2')]).events).toEqual(['message 1', 'pong', 'message 2']);
  });

  it('goes on behind a message that is refused but whole', () => {
    const bad = text('1').replace('CSeq: 1 MESSAGE', 'CSeq: x MESSAGE');
    const { events, faults } = push([bad + text('2')]);
    expect(events).toEqual(['error malformed-header', 'message 2']);
    expect(faults[0]?.response?.status).toBe(400);
  });

  it('reads nothing more once its sink has thrown, because no message is known to begin there', () => {
    const framer = new StreamFramer();
    const sink = new Collected();
    const full = new Error('the queue is full');
    sink.message = () => {
      throw full;
    };
    const [body, inside] = ['a body whose text is a message:\r\n', text('inside')];
    const stream = text('one') + text('two', body + inside);
    const end = stream.length - inside.length;
    expect(() => framer.push(Buffer.from(stream.slice(0, end)), sink)).toThrow(full);
    expect([framer.failed, framer.pendingBytes]).toEqual([true, 0]);
    framer.push(Buffer.from(stream.slice(end)), sink);
    expect(sink.events).toEqual([]);
  });

  it.each([undefined, null, 5, 'bytes', {}])('is a fault of the caller where it is given %o', (given) => {
    const framer = new StreamFramer();
    const fault = expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' });
    expect(() => framer.push(given as unknown as Uint8Array, new Collected())).toThrow(fault);
    expect(framer.failed).toBe(false);
  });

  it('answers a NUL in a field, and goes on behind it', () => {
    const { events, faults } = push([text('1', '', 'X: \0\r\n') + text('2')]);
    expect(events).toEqual(['error malformed-header', 'message 2']);
    expect(faults[0]?.response?.status).toBe(400);
  });

  it.each([
    ['no Content-Length', text('1').replace(/Content-Length: 0\r\n/, ''), 'content-length-missing', 400],
    ['two Content-Lengths', text('1', '', 'l: 0\r\n'), 'content-length-invalid', 400],
    ['a bare LF in the header', text('1', '', 'X: a\nY: b\r\n'), 'bare-line-break', 400],
  ])('ends with %s, answers, and takes nothing more', (_, bytes, code, status) => {
    const framer = new StreamFramer();
    const { events, faults } = push([bytes, text('2')], framer);
    expect(events).toEqual([`fatal ${code}`]);
    expect(faults[0]?.response?.status).toBe(status);
    expect(framer.failed).toBe(true);
  });

  describe('limits', () => {
    const limits = { maxStartLineBytes: 100, maxHeaderBytes: 400, maxBodyBytes: 50, maxHeaders: 20 };

    it('refuses an announced body before a byte of it arrives', () => {
      const head = text('1').replace('Content-Length: 0', 'Content-Length: 51');
      const framer = new StreamFramer({ limits });
      const { events, faults } = push([head], framer);
      expect(events).toEqual(['error body-too-long']);
      expect(faults[0]?.response?.status).toBe(513);
      expect(framer.pendingBytes).toBe(0);
    });

    const filled = (bytes: number) => `X: ${'a'.repeat(bytes - 5)}\r\n`;
    it.each([
      ['a body that is too long', text('1', 'b'.repeat(51)), 'body-too-long', 513],
      ['too many fields', text('1', 'body', 'X:\r\n'.repeat(14)), 'too-many-headers', 513],
      ['a header that is too long', text('1', 'body', filled(180)), 'headers-too-long', 513],
      [
        'a start line that is too long',
        text('1', 'body').replace('bob@', `${'b'.repeat(70)}@`),
        'start-line-too-long',
        414,
      ],
    ])('refuses %s by its header, passes over it and goes on behind it', (_, refused, code, status) => {
      const stream = `${text('0')}${refused}${text('2')}`;
      const expected = ['message 0', `error ${code}`, 'message 2'];
      const whole = push([stream], new StreamFramer({ limits }));
      expect(whole.events).toEqual(expected);
      expect(whole.faults[0]?.response?.status).toBe(status);
      expect(push([...stream], new StreamFramer({ limits })).events).toEqual(expected);
      for (let at = 1; at < stream.length; at++) {
        const framer = new StreamFramer({ limits });
        expect(push([stream.slice(0, at), stream.slice(at)], framer).events).toEqual(expected);
        expect(framer.unfinished).toBe(0);
      }
    });

    it('never holds more of a header than twice its limit, and ends there', () => {
      const framer = new StreamFramer({ limits });
      const sink = new Collected();
      const filler = Buffer.from(`X-Filler: ${'a'.repeat(50)}\r\n`);
      framer.push(Buffer.from(text('1').split('Content-Length')[0]!), sink);
      for (let i = 0; i < 100 && !framer.failed; i++) {
        framer.push(filler, sink);
        expect(framer.pendingBytes).toBeLessThanOrEqual(804);
      }
      expect(sink.events).toEqual(['fatal headers-too-long']);
      expect(sink.faults[0]?.response?.status).toBe(513);
    });

    it('ends with a start line of more than twice its limit, in one push or many', () => {
      expect(push(['a'.repeat(250)], new StreamFramer({ limits })).events).toEqual([
        'fatal start-line-too-long',
      ]);
      expect(push([...'a'.repeat(250)], new StreamFramer({ limits })).events).toEqual([
        'fatal start-line-too-long',
      ]);
    });
  });

  describe('a body of more than 4 KiB', () => {
    const body = 'b'.repeat(4_097);

    it('is asked for before any of it is stored, and passed over where it is not wanted', () => {
      const stream = `${text('1', body)}${text('2', body.slice(1))}${text('3')}`;
      for (const chunks of [[stream], [...stream], cut(stream, 1_000)]) {
        const asked: number[][] = [];
        const sink = Object.assign(new Collected(), {
          largeBody(bodyBytes: number, messageBytes: number) {
            asked.push([bodyBytes, messageBytes]);
            return { code: 'body-too-long', status: 413, message: 'too long' } as const;
          },
        });
        const framer = new StreamFramer();
        let most = 0;
        for (const chunk of chunks) {
          framer.push(Buffer.from(chunk, 'latin1'), sink);
          most = Math.max(most, framer.pendingBytes);
        }
        expect(asked).toEqual([[4_097, text('1', body).length]]);
        expect(sink.events).toEqual(['error body-too-long', 'message 2', 'message 3']);
        expect(sink.faults[0]?.response?.status).toBe(413);
        expect(most).toBeLessThan(text('2', body.slice(1)).length);
      }
    });

    it('arrives whole where it is wanted, however the stream is split', () => {
      const stream = `${text('1', body)}${text('2', body)}`;
      for (const size of [1, 7, 300, 4_200, 4_500, 10_000]) {
        const split = push(cut(stream, size));
        expect(split.messages.map((message) => message.wire).join('')).toBe(stream);
        expect(split.messages.map((message) => message.bodyText)).toEqual([body, body]);
      }
    });

    it('counts as memory as soon as it is announced', () => {
      const framer = new StreamFramer();
      const whole = text('1', body);
      framer.push(Buffer.from(whole.slice(0, -body.length)), new Collected());
      expect(framer.reservedBytes).toBe(whole.length);
      framer.push(Buffer.from(body), new Collected());
      expect(framer.reservedBytes).toBe(0);
    });
  });

  it('numbers the message that has begun and not ended', () => {
    const framer = new StreamFramer();
    const sink = new Collected();
    const seen: number[] = [];
    const next = (bytes: string) => {
      framer.push(Buffer.from(bytes), sink);
      seen.push(framer.unfinished);
    };
    next('\r');
    next('\n');
    next(text('1', 'one').slice(0, -3));
    next('on');
    next(`e${text('2').slice(0, 20)}`);
    next(text('2').slice(20));
    expect(new Set([seen[2], seen[4]]).size).toBe(2);
    expect(seen).toEqual([0, 0, seen[2], seen[2], seen[4], 0]);
    expect(sink.messages).toHaveLength(2);
  });

  it('does not tie a message to the chunk it came in', () => {
    const chunk = Buffer.from(text('1') + text('2'));
    const sink = new Collected();
    new StreamFramer().push(chunk, sink);
    chunk.fill(0x20);
    expect(sink.messages.map((message) => message.wire)).toEqual([text('1'), text('2')]);
  });
});

describe('parseWebSocketMessage', () => {
  it('takes a message without Content-Length', () => {
    const bare = text('1').replace(/Content-Length: 0\r\n/, '');
    expect(parseWebSocketMessage(`${bare}body`)).toMatchObject({ ok: true });
    expect(parseWebSocketMessage(Buffer.from(text('1', 'body')))).toMatchObject({ ok: true });
  });

  it('refuses a Content-Length that does not agree with the payload', () => {
    expect(parseWebSocketMessage(`${text('1')}x`)).toMatchObject({
      ok: false,
      error: { code: 'trailing-bytes' },
    });
    expect(parseWebSocketMessage(text('1', 'body').slice(0, -1))).toMatchObject({
      ok: false,
      error: { code: 'body-incomplete', fatal: false },
    });
  });
});
