import { createResponse } from '@entente/sip';
import { mediaRefusal } from '@entente/sip-proxy';
import { requestBetween } from '@entente/testkit/request';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const head = ['v=0', 'o=- 0 0 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0'];
const crypto = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(40)}`;
const fingerprint = 'a=fingerprint:sha-256 00:11';
const sdp = (...lines: string[]) => [...head, ...lines, ''].join('\r\n');
const inClear = sdp('m=audio 49170 RTP/AVP 0');
const encrypted = sdp('m=audio 49170 RTP/SAVP 0', crypto);

function refusalOf(body: string, contentType = 'application/sdp', headers = {}, method = 'INVITE') {
  const request = requestBetween('sip:a@contoso.example', 'sip:b@fabrikam.example', {
    method,
    // As a field of its own: that of a peer may be unreadable.
    headers: contentType === '' ? headers : { ...headers, 'Content-Type': contentType },
    body,
  });
  return mediaRefusal(request, 'federationSrtp', 'access.contoso.example');
}

describe('where SRTP is required, a session description passes with', () => {
  it.each([
    ['no stream', sdp()],
    ['SRTP with keys in it', encrypted],
    ['SRTP with feedback', sdp('m=video 49170 RTP/SAVPF 96', crypto)],
    [
      'SRTP with keys for the whole session (RFC 4567)',
      sdp('a=key-mgmt:mikey AQ', 'm=audio 5000 RTP/SAVP 0'),
    ],
    ['DTLS-SRTP', sdp('m=audio 9 UDP/TLS/RTP/SAVPF 111', fingerprint)],
    ['DTLS-SRTP without feedback', sdp('m=audio 9 UDP/TLS/RTP/SAVP 111', fingerprint)],
    ['DTLS-SRTP over TCP (RFC 7850)', sdp('m=audio 9 TCP/DTLS/RTP/SAVPF 111', fingerprint)],
    [
      'a fingerprint for the whole session',
      sdp(fingerprint, 'm=audio 9 UDP/TLS/RTP/SAVP 0', 'm=video 9 UDP/TLS/RTP/SAVP 96'),
    ],
    ['a stream in clear that is not in use', sdp('m=audio 49170 RTP/SAVP 0', crypto, 'm=video 0 RTP/AVP 96')],
    ['messages and files over TLS', sdp('m=message 7394 TCP/TLS/MSRP *')],
    ['a data channel over DTLS', sdp('m=application 9 UDP/DTLS/SCTP webrtc-datachannel', fingerprint)],
    ['lines that end with LF alone', encrypted.replaceAll('\r\n', '\n')],
  ])('%s', (_, body) => {
    expect(refusalOf(body)).toBeUndefined();
  });
});

describe('where SRTP is required, a session description is refused with', () => {
  it.each([
    ['RTP in clear', inClear, 'audio by RTP/AVP in clear'],
    ['RTP in clear with feedback', sdp('m=audio 1 RTP/AVPF 0'), 'RTP/AVPF in clear'],
    [
      'keys beside RTP in clear, which its receiver may ignore',
      sdp('m=audio 1 RTP/AVP 0', crypto),
      'RTP/AVP in clear',
    ],
    [
      'a first stream in clear',
      sdp('m=audio 1 RTP/AVP 0', 'm=video 2 RTP/SAVP 96', crypto),
      'audio by RTP/AVP',
    ],
    [
      'a second stream in clear',
      sdp('m=audio 1 RTP/SAVP 0', crypto, 'm=video 2 RTP/AVP 96'),
      'video by RTP/AVP',
    ],
    [
      'a stream in clear that shares the port of another one (RFC 8843 §6)',
      sdp('m=audio 0 RTP/AVP 0', 'a=bundle-only'),
      'RTP/AVP',
    ],
    ['a protocol in lower case', sdp('m=audio 1 rtp/avp 0'), 'RTP/AVP in clear'],
    ['SRTP without keys', sdp('m=audio 1 RTP/SAVP 0'), 'without keys'],
    ['DTLS-SRTP without a fingerprint', sdp('m=audio 1 UDP/TLS/RTP/SAVP 0', crypto), 'without keys'],
    [
      'keys of another stream only',
      sdp('m=audio 1 RTP/SAVP 0', crypto, 'm=video 2 RTP/SAVP 96'),
      'without keys',
    ],
    [
      'keys that encrypt nothing (RFC 4568 §6.3.2)',
      sdp('m=audio 1 RTP/SAVP 0', `${crypto} UNENCRYPTED_SRTP`),
      'in clear',
    ],
    [
      'keys of the whole session that encrypt nothing',
      sdp(`${crypto} UNENCRYPTED_SRTP`, 'm=audio 1 RTP/SAVP 0'),
      'in clear',
    ],
    ['RTP over TLS, which is no SRTP', sdp('m=audio 9 TCP/TLS/RTP/AVP 0', fingerprint), 'in clear'],
    ['messages in clear', sdp('m=message 7394 TCP/MSRP *'), 'TCP/MSRP in clear'],
    ['fax in clear', sdp('m=image 4000 udptl t38'), 'UDPTL in clear'],
    ['a protocol that nobody knows', sdp('m=audio 1 X/Y 0'), 'X/Y in clear'],
    ['a stream behind a single CR', sdp('i=x\rm=audio 1 RTP/AVP 0'), 'RTP/AVP in clear'],
    ['a stream behind white space', sdp(' m=audio 1 RTP/AVP 0'), 'cannot be read'],
    ['a stream of type M', sdp('M=audio 1 RTP/AVP 0'), 'cannot be read'],
    ['a stream without protocol', sdp('m=audio 1'), 'cannot be read'],
    ['a port that is no number', sdp('m=audio 0x0 RTP/AVP 0'), 'cannot be read'],
    ['something else than a description', 'hello', 'cannot be read'],
    ['more than 64 kB', sdp(...Array.from({ length: 3_000 }, () => `a=${'x'.repeat(30)}`)), 'cannot be read'],
  ])('%s', (_, body, found) => {
    const refused = refusalOf(body);
    expect(refused).toMatchObject({ status: 488, reason: 'media-not-encrypted' });
    expect(refused?.message).toContain(found);
    expect(refused?.message).toContain('federationSrtp');
  });

  it('the status 488, a Warning with a code of RFC 3261 §20.43, and no word of ours but the name it is given', () => {
    expect(refusalOf(inClear)?.headers).toEqual([
      ['Warning', '302 access.contoso.example "Incompatible transport protocol: SRTP is required"'],
    ]);
    expect(refusalOf(sdp('m=audio 1 RTP/SAVP 0'))?.headers).toEqual([
      ['Warning', '399 access.contoso.example "SRTP with keys is required"'],
    ]);
  });
});

const multipart = (...parts: readonly (readonly [headers: string, body: string])[]) =>
  `preamble\r\n${parts.map(([headers, body]) => `--b1\r\n${headers}\r\n\r\n${body}\r\n`).join('')}--b1--\r\n`;
const mixed = 'multipart/mixed;boundary=b1';

describe('a session description is found', () => {
  it.each([
    ['whatever the case of its type', inClear, 'Application/SDP'],
    ['with parameters', inClear, 'application/sdp;charset=utf-8'],
    ['without a type', inClear, ''],
    [
      'in a part',
      multipart(['Content-Type: text/plain', 'hello'], ['Content-Type: application/sdp', inClear]),
      mixed,
    ],
    [
      'in a part whose type is in capitals',
      multipart(['CONTENT-TYPE: APPLICATION/SDP', inClear]),
      'Multipart/Mixed; Boundary="b1"',
    ],
    ['in a part whose header is folded', multipart(['Content-Type:\r\n application/sdp', inClear]), mixed],
    ['in a part whose type stands in compact form', multipart(['c: application/sdp', inClear]), mixed],
    [
      'in one of two alternatives',
      multipart(['Content-Type: application/sdp', encrypted], ['Content-Type: application/sdp', inClear]),
      'multipart/alternative;boundary=b1',
    ],
    [
      'in a part of a part',
      multipart([
        'Content-Type: multipart/mixed;boundary=b12',
        `--b12\r\nContent-Type: application/sdp\r\n\r\n${inClear}\r\n--b12--`,
      ]),
      mixed,
    ],
    ['in a part that does not end', `--b1\r\nContent-Type: application/sdp\r\n\r\n${inClear}`, mixed],
  ])('%s', (_, body, type) => {
    expect(refusalOf(body, type)).toMatchObject({
      status: 488,
      message: expect.stringContaining('RTP/AVP in clear'),
    });
  });

  it.each([
    ['encoded', encrypted, 'application/sdp', { 'Content-Encoding': 'gzip' }],
    [
      'encoded in a part',
      multipart(['Content-Type: application/sdp\r\nContent-Transfer-Encoding: base64', 'dj0w']),
      mixed,
      {},
    ],
    ['encrypted for its receiver', 'x', 'application/pkcs7-mime;smime-type=enveloped-data', {}],
    ['somewhere else', 'x', 'message/external-body;access-type=URL;URL="http://x.example/sdp"', {}],
    [
      'behind more than 32 parts',
      multipart(...Array.from({ length: 33 }, () => ['Content-Type: text/plain', 'x'] as const)),
      mixed,
      {},
    ],
    [
      'behind parts of parts of parts',
      multipart([
        'Content-Type: multipart/mixed;boundary=b2',
        '--b2\r\nContent-Type: multipart/mixed;boundary=b3\r\n\r\n--b3\r\n\r\nx\r\n--b3--\r\n--b2--',
      ]),
      mixed,
      {},
    ],
    ['in a part encoded in compact form', multipart(['c: application/sdp\r\ne: gzip', 'dj0w']), mixed, {}],
    [
      'in parts whose lines end with a single CR',
      multipart(['X: y', 'x']).replaceAll('\r\n', '\r').slice(9),
      mixed,
      {},
    ],
    [
      'behind a last delimiter that is none for whole lines',
      `--b1\r\n\r\nx\r\n--b1--x\r\n--b1--\r\n`,
      mixed,
      {},
    ],
    ['without a boundary', 'x', 'multipart/mixed', {}],
    ['with a type that cannot be read', encrypted, 'application', {}],
  ])('to be unreadable, and refused, where it is %s', (_, body, type, headers) => {
    expect(refusalOf(body, type, headers)).toMatchObject({
      status: 488,
      reason: 'media-not-encrypted',
      message: expect.stringContaining('cannot be read'),
    });
  });

  it('nowhere else: other bodies pass, and so do parts that are encrypted media', () => {
    expect(refusalOf('m=audio 1 RTP/AVP 0', 'text/plain')).toBeUndefined();
    expect(refusalOf('')).toBeUndefined();
    expect(
      refusalOf(
        multipart(['Content-Type: application/sdp', encrypted], ['X: y', 'm=audio 1 RTP/AVP 0']),
        mixed,
      ),
    ).toBeUndefined();
  });
});

describe('a body of hostile bytes', () => {
  const word = fc.constantFrom(
    ...['m=', 'a=crypto:', '--b1', '\r\n', '\n', '\r', '\0', 'Content-Type: ', 'multipart/mixed;boundary=b1'],
    ...['application/sdp', 'RTP/AVP', ' 0', ' ', '--', 'é', ';'],
  );
  const body = fc.array(fc.oneof(word, fc.string()), { maxLength: 60 }).map((words) => words.join(''));
  const type = fc.constantFrom('application/sdp', mixed, 'multipart/alternative;boundary=b1', '');

  it('is refused or passes, and throws nothing', () => {
    fc.assert(
      fc.property(body, type, (text, contentType) => {
        const refused = refusalOf(text, contentType);
        expect([undefined, 488]).toContain(refused?.status);
      }),
    );
  });
});

describe('an offer or answer is looked for', () => {
  it.each(['INVITE', 'ACK', 'PRACK', 'UPDATE'])('in %s and in what answers it below 300', (method) => {
    expect(refusalOf(inClear, 'application/sdp', {}, method)).toMatchObject({ status: 488 });
    const request = requestBetween('sip:a@contoso.example', 'sip:b@fabrikam.example', { method });
    const judged = (status: number) =>
      mediaRefusal(
        createResponse(request, status, undefined, {
          toTag: 't',
          contentType: 'application/sdp',
          body: inClear,
        }),
        'internalSrtp',
        'fe1.contoso.example',
      );
    for (const status of [183, 200, 202]) expect(judged(status), `${status}`).toMatchObject({ status: 488 });
    // The body of a 488 says what would have been accepted; it offers nothing.
    for (const status of [100, 488]) expect(judged(status), `${status}`).toBeUndefined();
  });

  it.each(['MESSAGE', 'OPTIONS', 'INFO'])('not in %s', (method) => {
    expect(refusalOf(inClear, 'application/sdp', {}, method)).toBeUndefined();
  });
});
