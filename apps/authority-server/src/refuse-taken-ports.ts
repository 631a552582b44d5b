import { type PublicListener, servePublicHttp } from '@entente/host';
import { holdPort, type ListenPlace } from '@entente/tls/internal';

/**
 * Refuses to start where another process has one of the two ports: an authority that begins writes and signs lists before it listens, and one that
 * is started again and again would do so each time.
 * @param https - where members and administrators are to be answered
 * @param objects - where signed objects are to be published
 * @throws TlsFault, OperatorFault `ENTENTE_LISTEN_FAILED`, as the listeners would
 */
export async function refuseTakenPorts(
  https: ListenPlace,
  objects: Parameters<typeof servePublicHttp>[1],
): Promise<void> {
  const held = await holdPort(https);
  let listener: PublicListener | undefined;
  try {
    listener = await servePublicHttp(({ socket }) => void socket.destroy(), objects);
  } finally {
    await listener?.close();
    await held[Symbol.asyncDispose]();
  }
}
