/** One end of what was sent. */
export interface End {
  readonly address: string;
  /** 0 where the protocol has no ports. */
  readonly port: number;
}

/** What one packet carries. */
export interface Packet {
  /** `other` is all else: ICMP, fragments, protocols that nobody here should speak. */
  readonly protocol: 'tcp' | 'udp' | 'other';
  readonly from: End;
  readonly to: End;
  readonly payload: Buffer;
  /** Only TCP: number of the first byte, and whether the connection begins here. */
  readonly tcp?: { readonly sequence: number; readonly begins: boolean };
}

const ethernetHeaderBytes = 14;
const etherTypes = { ipv4: 0x0800, ipv6: 0x86dd } as const;
const protocols = { tcp: 6, udp: 17 } as const;
const unknownEnd: End = { address: 'unknown', port: 0 };

/**
 * Reads an Ethernet frame. What it does not understand becomes `other` with all its bytes, so that nothing escapes a search.
 *
 * @param frame - as captured
 * @returns the packet in it
 */
export function readPacket(frame: Buffer): Packet {
  const rest = frame.subarray(ethernetHeaderBytes);
  const etherType = frame.length < ethernetHeaderBytes ? 0 : frame.readUInt16BE(12);
  if (etherType === etherTypes.ipv4 && rest.length >= 20) return readIpv4(rest);
  if (etherType === etherTypes.ipv6 && rest.length >= 40) return readIpv6(rest);
  return { protocol: 'other', from: unknownEnd, to: unknownEnd, payload: frame };
}

function readIpv4(packet: Buffer): Packet {
  const headerBytes = ((packet[0] as number) & 0x0f) * 4;
  const total = packet.readUInt16BE(2);
  const fragment = packet.readUInt16BE(6) & 0x3fff;
  const address = (at: number): string => [...packet.subarray(at, at + 4)].join('.');
  // The length is 0 where the kernel hands segments over that are to be cut later.
  const body = packet.subarray(headerBytes, total === 0 ? undefined : total);
  return readTransport(fragment === 0 ? (packet[9] as number) : -1, address(12), address(16), body);
}

function readIpv6(packet: Buffer): Packet {
  const address = (at: number): string => packet.toString('hex', at, at + 16).replace(/(.{4})(?!$)/g, '$1:');
  return readTransport(packet[6] as number, address(8), address(24), packet.subarray(40));
}

function readTransport(protocol: number, source: string, target: string, body: Buffer): Packet {
  const at = (port: number, address: string): End => ({ address, port });
  if (protocol === protocols.tcp && body.length >= 20) {
    const flags = body[13] as number;
    return {
      protocol: 'tcp',
      from: at(body.readUInt16BE(0), source),
      to: at(body.readUInt16BE(2), target),
      payload: body.subarray(((body[12] as number) >> 4) * 4),
      tcp: { sequence: body.readUInt32BE(4), begins: (flags & 0x02) !== 0 },
    };
  }
  if (protocol === protocols.udp && body.length >= 8) {
    return {
      protocol: 'udp',
      from: at(body.readUInt16BE(0), source),
      to: at(body.readUInt16BE(2), target),
      payload: body.subarray(8),
    };
  }
  return { protocol: 'other', from: at(0, source), to: at(0, target), payload: body };
}
