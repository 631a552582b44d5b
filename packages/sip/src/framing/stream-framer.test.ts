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
  keepAlive(kind: 'ping' | 'pong'): void {
    this.events.push(kind);
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

describe('StreamFramer', () => {
  const stream = `${text('1', 'one')}\r\n\r\n${text('2')}\r\n${text('3', 'a\r\n\r\nb\0')}`;

  it('gives the same messages however the stream is split in two', () => {
    const whole = push([stream]);
    expect(whole.events).toEqual(['message 1', 'ping', 'message 2', 'pong', 'message 3']);
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
    expect(push(['\r\n\r\n\r\n\r\n']).events).toEqual(['ping', 'ping']);
    // A ping that arrives in two parts looks like a pong first; a pong nobody waits for does no harm.
    expect(push(['\r\n', '\r\n']).events).toEqual(['pong', 'ping']);
    expect(push(['\r', '\n\r', '\n']).events).toEqual(['ping']);
  });

  it('goes on behind a message that is refused but whole', () => {
    const bad = text('1').replace('CSeq: 1 MESSAGE', 'CSeq: x MESSAGE');
    const { events, faults } = push([bad + text('2')]);
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
      expect(events).toEqual(['fatal body-too-long']);
      expect(faults[0]?.response?.status).toBe(513);
    });

    it('never holds more of a header than its limit', () => {
      const framer = new StreamFramer({ limits });
      const sink = new Collected();
      const filler = Buffer.from(`X-Filler: ${'a'.repeat(50)}\r\n`);
      framer.push(Buffer.from(text('1').split('Content-Length')[0]!), sink);
      for (let i = 0; i < 100 && !framer.failed; i++) {
        framer.push(filler, sink);
        expect(framer.pendingBytes).toBeLessThanOrEqual(404);
      }
      expect(sink.events).toEqual(['fatal headers-too-long']);
      expect(sink.faults[0]?.response?.status).toBe(513);
    });

    it('refuses a start line without end, in one push or many', () => {
      expect(push(['a'.repeat(150)], new StreamFramer({ limits })).events).toEqual([
        'fatal start-line-too-long',
      ]);
      expect(push([...'a'.repeat(150)], new StreamFramer({ limits })).events).toEqual([
        'fatal start-line-too-long',
      ]);
    });
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
