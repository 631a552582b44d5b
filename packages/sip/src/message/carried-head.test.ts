import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Via } from '../headers/via.ts';
import { bytesFromWire } from '../syntax/text.ts';
import { messageOfOwn } from './assemble.ts';
import { edit, type MessageEditor } from './edit.ts';
import { indexHead } from './head-index.ts';
import { defaultLimits } from './limits.ts';
import type { SipMessage } from './sip-message.ts';

const startLine = fc.constantFrom(
  'MESSAGE sip:bob@contoso.example SIP/2.0',
  'INVITE sips:bob@contoso.example;transport=tls sip/2.0',
  'SIP/2.0 200 OK',
  'SIP/2.0 480 ',
);
const line = fc.constantFrom(
  'Via: SIP/2.0/TLS a.contoso.example;branch=z9hG4bKa',
  'v: SIP/2.0/TLS b.contoso.example;branch=z9hG4bKb , SIP/2.0/TLS c.contoso.example;branch=z9hG4bKc',
  'via:SIP/2.0/TLS\r\n d.contoso.example;branch=z9hG4bKd',
  'From: <sip:alice@contoso.example>;tag=a',
  'f  : <sip:alice@contoso.example>;tag=b',
  'To: <sip:bob@contoso.example>',
  'Call-ID: 1',
  'CSeq: 1 MESSAGE',
  'Max-Forwards: 70',
  'Route: <sip:one.contoso.example;lr>,\r\n <sip:two.contoso.example;lr>',
  'Route: <sip:three.contoso.example;lr>',
  'X-Odd  :\t odd , value ',
  'Subject:',
  'no field at all',
);
const contentLength = fc.constantFrom('Content-Length: 4', 'l:4', undefined);
const value = fc.constantFrom<string | number | Via>(
  '<sip:three.contoso.example;lr>',
  69,
  Via.from({ transport: 'TLS', host: 'proxy.contoso.example', branch: 'z9hG4bKp' }),
  'SIP/2.0/TLS one.contoso.example;branch=z9hG4bKx, SIP/2.0/TLS two.contoso.example;branch=z9hG4bKy',
  'grüße',
);
const name = fc.constantFrom(
  'Via',
  'v',
  'Route',
  'Max-Forwards',
  'X-Odd',
  'X-New',
  'Path',
  'Record-Route',
  'Subject',
  'Content-Length',
);
type Edit = (editor: MessageEditor) => void;
const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.constantFrom('set', 'prepend', 'append', 'replaceFirstValue'), name, value).map(
    ([how, of, to]) =>
      (editor: MessageEditor) =>
        void editor[how as 'set'](of, to),
  ),
  name.map((of) => (editor: MessageEditor) => void editor.remove(of)),
  name.map((of) => (editor: MessageEditor) => void editor.removeFirstValue(of)),
  fc
    .constantFrom('sip:carol@contoso.example', 'sip:a b', 'sip:ü@contoso.example', '')
    .map((uri) => (editor: MessageEditor) => void editor.setUri(uri)),
  fc
    .constantFrom('SIP/2.0 486 Busy Here', 'BYE sip:carol@contoso.example SIP/2.0', 'nothing')
    .map((text) => (editor: MessageEditor) => void editor.setStartLine(text)),
  fc.constantFrom('', 'another body').map((body) => (editor: MessageEditor) => void editor.setBody(body)),
);

/** What a message says of itself. */
function told(message: SipMessage) {
  const { headerWire, head, kind } = message;
  const vias = attempt(() => message.vias.map(String));
  const topVia = attempt(() => String(message.topVia));
  const line = kind === 'request' ? [message.method, message.uriText] : [message.status, message.reason];
  return { headerWire, head, kind, line, topVia, vias };
}

function attempt<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    return `${error}`;
  }
}

describe('an edited message', () => {
  it('is what reading its bytes gives, though they are not read', () => {
    fc.assert(
      fc.property(
        startLine,
        fc.array(line, { maxLength: 12 }),
        contentLength,
        fc.array(anyEdit, { maxLength: 6 }),
        fc.boolean(),
        (first, lines, length, edits, isRead) => {
          const wire = [first, ...lines, ...(length === undefined ? [] : [length]), '', 'body'].join('\r\n');
          const original = indexHead(bytesFromWire(wire), wire, 0, wire.length, defaultLimits);
          fc.pre(typeof original === 'object' && !('broken' in original));
          const message = messageOfOwn(wire);
          if (isRead) attempt(() => message.topVia);
          const editor = edit(message);
          for (const one of edits) attempt(() => one(editor));
          expect(attempt(() => told(editor.toMessage()))).toEqual(
            attempt(() => told(messageOfOwn(editor.toWire()))),
          );
          // A field of another name that is not there: from then on any change can be made.
          const listed = edit(message).remove('X-Absent');
          for (const one of edits) attempt(() => one(listed));
          expect(attempt(() => editor.toWire())).toBe(attempt(() => listed.toWire()));
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
