import { ByteStream } from './byte-stream.ts';
import type { End, Packet } from './packet.ts';
import { looksLikeTls, TlsRecords } from './tls-records.ts';

/** Bytes that should not have passed outside TLS. */
export interface ClearText {
  /** What is wrong: SIP in clear text, or bytes that are nothing that may pass. */
  readonly what: 'SIP' | 'unknown';
  readonly protocol: Packet['protocol'];
  readonly from: End;
  readonly to: End;
  /** How it begins, up to 200 bytes. */
  readonly text: string;
}

/** What passed, in numbers. */
export interface Passed {
  readonly packets: number;
  readonly bytes: number;
  /** Connections on which nothing but TLS records passed. */
  readonly tlsConnections: number;
  readonly tlsRecords: number;
}

/** In the first line of each message, and in each Via (RFC 3261 §7.1, §7.2, §20.42). */
const marker = Buffer.from('SIP/2.0', 'latin1');
const maxTextBytes = 200;
/** One entry a packet would bury the first one, which says it all. */
const maxFound = 100;

type Kind = 'tls' | 'http' | 'control' | 'unknown';

interface Direction {
  readonly stream: ByteStream;
  readonly records: TlsRecords;
  kind: Kind | undefined;
  /** The end of what has passed: a marker may lie across segments. */
  tail: Buffer;
}

/**
 * Searches a capture for SIP outside TLS. Two rules, each of which is enough to be found: the mark of SIP appears anywhere, in whatever
 * protocol; or bytes pass that are none of what may pass here, which is TLS records, HTTP/1.1 (revocation lists), DNS, and media.
 */
export class ClearTextSearch {
  readonly #directions = new Map<string, Direction>();
  readonly #controlPorts: ReadonlySet<number>;
  readonly #found: ClearText[] = [];
  readonly #probes = new Map<string, boolean>();
  #packets = 0;
  #bytes = 0;

  /** @param controlPorts - TCP ports on which a foreign program takes its commands */
  constructor(controlPorts: readonly number[] = []) {
    this.#controlPorts = new Set(controlPorts);
  }

  get found(): readonly ClearText[] {
    return this.#found;
  }

  get passed(): Passed {
    const all = [...this.#directions.values()].filter(({ kind }) => kind === 'tls');
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      tlsConnections: all.length / 2,
      tlsRecords: all.reduce((sum, { records }) => sum + records.count, 0),
    };
  }

  /** @param probe - a text that will be sent in clear text on purpose; it is not among what is found */
  expect(probe: string): void {
    this.#probes.set(probe, false);
  }

  /** @returns whether the search has come upon a probe */
  hasMet(probe: string): boolean {
    return this.#probes.get(probe) === true;
  }

  take(packet: Packet): void {
    this.#packets++;
    this.#bytes += packet.payload.length;
    if (packet.protocol === 'tcp') this.#takeSegment(packet);
    else if (packet.payload.includes(marker)) this.#add('SIP', packet, packet.payload);
    else if (packet.protocol === 'udp' && !mayPassByUdp(packet)) this.#add('unknown', packet, packet.payload);
  }

  #takeSegment(packet: Packet): void {
    const { from, payload, tcp = { sequence: 0, begins: false }, to } = packet;
    const key = `${from.address}:${from.port} ${to.address}:${to.port}`;
    let direction = this.#directions.get(key);
    if (direction === undefined || tcp.begins) {
      direction = {
        stream: new ByteStream(),
        records: new TlsRecords(),
        kind: undefined,
        tail: Buffer.alloc(0),
      };
      // A port that is used again: what the older connection was keeps its place in the sums.
      const older = this.#directions.get(key);
      if (older !== undefined) this.#directions.set(`${key} ${this.#packets}`, older);
      this.#directions.set(key, direction);
    }
    if (tcp.begins) direction.stream.begin(tcp.sequence);
    for (const bytes of direction.stream.take(tcp.sequence, payload))
      this.#takeBytes(packet, direction, bytes);
  }

  #takeBytes(packet: Packet, direction: Direction, bytes: Buffer): void {
    const searched = Buffer.concat([direction.tail, bytes]);
    direction.tail = searched.subarray(Math.max(0, searched.length - marker.length + 1));
    if (searched.includes(marker)) {
      this.#add('SIP', packet, bytes);
      return;
    }
    direction.kind ??= this.#kindOf(packet, bytes);
    if (direction.kind === 'unknown' || (direction.kind === 'tls' && !direction.records.take(bytes)))
      this.#add('unknown', packet, bytes);
  }

  #kindOf({ from, to }: Packet, first: Buffer): Kind {
    if (this.#controlPorts.has(from.port) || this.#controlPorts.has(to.port)) return 'control';
    if (looksLikeTls(first)) return 'tls';
    return /^(GET \/|HEAD \/|POST \/|HTTP\/1\.)/.test(first.toString('latin1', 0, 10)) ? 'http' : 'unknown';
  }

  #add(what: ClearText['what'], { from, protocol, to }: Packet, bytes: Buffer): void {
    const text = bytes.toString('latin1', 0, maxTextBytes);
    const probe = what === 'SIP' ? [...this.#probes.keys()].find((known) => text.includes(known)) : undefined;
    if (probe !== undefined) this.#probes.set(probe, true);
    else if (this.#found.length < maxFound) this.#found.push({ what, protocol, from, to, text });
  }
}

/** DNS; RTP and RTCP (RFC 3550 §5.1: version 2); STUN (RFC 8489 §5: its cookie). */
function mayPassByUdp({ from, payload, to }: Packet): boolean {
  const [first = 0] = payload;
  if (from.port === 53 || to.port === 53) return true;
  if (first >> 6 === 2) return true;
  return first >> 6 === 0 && payload.length >= 20 && payload.readUInt32BE(4) === 0x2112a442;
}
