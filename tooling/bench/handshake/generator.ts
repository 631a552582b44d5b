import { connect, createSecureContext, type SecureContext } from 'node:tls';
import type { HandshakeLoadOrder, HandshakeLoadReport } from './order.ts';

/** The generator's process: keeps a fixed number of full mutual handshakes going, each with the next client certificate. */
process.on('message', (order: HandshakeLoadOrder) => {
  measure(order).then((report) => process.send?.(report));
});
process.once('disconnect', () => process.exit(0));

async function measure(order: HandshakeLoadOrder): Promise<HandshakeLoadReport> {
  const contexts = order.clients.map(({ certificatePem, keyPem }) =>
    createSecureContext({ cert: certificatePem, key: keyPem, ca: [], minVersion: 'TLSv1.3' }),
  );
  const counts = { completed: 0, failed: 0 };
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const endAt = startedAt + order.measureMs;
  let next = 0;
  const loop = async () => {
    while (performance.now() < endAt) {
      const context = contexts[next++ % contexts.length]!;
      // Whoever finishes after the end is counted too: the server has done its work as well.
      if (await handshake(order.port, context)) counts.completed += 1;
      else counts.failed += 1;
    }
  };
  await Promise.all(Array.from({ length: order.inFlight }, loop));
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(before);
  return { ...counts, seconds, generatorShare: (user + system) / 1e6 / seconds };
}

/** One handshake; done when the server's first byte shows that it has judged and accepted us. */
function handshake(port: number, secureContext: SecureContext): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, secureContext, rejectUnauthorized: false });
    let accepted = false;
    socket.on('data', () => {
      accepted = true;
      socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(accepted));
  });
}
