import { createSocket } from 'node:dgram';
import { decode, encode, type Packet, type Question, RECURSION_AVAILABLE } from 'dns-packet';

/** What the test network's DNS answers. Names are compared without regard to case. */
export interface DnsZone {
  /** Host name → IPv4 address. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Service name, e.g. `_sipfederationtls._tcp.contoso.example` → where it is. */
  readonly services: ReadonlyMap<
    string,
    readonly {
      readonly target: string;
      readonly port: number;
      readonly priority?: number;
      readonly weight?: number;
    }[]
  >;
}

/** A DNS server on loopback, over UDP. */
export interface DnsServer extends AsyncDisposable {
  /** IPv4 address, `127.0.0.1`. */
  readonly address: string;
  /** UDP port. */
  readonly port: number;
}

const ttlSeconds = 60;

/**
 * Answers A and SRV questions of a test network; everything else is NXDOMAIN.
 * @param zone - what to answer; read at each question, so that a test can change it
 * @param port - UDP port on 127.0.0.1; default any
 */
export async function startDnsServer(zone: DnsZone, port = 0): Promise<DnsServer> {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const reply = answer(bytes, zone);
    if (reply !== undefined) socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, '127.0.0.1', resolve);
  });
  return {
    address: '127.0.0.1',
    port: socket.address().port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function answer(bytes: Buffer, zone: DnsZone): Buffer | undefined {
  let query: Packet;
  try {
    query = decode(bytes);
  } catch {
    return undefined;
  }
  const question = query.questions?.[0];
  if (query.type !== 'query' || question === undefined) return undefined;
  const { records, exists } = lookup(question, zone);
  return encode({
    type: 'response',
    ...(query.id === undefined ? {} : { id: query.id }),
    flags: RECURSION_AVAILABLE | (exists ? 0 : 3),
    questions: [question],
    answers: records,
  });
}

function lookup(
  question: Question,
  zone: DnsZone,
): { records: NonNullable<Packet['answers']>; exists: boolean } {
  const name = question.name.toLowerCase();
  const address = zone.addresses.get(name);
  const services = zone.services.get(name);
  const exists = address !== undefined || services !== undefined;
  if (question.type === 'A' && address !== undefined) {
    return { exists, records: [{ type: 'A', name: question.name, ttl: ttlSeconds, data: address }] };
  }
  if (question.type === 'SRV' && services !== undefined) {
    return {
      exists,
      records: services.map((service) => ({
        type: 'SRV' as const,
        name: question.name,
        ttl: ttlSeconds,
        data: {
          priority: service.priority ?? 0,
          weight: service.weight ?? 0,
          port: service.port,
          target: service.target,
        },
      })),
    };
  }
  return { exists, records: [] };
}
