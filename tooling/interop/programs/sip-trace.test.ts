import { describe, expect, it } from 'vitest';
import { answerTo, request } from './sip-trace.ts';

const log = [
  'a program says something',
  'SIP/2.0 180 Ringing',
  'Via: SIP/2.0/TLS 127.0.0.1',
  'CSeq: 20 INVITE',
  '',
  'SIP/2.0 200 OK',
  'Via: SIP/2.0/TLS 127.0.0.1',
  'CSeq: 21 BYE',
  '',
  'ACK sip:bob@contoso.example;transport=tls SIP/2.0',
  'CSeq: 22 ACK',
  '',
].join('\r\n');

describe('what is looked for in the log of a telephone', () => {
  it('is an answer to a request of one method, with one kind of status', () => {
    expect(answerTo('BYE').test(log)).toBe(true);
    expect(answerTo('INVITE', '180').test(log)).toBe(true);
    for (const pattern of [answerTo('INVITE'), answerTo('ACK'), answerTo('BYE', '180')])
      expect(pattern.test(log)).toBe(false);
  });

  it('is a request of one method', () => {
    expect(request('ACK').test(log)).toBe(true);
    expect(request('BYE').test(log)).toBe(false);
  });
});
