/** Frames as a capture of the loopback interface has them, for tests. */

const protocols = { icmp: 1, tcp: 6, udp: 17 } as const;

/** An Ethernet frame with an IPv4 packet from 127.0.0.1 to 127.0.0.1. */
export function ipv4Frame(protocol: keyof typeof protocols, body: Buffer): Buffer {
  const ethernet = Buffer.alloc(14);
  ethernet.writeUInt16BE(0x0800, 12);
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(20 + body.length, 2);
  ip[9] = protocols[protocol];
  ip.set([127, 0, 0, 1], 12);
  ip.set([127, 0, 0, 1], 16);
  return Buffer.concat([ethernet, ip, body]);
}

/** An Ethernet frame with an IPv6 packet from ::1 to ::1. */
export function ipv6Frame(protocol: keyof typeof protocols, body: Buffer): Buffer {
  const ethernet = Buffer.alloc(14);
  ethernet.writeUInt16BE(0x86dd, 12);
  const ip = Buffer.alloc(40);
  ip[0] = 0x60;
  ip.writeUInt16BE(body.length, 4);
  ip[6] = protocols[protocol];
  ip[23] = 1;
  ip[39] = 1;
  return Buffer.concat([ethernet, ip, body]);
}

/** A UDP datagram. */
export function datagram(from: number, to: number, payload: string | Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(from, 0);
  header.writeUInt16BE(to, 2);
  return Buffer.concat([header, Buffer.from(payload)]);
}

/** A TCP segment; `begins` sets SYN. */
export function segment(
  from: number,
  to: number,
  sequence: number,
  payload: string | Buffer,
  begins = false,
): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(from, 0);
  header.writeUInt16BE(to, 2);
  header.writeUInt32BE(sequence, 4);
  header[12] = 5 << 4;
  header[13] = begins ? 0x02 : 0x10;
  return Buffer.concat([header, Buffer.from(payload)]);
}

/** A TLS record. */
export function tlsRecord(type: number, bytes: number): Buffer {
  const record = Buffer.alloc(5 + bytes, 0xa5);
  record[0] = type;
  record.writeUInt16BE(0x0303, 1);
  record.writeUInt16BE(bytes, 3);
  return record;
}

/** A capture in the format of libpcap. */
export function captureFile(frames: readonly Buffer[], linkType = 1): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt32LE(linkType, 20);
  const packets = frames.map((frame) => {
    const packet = Buffer.alloc(16);
    packet.writeUInt32LE(frame.length, 8);
    packet.writeUInt32LE(frame.length, 12);
    return Buffer.concat([packet, frame]);
  });
  return Buffer.concat([header, ...packets]);
}
