import { setTimeout as pause } from 'node:timers/promises';
import { cpuMicros } from '../process/processor-time.ts';
import { askToRegister } from './called.ts';
import { firstLine, LoadConnection } from './load-connection.ts';
import type { HeldUser, StormOrder, StormReport } from './order.ts';

/** A client whose connection breaks comes back within so many milliseconds, at random. */
const againWithinMs = 4_000;
/** Handshakes at once: real clients have a processor each, these share one, and would not end within the time that a server gives them. */
const handshakesAtOnce = 1_000;
/** As clients do, they come from many addresses; from one of them a listener admits few handshakes at once. */
const addresses = 100;
/** Nobody waits for what takes longer. */
const mostSeconds = 180;

/** Clients that all connect and register at once, and come back when they are told to; they stay connected. */
export async function storm({ devices, tls, users }: StormOrder): Promise<StormReport> {
  const startedAt = performance.now();
  const cpu = cpuMicros();
  const seconds = (): number => (performance.now() - startedAt) / 1_000;
  const took: number[] = [];
  const refused: Record<string, number> = {};
  const places = new Places(handshakesAtOnce);
  let toldToWait = 0;
  let broken = 0;

  const one = async (user: HeldUser, number: number): Promise<void> => {
    const from = { ...tls, localAddress: `127.1.0.${1 + (number % addresses)}` };
    let connection: LoadConnection | undefined;
    for (let cseq = 1; seconds() < mostSeconds; cseq += 2) {
      try {
        connection ??= await places.within(() => LoadConnection.open(from));
        const response = await askToRegister(connection, user.address, user, cseq);
        if (response.startsWith('SIP/2.0 200')) {
          took.push(seconds());
          connection.ended = () => undefined;
          return;
        }
        const told = /\r\nRetry-After: (\d+)/i.exec(response)?.[1];
        if (told === undefined) {
          const line = firstLine(response);
          refused[line] = (refused[line] ?? 0) + 1;
        } else toldToWait += 1;
        await pause(told === undefined ? againWithinMs : Number(told) * 1_000);
      } catch {
        broken += 1;
        connection?.close();
        connection = undefined;
        await pause(Math.random() * againWithinMs);
      }
    }
  };
  const all = Array.from({ length: devices }, () => users).flat();
  await Promise.all(all.map(one));
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.ceil(took.length * share) - 1] ?? mostSeconds;
  return {
    registered: took.length,
    lastSeconds: at(1),
    halfSeconds: at(0.5),
    toldToWait,
    broken,
    refused,
    processorSeconds: (cpuMicros() - cpu) / 1e6,
  };
}

/** Lets so many do something at once; others wait for their turn. */
class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async within<T>(run: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    try {
      return await run();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
