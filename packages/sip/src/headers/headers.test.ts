import { describe, expect, it } from 'vitest';
import { Parameters } from '../parameters/parameters.ts';
import { parseRetryAfter } from './comment.ts';
import { parseContentDisposition } from './content-disposition.ts';
import { CSeq, parseCSeq } from './cseq.ts';
import { formatSipDate, parseSipDate } from './date.ts';
import { parseEvent, parseSubscriptionState } from './event.ts';
import { parseIdentity } from './identity.ts';
import { parseMediaType } from './media-type.ts';
import { NameAddr, parseNameAddr } from './name-addr.ts';
import { outboundOf } from './outbound.ts';
import { parsePrivacy } from './privacy.ts';
import { qualityOf } from './quality.ts';
import { parseRAck, parseRSeq, RAck } from './rack.ts';
import { parseReason, Reason } from './reason.ts';
import { parseReplaces, Replaces } from './replaces.ts';
import { parseMinSE, parseSessionExpires, SessionExpires } from './session-expires.ts';
import { parseTargetDialog, TargetDialog } from './target-dialog.ts';
import { parseVia, Via } from './via.ts';
import { parseWarning, Warning } from './warning.ts';

function value<T>(parsed: { ok: true; value: T } | { ok: false; error: { message: string } }): T {
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

describe('NameAddr', () => {
  it('reads display names, with and without quotes and white space', () => {
    expect(value(parseNameAddr('caller<sip:a@b>')).displayName).toBe('caller');
    expect(value(parseNameAddr('"a \\"q\\" , ü" <sip:a@b>')).displayName).toBe('a "q" , ü');
    expect(value(parseNameAddr('two words <sip:a@b>;x')).displayName).toBe('two words');
  });

  it('gives parameters of a bare address to the header field', () => {
    const address = value(parseNameAddr('sip:a@b;tag=1;expires=30'));
    expect(address.tag).toBe('1');
    expect(address.uri.toString()).toBe('sip:a@b');
  });

  it.each([
    '',
    '<sip:a@b',
    'sip:a@b?x=y',
    '"x <sip:a@b>',
    'a,b <sip:a@b>',
    '<sip:a@b>;;',
    '<sip:a@b>x',
    '< sip:a@b>',
    '<>',
  ])('refuses %s', (text) => expect(parseNameAddr(text).ok).toBe(false));

  it('quotes on writing what is no token', () => {
    const address = NameAddr.from({
      uri: 'sip:a@b',
      displayName: 'Ünal "x"',
      parameters: { tag: '1', note: 'a b' },
    });
    expect(address.toString()).toBe('"Ünal \\"x\\"" <sip:a@b>;tag=1;note="a b"');
    expect(value(parseNameAddr(address.toString())).displayName).toBe('Ünal "x"');
    expect(() => NameAddr.from({ uri: 'not a uri' })).toThrow(
      expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT', remedy: 'pass a valid URI' }),
    );
  });
});

describe('Via', () => {
  it('reads every spelling of white space, and IPv6', () => {
    const via = value(
      parseVia('SIP / 2.0 / tls [2001:db8::1] : 5061 ; branch = z9hG4bK1;received=2001:db8::9;rport'),
    );
    expect(via).toMatchObject({
      transport: 'TLS',
      host: '[2001:db8::1]',
      port: 5061,
      received: '2001:db8::9',
      rport: 0,
    });
    expect(via.hasUniqueBranch).toBe(true);
  });

  it('knows a bare magic cookie is no unique branch', () => {
    expect(value(parseVia('SIP/2.0/TLS a;branch=z9hG4bK')).hasUniqueBranch).toBe(false);
  });

  it('writes what it reads', () => {
    const via = Via.from({ transport: 'tls', host: '2001:db8::1', port: 5061, branch: 'z9hG4bK1' });
    expect(via.withParameter('received', '192.0.2.1').toString()).toBe(
      'SIP/2.0/TLS [2001:db8::1]:5061;branch=z9hG4bK1;received=192.0.2.1',
    );
  });

  it.each([
    'SIP/2.0 a',
    'SIP/2.0/TLSa',
    'SIP/2.0/TLS ',
    'SIP/2.0/TLS a:',
    'SIP/2.0/TLS a:99999',
    'SIP/2.0/TLS a;;',
    'SIP/2.0/TLS a b',
    'SIP/2.0/TLS a..b',
    'SIP/2.0/TLS .a',
    'SIP/2.0/TLS -a',
    'SIP/2.0/TLS a-;branch=z9hG4bK1',
    'SIP/2.0/TLS 1.2.3',
    'SIP/2.0/TLS a@b',
  ])('refuses %s', (text) => expect(parseVia(text).ok).toBe(false));
});

describe('Via.from', () => {
  it.each([
    { transport: 'T LS', host: 'a' },
    { transport: '', host: 'a' },
    { transport: 'TLS', host: 'a b' },
    { transport: 'TLS', host: '' },
    { transport: 'TLS', host: 'a;branch=z9hG4bKx' },
    { transport: 'TLS', host: '[::1' },
    { transport: 'TLS', host: 'a', port: 0 },
    { transport: 'TLS', host: 'a', port: 65_536 },
  ])('refuses what cannot stand in a Via: %o', (parts) => {
    expect(() => Via.from(parts)).toThrow(expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' }));
  });

  it('gives an rport that is a port, or 0', () => {
    expect(value(parseVia('SIP/2.0/TLS a;rport=5060')).rport).toBe(5060);
    for (const rport of ['rport', 'rport=x', 'rport=65536', 'rport=0'])
      expect(value(parseVia(`SIP/2.0/TLS a;${rport}`)).rport).toBe(0);
    expect(value(parseVia('SIP/2.0/TLS a')).rport).toBeUndefined();
  });
});

describe('CSeq', () => {
  it('takes 32 bits and no more', () => {
    expect(value(parseCSeq('0009  INVITE'))).toEqual(new CSeq(9, 'INVITE'));
    expect(parseCSeq('4294967295 A').ok).toBe(true);
    for (const text of ['4294967296 A', '1', '1 ', 'A 1', '1A', '-1 A', '1 A B'])
      expect(parseCSeq(text).ok).toBe(false);
  });
});

describe('Parameters', () => {
  it('compares names without case, keeps order, and changes by copy', () => {
    const parameters = Parameters.from({ Tag: 'a', flag: true, text: 'x y' });
    expect(parameters.toString()).toBe(';tag=a;flag;text="x y"');
    expect(parameters.with('FLAG', 1).without('tag').toString()).toBe(';flag=1;text="x y"');
    expect([...parameters.entries()]).toEqual([
      ['tag', 'a'],
      ['flag', ''],
      ['text', 'x y'],
    ]);
    expect(parameters.size).toBe(3);
  });
});

describe('dates', () => {
  it('reads and writes RFC 1123 dates in GMT', () => {
    expect(value(parseSipDate('Sat, 13 Nov 2010 23:29:00 GMT'))).toBe(Date.UTC(2010, 10, 13, 23, 29));
    expect(formatSipDate(Date.UTC(2010, 10, 13, 23, 29))).toBe('Sat, 13 Nov 2010 23:29:00 GMT');
    expect(() => formatSipDate(Number.NaN)).toThrow(/years/);
  });

  it.each([
    'Fri, 01 Jan 2010 16:00:00 EST',
    'Sun, 13 Nov 2010 23:29:00 GMT',
    'Sat, 31 Feb 2010 23:29:00 GMT',
    'Sat, 13 Nov 2010 24:00:00 GMT',
    'x',
  ])('refuses %s', (text) => expect(parseSipDate(text).ok).toBe(false));
});

describe('header types of the extensions', () => {
  it('reads and writes Reason', () => {
    const reason = value(parseReason('SIP ;cause=580 ;text="Pre; condition"'));
    expect(reason).toEqual(new Reason('SIP', 580, 'Pre; condition'));
    expect(value(parseReason(reason.toString()))).toEqual(reason);
    expect(parseReason('SIP;cause=x').ok).toBe(false);
  });

  it('reads Privacy, where none stands alone', () => {
    expect(value(parsePrivacy('ID; user'))).toEqual(['id', 'user']);
    expect(parsePrivacy('none;id').ok).toBe(false);
    expect(parsePrivacy('id;;user').ok).toBe(false);
  });

  it('reads and writes Replaces', () => {
    const replaces = value(parseReplaces('98732@a.example;from-tag=r33th4x0r;to-tag=ff87ff;early-only'));
    expect(replaces).toEqual(new Replaces('98732@a.example', 'ff87ff', 'r33th4x0r', true));
    expect(value(parseReplaces(replaces.toString()))).toEqual(replaces);
    for (const text of ['1;to-tag=a', ';to-tag=a;from-tag=b', '1', '1;to-tag=a;from-tag="b"']) {
      expect(parseReplaces(text).ok).toBe(false);
    }
    expect(() => new Replaces('1', 'a b', 'c')).toThrow(/tags/);
  });

  it('reads and writes Session-Expires and Min-SE', () => {
    expect(value(parseSessionExpires('1800;Refresher=UAC'))).toEqual(new SessionExpires(1800, 'uac'));
    expect(new SessionExpires(90, 'uas').toString()).toBe('90;refresher=uas');
    expect(value(parseMinSE('90;x'))).toBe(90);
    expect(parseSessionExpires('1800;refresher=me').ok).toBe(false);
    expect(parseMinSE('soon').ok).toBe(false);
  });

  it('reads and writes RAck and RSeq', () => {
    expect(value(parseRAck('776656 1 INVITE'))).toEqual(new RAck(776656, 1, 'INVITE'));
    expect(new RAck(1, 2, 'INVITE').toString()).toBe('1 2 INVITE');
    expect(value(parseRSeq('988789'))).toBe(988789);
    for (const text of ['0 1 INVITE', '1 1', '1 1 INVITE x', '1 1 IN(VITE'])
      expect(parseRAck(text).ok).toBe(false);
    for (const text of ['0', '4294967296', '']) expect(parseRSeq(text).ok).toBe(false);
  });

  it('reads Event and Subscription-State', () => {
    expect(value(parseEvent('presence;id=5'))).toMatchObject({ type: 'presence', id: '5' });
    expect(value(parseSubscriptionState('Terminated;reason=Timeout;retry-after=30'))).toMatchObject({
      state: 'terminated',
      reason: 'timeout',
      retryAfter: 30,
      expires: undefined,
    });
    expect(parseEvent('').ok).toBe(false);
    expect(parseSubscriptionState('active;expires=x').ok).toBe(false);
  });

  it('reads media types and ranges', () => {
    const type = value(parseMediaType('Multipart/Mixed; boundary="a;b"'));
    expect(type).toMatchObject({ type: 'multipart', subtype: 'mixed' });
    expect(type.parameters.get('boundary')).toBe('a;b');
    expect(parseMediaType('*/*').ok).toBe(true);
    for (const text of ['text', 'text/', '/x', 'a/b;']) expect(parseMediaType(text).ok).toBe(false);
  });

  it('reads and writes Warning', () => {
    const warning = value(parseWarning('399 sip.contoso.example "not \\"yours\\""'));
    expect(warning).toEqual(new Warning(399, 'sip.contoso.example', 'not "yours"'));
    expect(value(parseWarning(warning.toString()))).toEqual(warning);
    for (const text of ['99 a "x"', '399 a x', '399 "x"', '399 a "x'])
      expect(parseWarning(text).ok).toBe(false);
  });

  it('reads Retry-After with nested comments', () => {
    expect(value(parseRetryAfter('18000 (back \\) (soon)) ;duration=3600'))).toEqual({
      seconds: 18000,
      comment: 'back \\) (soon)',
      duration: 3600,
    });
    expect(value(parseRetryAfter('5 (später)')).comment).toBe('später');
    expect(parseRetryAfter('5 (open').ok).toBe(false);
    expect(parseRetryAfter(`5 ${'('.repeat(9)}${')'.repeat(9)}`).ok).toBe(false);
  });

  it('reads Content-Disposition, required unless it says optional', () => {
    expect(value(parseContentDisposition('Session;handling=OPTIONAL'))).toMatchObject({
      type: 'session',
      isOptional: true,
    });
    expect(value(parseContentDisposition('icon')).isOptional).toBe(false);
  });

  it('reads and writes Target-Dialog', () => {
    const target = value(parseTargetDialog('1@a;remote-tag=2;local-tag=3'));
    expect(target).toEqual(new TargetDialog('1@a', '3', '2'));
    expect(value(parseTargetDialog(target.toString()))).toEqual(target);
    expect(() => new TargetDialog('1', 'a b', 'c')).toThrow(/tags/);
  });

  it('reads Identity', () => {
    expect(value(parseIdentity('a.b.c;info=<https://a.example/c.pem>;alg=ES256;ppt=shaken'))).toMatchObject({
      passport: 'a.b.c',
      info: 'https://a.example/c.pem',
      algorithm: 'ES256',
      extension: 'shaken',
    });
    expect(value(parseIdentity('a-b_c/d+e ; info = <https://a.example/c.pem>')).algorithm).toBeUndefined();
    for (const text of [
      'abc',
      'abc;alg=ES256',
      'abc;info=https://a/',
      'abc;info=<no uri>',
      'abc;info=<https://a/>alg=ES256',
      'abc;info=<https://a/>;info=<https://b/>',
      'abc;info=<https://a/>, abc;info=<https://a/>',
      'a(c;info=<https://a/>',
    ])
      expect(parseIdentity(text).ok).toBe(false);
  });

  it('reads q with up to three decimals, 1 where there is none', () => {
    const q = (text: string) => qualityOf(value(parseMediaType(`a/b${text}`)).parameters);
    expect([q(''), q(';q=0.25'), q(';q=0'), q(';q=1.0'), q(';q=1.1'), q(';q=0.1234')]).toEqual([
      1,
      0.25,
      0,
      1,
      undefined,
      undefined,
    ]);
  });

  it('is never built with what cannot stand in a field', () => {
    const fault = expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' });
    expect(() => new RAck(0, 1, 'INVITE')).toThrow(fault);
    expect(() => new RAck(1, 2 ** 32, 'INVITE')).toThrow(fault);
    expect(() => new RAck(1, 1, 'IN VITE')).toThrow(fault);
    expect(() => new Reason('SIP ', 200)).toThrow(fault);
    expect(() => new Reason('SIP', 1.5)).toThrow(fault);
    expect(() => new SessionExpires(Number.NaN)).toThrow(fault);
    expect(() => new SessionExpires(-1)).toThrow(fault);
    expect(() => new Warning(399, 'a b', 'x')).toThrow(fault);
  });

  it('reads outbound and GRUU parameters of a contact', () => {
    const contact = value(
      parseNameAddr(
        '<sip:alice@192.0.2.1;ob>;+sip.instance="<urn:uuid:0c67>";reg-id=1;pub-gruu="sip:alice@contoso.example;gr=x"',
      ),
    );
    expect(outboundOf(contact)).toEqual({
      instance: 'urn:uuid:0c67',
      regId: 1,
      ob: true,
      publicGruu: 'sip:alice@contoso.example;gr=x',
      temporaryGruu: undefined,
    });
  });
});
