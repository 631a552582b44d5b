import { describe, expect, it } from 'vitest';
import { edit } from '../message/edit.ts';
import { parseWire } from '../message/parse-message.ts';
import { parseVia, Via } from './via.ts';

const branch = 'z9hG4bKnext.1';

function via(text: string): Via {
  const parsed = parseVia(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

describe('a Via with another branch', () => {
  it.each([
    'SIP/2.0/TLS fe1.contoso.example:5061;alias',
    'SIP/2.0/TLS fe1.contoso.example:5061;branch=z9hG4bKfirst;alias',
    'SIP/2.0/TLS [2001:db8::1];alias;BRANCH=z9hG4bKfirst;x="a;b=c"',
    'SIP/2.0/TLS fe1.contoso.example;x="\u00fc";branch=z9hG4bKfirst',
    'SIP/2.0/TLS fe1.contoso.example;x="\\\0";branch=z9hG4bKfirst',
  ])('is written as if all of it were put together again, each time: %j', (text) => {
    const first = via(text);
    const before = `${first}`;
    for (const next of [branch, 'z9hG4bKother']) {
      const { host, parameters, port, protocol, transport } = first;
      const rebuilt = new Via(protocol, transport, host, port, parameters.withRaw('branch', next));
      const other = first.withBranch(next);
      expect(`${other}`).toBe(`${rebuilt}`);
      expect(other.branch).toBe(next);
      expect(`${other.withParameter('received', '192.0.2.1')}`).toBe(
        `${rebuilt.withParameter('received', '192.0.2.1')}`,
      );
      expect(written(other)).toBe(written(rebuilt));
    }
    expect(`${first}`).toBe(before);
  });
});

function written(value: Via): string {
  const request = parseWire(
    'OPTIONS sip:b@contoso.example SIP/2.0\r\nVia: SIP/2.0/TLS a.contoso.example;branch=z9hG4bK1\r\nFrom: <sip:a@contoso.example>;tag=1\r\nTo: <sip:b@contoso.example>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n',
  );
  if (!request.ok) throw new Error(request.error.message);
  return edit(request.message).prepend('Via', value).toWire();
}
