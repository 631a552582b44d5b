import { describe, expect, it } from 'vitest';
import { clearTextRequest } from './capture.ts';
import { type ClearText, ClearTextSearch } from './clear-text.ts';
import { describeCaptured } from './describe-captured.ts';
import { readPacket } from './packet.ts';
import { datagram, ipv4Frame, ipv6Frame, segment, tlsRecord } from './testing/frames.ts';

const request = clearTextRequest('alice');

function search(frames: readonly Buffer[], controlPorts: readonly number[] = []): ClearTextSearch {
  const found = new ClearTextSearch(controlPorts);
  for (const frame of frames) found.take(readPacket(frame));
  return found;
}

function found(frames: readonly Buffer[], controlPorts?: readonly number[]): string[] {
  return search(frames, controlPorts).found.map(({ protocol, what }) => `${what} by ${protocol}`);
}

/** A connection on which these texts pass, one segment each. */
function connection(from: number, to: number, texts: readonly (string | Buffer)[]): Buffer[] {
  let sequence = 1_000;
  const frames = [ipv4Frame('tcp', segment(from, to, sequence++, '', true))];
  for (const text of texts) {
    frames.push(ipv4Frame('tcp', segment(from, to, sequence, text)));
    sequence += Buffer.from(text).length;
  }
  return frames;
}

describe('a search for SIP outside TLS', () => {
  it('finds a request or an answer by UDP, over IPv4 and IPv6, to whatever port', () => {
    expect(found([ipv4Frame('udp', datagram(40_000, 5_060, request))])).toEqual(['SIP by udp']);
    expect(found([ipv6Frame('udp', datagram(40_000, 53, request))])).toEqual(['SIP by udp']);
    expect(found([ipv4Frame('udp', datagram(5_060, 40_000, 'SIP/2.0 200 OK\r\n\r\n'))])).toEqual([
      'SIP by udp',
    ]);
  });

  it('finds SIP by TCP, where its mark lies across segments that arrive in another order, too', () => {
    expect(found(connection(40_000, 5_060, [request]))).toEqual(['SIP by tcp']);
    const [begin, first, second] = connection(40_000, 80, ['GET / SIP', '/2.0\r\n']) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    expect(found([begin, second, first])).toEqual(['SIP by tcp']);
  });

  it('finds SIP inside what looks like TLS, HTTP or a command, and where a kernel quotes it', () => {
    expect(found(connection(1, 443, [tlsRecord(22, 50), request]))).toEqual(['SIP by tcp']);
    expect(found(connection(1, 80, ['POST / HTTP/1.1\r\n\r\n', request]))).toEqual(['SIP by tcp']);
    expect(found(connection(1, 4_444, [request]), [4_444])).toEqual(['SIP by tcp']);
    expect(found([ipv4Frame('icmp', Buffer.from(`........${request}`))])).toEqual(['SIP by other']);
  });

  it('finds bytes that are nothing that may pass', () => {
    expect(found(connection(1, 5_061, ['\r\n\r\n']))).toEqual(['unknown by tcp']);
    expect(found([ipv4Frame('udp', datagram(1, 5_060, '\r\n\r\n'))])).toEqual(['unknown by udp']);
    expect(found(connection(1, 5_061, [tlsRecord(22, 50), 'v=0\r\n']))).toEqual(['unknown by tcp']);
  });

  it('lets TLS, HTTP, commands, DNS, media and STUN pass, and counts what is in TLS', () => {
    const record = tlsRecord(23, 300);
    const stun = Buffer.alloc(20);
    stun.writeUInt32BE(0x2112a442, 4);
    const result = search(
      [
        ...connection(40_000, 5_061, [tlsRecord(22, 200), record.subarray(0, 3), record.subarray(3)]),
        ...connection(5_061, 40_000, [Buffer.concat([tlsRecord(22, 90), tlsRecord(23, 2_000)])]),
        ...connection(40_001, 80, ['GET /crl/1.crl HTTP/1.1\r\n\r\n']),
        ...connection(80, 40_001, ['HTTP/1.1 200 OK\r\n\r\n', 'list']),
        ...connection(40_002, 4_444, ['12:{"command"},']),
        ipv4Frame('udp', datagram(40_000, 53, 'question')),
        ipv4Frame('udp', datagram(40_000, 40_002, Buffer.from([0x80, 0, 0, 1]))),
        ipv4Frame('udp', datagram(40_000, 40_002, stun)),
      ],
      [4_444],
    );
    expect(result.found).toEqual([]);
    expect(result.passed).toMatchObject({ tlsConnections: 1, tlsRecords: 4 });
  });

  it('counts a connection whose ports were used before', () => {
    const once = connection(40_000, 5_061, [tlsRecord(22, 10)]);
    expect(search([...once, ...once]).passed).toMatchObject({ tlsConnections: 1, tlsRecords: 2 });
  });

  it('keeps probes apart from what is found', () => {
    const result = new ClearTextSearch();
    result.expect('alice');
    expect(result.hasMet('alice')).toBe(false);
    result.take(readPacket(ipv4Frame('udp', datagram(40_000, 5_060, request))));
    expect(result.hasMet('alice')).toBe(true);
    result.take(readPacket(ipv4Frame('udp', datagram(40_000, 5_060, clearTextRequest('bob')))));
    expect(result.found.map(({ text }) => text.split(' ')[1])).toEqual(['sip:bob@contoso.example']);
  });
});

describe('what is said of a capture', () => {
  const passed = { packets: 10, bytes: 2_000, tlsConnections: 1, tlsRecords: 4 };
  const end = { address: '127.0.0.1', port: 5_060 };

  it('is a failure where something was found, or where nothing passed in TLS', () => {
    const clear: ClearText = { what: 'SIP', protocol: 'udp', from: end, to: end, text: 'BYE' };
    expect(() => describeCaptured({ ...passed, found: [clear] })).toThrow('SIP by udp from 127.0.0.1:5060');
    expect(() => describeCaptured({ ...passed, tlsRecords: 0, found: [] })).toThrow('nothing');
    expect(describeCaptured({ ...passed, found: [] })).toContain('4 TLS records');
  });
});
