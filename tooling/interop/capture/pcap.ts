const fileHeaderBytes = 24;
const packetHeaderBytes = 16;
/** Ethernet, as the loopback interface of Linux gives it. */
const linkTypeEthernet = 1;
const maxPacketBytes = 0x40000;

/**
 * Takes a capture in the format of libpcap apart while it is written.
 *
 * @returns takes the next bytes, and gives the packets (Ethernet frames) that they complete
 */
export function createPcapReader(): (chunk: Buffer) => Buffer[] {
  let held: Buffer = Buffer.alloc(0);
  let order: 'LE' | 'BE' | undefined;
  const number = (at: number): number => (order === 'BE' ? held.readUInt32BE(at) : held.readUInt32LE(at));

  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (order === undefined) {
      if (held.length < fileHeaderBytes) return [];
      order = orderOf(held);
      const linkType = number(20);
      if (linkType !== linkTypeEthernet)
        throw new Error(`a capture of Ethernet frames was expected, found link type ${linkType}`);
      held = held.subarray(fileHeaderBytes);
    }
    const packets: Buffer[] = [];
    while (held.length >= packetHeaderBytes) {
      const [captured, original] = [number(8), number(12)];
      if (captured > maxPacketBytes || captured < original)
        throw new Error(`whole packets were expected, found ${captured} of ${original} bytes`);
      const end = packetHeaderBytes + captured;
      if (held.length < end) break;
      packets.push(held.subarray(packetHeaderBytes, end));
      held = held.subarray(end);
    }
    return packets;
  };
}

/** The magic number is written in the byte order of the machine, with times in microseconds or nanoseconds. */
function orderOf(header: Buffer): 'LE' | 'BE' {
  const magic = [0xa1b2c3d4, 0xa1b23c4d];
  if (magic.includes(header.readUInt32LE(0))) return 'LE';
  if (magic.includes(header.readUInt32BE(0))) return 'BE';
  throw new Error('this is not a capture in the format of libpcap');
}
