import { type ConnectionOptions, connect, createSecureContext, type TLSSocket } from 'node:tls';
import { obey } from '../process/obey.ts';
import type { ClientMaterial, HandshakeLoadOrder, HandshakeLoadReport, IdleOrder } from './order.ts';

/** The generator's process: keeps a fixed number of full mutual handshakes going, each with the next client certificate. */
obey((order: HandshakeLoadOrder | IdleOrder) => ('hold' in order ? hold(order) : measure(order)));

async function measure(order: HandshakeLoadOrder): Promise<HandshakeLoadReport> {
  const clients = order.clients.map(dialOf);
  const counts = { completed: 0, failed: 0 };
  const startedAt = performance.now();
  const endAt = startedAt + order.measureMs;
  let next = 0;
  const loop = async () => {
    while (performance.now() < endAt) {
      const client = clients[next++ % clients.length]!;
      // A handshake that finishes after the end is counted too: the server has done its work as well.
      if (await handshake(order.port, client)) counts.completed += 1;
      else counts.failed += 1;
    }
  };
  await Promise.all(Array.from({ length: order.inFlight }, loop));
  return { ...counts, seconds: (performance.now() - startedAt) / 1_000 };
}

/** How a client dials. `tls.connect` hands `localAddress` to `net.connect`; its types leave it out. */
function dialOf({ certificatePem, keyPem, localAddress }: ClientMaterial): ConnectionOptions {
  const material = { cert: certificatePem, key: keyPem, ca: [] };
  const from = localAddress === undefined ? {} : { localAddress };
  const secureContext = createSecureContext({ ...material, minVersion: 'TLSv1.3' });
  return { ...from, host: '127.0.0.1', secureContext, rejectUnauthorized: false };
}

const held: TLSSocket[] = [];

/** Opens connections one after the other until it holds as many; answers how many the server has accepted. */
async function hold({ port, clients: material, hold: count }: IdleOrder): Promise<{ held: number }> {
  if (count < 0) for (const socket of held.splice(0)) socket.destroy();
  const clients = material.map(dialOf);
  for (let opened = held.length; opened < count; opened++) {
    const socket = connect({ ...clients[opened % clients.length]!, port });
    const accepted = await new Promise<boolean>((resolve) => {
      socket.once('data', () => resolve(true));
      socket.once('close', () => resolve(false));
      socket.on('error', () => resolve(false));
    });
    if (accepted) held.push(socket);
  }
  return { held: held.length };
}

/** One handshake; done when the server's first byte shows that it has judged and accepted us. */
function handshake(port: number, client: ConnectionOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...client, port });
    let accepted = false;
    socket.on('data', () => {
      accepted = true;
      socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(accepted));
  });
}
