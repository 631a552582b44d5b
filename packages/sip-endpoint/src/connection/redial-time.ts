import type { TLSSocket } from 'node:tls';
import { type IdentitySource, peerOf, type Trust } from '@entente/tls';
import { checkAging } from './check-connection.ts';
import type { Replaceable } from './dialled-socket.ts';

/** Milliseconds before the end of a certificate within which it is of no use to dial again. */
const tooLateMs = 60_000;
/** Milliseconds that a connection counts as young at most: about a day, so that it shows no certificate that was replaced long ago. */
const longestAgeMs = 108_000_000;
/** The longest wait after our certificate was replaced, milliseconds: not all dial at once. */
const longestWaitMs = 60_000;

/** Milliseconds for what is under way on a connection after another one has taken its place; an INVITE may ring for three minutes. */
const drainMs = 600_000;

/** What ends a connection. */
export interface AgeOptions {
  /** Has the clock. */
  readonly trust: Pick<Trust, 'clock'>;
  /** Our certificate, which is shown from the next handshake on once it is replaced. */
  readonly identity?: IdentitySource | undefined;
  /** 0 up to 1; default the system's. */
  readonly random?: () => number;
}

/**
 * Lets another connection take the place of one: soon after our certificate was replaced, every day, because that of the other side may have
 * been, and when about three quarters of the time have passed until the first of the two certificates ends that were shown. At that end both sides close the connection, whatever is under way;
 * both have another certificate long before. The one before is closed ten minutes later.
 * @param socket - a connection that was admitted
 * @param options - clock and our certificate
 * @param connection - replaces it; asked again while it is open and time is left
 */
export function whenAged(socket: TLSSocket, options: AgeOptions, connection: Replaceable): void {
  checkAging(socket, options, connection);
  const { identity, random = Math.random, trust } = options;
  const { clock } = trust;
  const shown = identity === undefined ? undefined : socket.getX509Certificate();
  const ends = [
    shown === undefined ? undefined : Date.parse(shown.validTo),
    peerOf(socket)?.verdict?.path.certificates[0]?.notAfter,
  ].filter((end) => end !== undefined);
  const stops = new Set<() => void>();
  let isOver = false;
  const after = (delayMs: number, run: () => void): void => {
    if (isOver) return;
    const stop = clock.after(delayMs, () => {
      stops.delete(stop);
      run();
    });
    stops.add(stop);
  };
  const replace = async (): Promise<void> => {
    if (await connection.replace()) after(drainMs, () => connection.close());
  };
  const wait = (): void => {
    const leftMs = Math.min(...ends) - clock.now();
    if (!Number.isFinite(leftMs) || leftMs < tooLateMs) return;
    after(Math.min(leftMs, longestAgeMs) * (0.7 + 0.1 * random()), () => {
      void replace();
      wait();
    });
  };
  wait();
  const replaceSoon = () => after(random() * longestWaitMs, () => void replace());
  const forget = identity?.onChange(replaceSoon);
  // Our certificate was replaced while this connection was made.
  if (identity !== undefined && shown !== undefined && !shown.raw.equals(identity.current.leaf.der))
    replaceSoon();
  socket.once('close', () => {
    isOver = true;
    forget?.();
    for (const stop of stops) stop();
  });
}
