import { isIP, type Socket } from 'node:net';
import { RedisFault } from '../fault.ts';

/** Where a store is, and how it is reached. */
export interface RedisPlace {
  /** Host name or address. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /**
   * Dials it under TLS, for instance with `connect` of `@entente/tls`, and checks who it is. Without it the connection is plain, which only
   * this machine itself may be.
   */
  readonly dial?: () => Promise<Socket>;
}

/**
 * Refuses a place that would be asked in plain text over a network.
 * @param place - that is about to be dialled
 * @throws RedisFault `ENTENTE_REDIS_PLAIN`
 */
export function checkPlace({ dial, host, port }: RedisPlace): void {
  if (dial !== undefined || isThisMachine(host)) return;
  throw new RedisFault('ENTENTE_REDIS_PLAIN', {
    sentence: `expected TLS to a store on another machine, found a plain connection to ${host}`,
    place: `${host}:${port}`,
    remedy:
      'let Redis listen with TLS (tls-port), and list it under "stores" of the topology; or run it on this machine and name it 127.0.0.1',
  });
}

/** Addresses of the loopback interface (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3); no name counts, for DNS could say that it is elsewhere. */
function isThisMachine(host: string): boolean {
  return (isIP(host) === 4 && host.startsWith('127.')) || host === '::1';
}
