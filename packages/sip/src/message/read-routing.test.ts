import { describe, expect, it } from 'vitest';
import { parseMessage } from './parse-message.ts';
import type { SipRequest } from './request.ts';

const parse = (lines: readonly string[], check: 'routing' | 'addresses' = 'routing') =>
  parseMessage(
    Buffer.from(
      [
        'OPTIONS sip:b@fabrikam.example SIP/2.0',
        'Via: SIP/2.0/TLS a.contoso.example;branch=z9hG4bK1',
        'From: "A \\"x\\" \u00e4" <sip:a@contoso.example>;tag=1',
        'To:  B  <sip:b@fabrikam.example>',
        'Call-ID: 1@a',
        'CSeq: 1 OPTIONS',
        ...lines,
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
      'utf8',
    ),
    { check },
  );

const request = (lines: readonly string[]): SipRequest => {
  const result = parse(lines);
  if (!result.ok) throw new Error(result.error.message);
  return result.message as SipRequest;
};

describe('routing depth', () => {
  it('reads one Route with one value, and several fields and values in their order', () => {
    expect(request([]).routes).toEqual([]);
    expect(request(['Route: <sip:r1;lr>']).routes.map((route) => route.uriText)).toEqual(['sip:r1;lr']);
    for (const lines of [
      ['Route: <sip:r1;lr>, <sip:r2;lr>'],
      ['Route: <sip:r1;lr>', 'Route: <sip:r2;lr>'],
      ['Route:\r\n <sip:r1;lr>', 'Route: <sip:r2;lr>'],
      ['Route: <sip:r1;lr>', 'Route: <sip:r2;lr>\r\n '],
    ]) {
      expect(request(lines).routes.map((route) => route.uriText)).toEqual(['sip:r1;lr', 'sip:r2;lr']);
    }
  });

  it('leaves a malformed Route to its getter', () => {
    for (const line of ['Route: <sip:r1', 'Route: <sip:r1> x', 'Route: ', 'Route: <sip:r1>,']) {
      expect(() => request([line]).routes).toThrow(/Route/);
    }
  });

  it('takes the topmost Via even where it is folded', () => {
    const result = parseMessage(
      Buffer.from(
        'OPTIONS sip:b@b SIP/2.0\r\nVia: SIP/2.0/TLS\r\n first;branch=z9hG4bK1\r\nVia: SIP/2.0/TLS second;branch=z9hG4bK2\r\n' +
          'f: <sip:a@a>;tag=1\r\nT: <sip:b@b>\r\ncall-id: 1\r\nCSEQ : 7\r\n OPTIONS\r\nl: 0\r\n\r\n',
      ),
    );
    if (!result.ok) throw new Error(result.error.message);
    expect(result.message.topVia.host).toBe('first');
    expect(result.message.vias.map((via) => via.host)).toEqual(['first', 'second']);
    expect(result.message.cseq.toString()).toBe('7 OPTIONS');
  });

  it('gives display names unescaped and decoded', () => {
    expect(request([]).from.displayName).toBe('A "x" \u00e4');
    expect(request([]).to.displayName).toBe('B');
    expect(request([]).from.withParameter('x', '1').displayName).toBe('A "x" \u00e4');
  });

  it('refuses Max-Forwards beyond 255 and a method that is not the one of the request line', () => {
    expect(parse(['Max-Forwards: 255']).ok).toBe(true);
    expect(parse(['Max-Forwards: 256'])).toMatchObject({ ok: false, error: { code: 'malformed-header' } });
    const mismatch = parseMessage(
      Buffer.from(
        'OPTIONS sip:b@b SIP/2.0\r\nVia: SIP/2.0/TLS a\r\nFrom: <sip:a@a>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONX\r\n\r\n',
      ),
    );
    expect(mismatch).toMatchObject({ ok: false, error: { code: 'method-mismatch' } });
  });
});

describe('parameters', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `;p${i}=v`).join('');

  it('are at most 1,024 in one value and in one URI, and none stands twice', () => {
    const contact = (text: string) => {
      const [value] = request([`Contact: ${text}`]).contacts;
      return value;
    };
    expect(contact(`<sip:c@c>${many(1_024)}`)?.parameters.size).toBe(1_024);
    expect(() => contact(`<sip:c@c>${many(1_025)}`)).toThrow(/Contact/);
    expect(() => contact(`<sip:c@c>${many(100)};P7`)).toThrow(/Contact/);
    expect(contact(`<sip:c@c${many(1_024)}>`)?.hasValidUri).toBe(true);
    expect(contact(`<sip:c@c${many(1_025)}>`)?.hasValidUri).toBe(false);
    expect(contact(`<sip:c@c${many(100)};P7>`)?.hasValidUri).toBe(false);
  });
});

describe('header names', () => {
  it('are known in every case, in compact form and before white space, and nowhere by likeness', () => {
    for (const line of ['Max-Forwards: 9', 'MAX-FORWARDS: 9', 'max-forwards:9', 'Max-Forwards \t: 9']) {
      expect(request([line]).maxForwards).toBe(9);
    }
    for (const line of [
      'Max-Forwardx: 9',
      'Max-Forward: 9',
      'Max-Forwards9: 9',
      'Max_Forwards: 9',
      'Max: 9',
    ]) {
      expect(request([line]).maxForwards).toBeUndefined();
    }
    expect(request(['m: <sip:c@c>']).contacts).toHaveLength(1);
    expect(request(['M: <sip:c@c>']).contacts).toHaveLength(1);
  });

  it('are followed by a colon; a line without one, and a bare line break in any value, is refused', () => {
    for (const line of [
      'Max-Forwards',
      ': x',
      '\u00e9: x',
      'Max-For wards: 9',
      'X: a\rb',
      'X: a\nb',
      'Subject: a\r',
    ]) {
      expect(parse([line]).ok).toBe(false);
    }
  });
});
