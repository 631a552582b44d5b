import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/**
 * Milliseconds for each octet that came, above which a handshake is not believed to have cost: more than twice what the dearest certificates do that
 * are known. A handshake that comes while others take long is not taken for them.
 */
const mostMsOfOctet = 0.05;
/** Milliseconds of one that has sent anything. */
const leastMs = 1;
/** A turn of the event loop that worked for less is not looked at. */
const shortTurnMs = 1;

interface Cost {
  /** That had come when it was looked at last. */
  octets: number;
  ms: number;
  /** What the event loop had worked when it began. */
  readonly began: number;
  /** The turn in which its handshake has ended. */
  turn: number | undefined;
}

/** What {@link HandshakeCosts} is made of. */
export interface HandshakeCostsOptions {
  /** Milliseconds for which the event loop has worked. Default those of the platform. */
  readonly worked?: (() => number) | undefined;
  /** Runs something at the end of this turn of the event loop, or of the next one, and keeps it from waiting for nothing. */
  readonly atEndOfTurn?: ((run: () => void) => void) | undefined;
  /** Those over which anything can come: there may be thousands that are not read from. Default all. */
  readonly readable?: (() => Iterable<Socket>) | undefined;
}

/**
 * What handshakes have cost. OpenSSL computes in the turn of the event loop in which octets have come, and says nothing unless a handshake ends with
 * it. So one that ends has cost what has passed since the one before, or since the turn began; and one that does not is taken to have cost whole turns
 * in which anything came over it. Neither is more than its octets can have cost.
 */
export class HandshakeCosts {
  readonly #worked: () => number;
  readonly #atEndOfTurn: (run: () => void) => void;
  readonly #costs = new Map<Socket, Cost>();
  readonly #readable: () => Iterable<Socket>;
  readonly #look = (): void => this.#endTurn();
  #isLooking = false;
  #turn = 0;
  #turnBegan = 0;
  #before = 0;

  /** @param options - the clocks */
  constructor({ worked = hasWorked, atEndOfTurn = afterPolling, readable }: HandshakeCostsOptions = {}) {
    this.#worked = worked;
    this.#atEndOfTurn = atEndOfTurn;
    this.#readable = readable ?? (() => this.#costs.keys());
  }

  /** @param socket - its handshake begins */
  begin(socket: Socket): void {
    const began = this.#worked();
    this.#costs.set(socket, { octets: 0, ms: 0, began, turn: undefined });
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#turnBegan = this.#before = began;
    this.#atEndOfTurn(this.#look);
  }

  /** @param socket - its handshake has ended, and what it has shown is judged now */
  ended(socket: Socket): void {
    const cost = this.#costs.get(socket);
    if (cost === undefined) return;
    cost.turn = this.#turn;
    this.#add(socket, cost, this.#sinceBefore());
  }

  /** @param socket - has come to something, or nothing of it is owed */
  forget(socket: Socket): void {
    this.#costs.delete(socket);
  }

  /**
   * A handshake has come to nothing.
   * @param socket - its connection
   * @returns milliseconds that it has cost, 0 where it was not begun, or counted before
   */
  take(socket: Socket): number {
    const cost = this.#costs.get(socket);
    if (cost === undefined) return 0;
    this.#costs.delete(socket);
    const isNew = socket.bytesRead !== cost.octets;
    if (isNew || cost.turn === this.#turn) this.#add(socket, cost, this.#sinceBefore());
    return socket.bytesRead === 0 ? 0 : Math.max(cost.ms, leastMs);
  }

  #add(socket: Socket, cost: Cost, ms: number): void {
    cost.octets = socket.bytesRead;
    cost.ms = Math.min(cost.ms + ms, cost.octets * mostMsOfOctet);
  }

  #sinceBefore(): number {
    const now = this.#worked();
    const ms = now - this.#before;
    this.#before = now;
    return ms;
  }

  #endTurn(): void {
    const now = this.#worked();
    if (now - this.#turnBegan >= shortTurnMs)
      for (const socket of this.#readable()) {
        const cost = this.#costs.get(socket);
        if (cost !== undefined && socket.bytesRead !== cost.octets)
          this.#add(socket, cost, now - Math.max(this.#turnBegan, cost.began));
      }
    this.#turn++;
    this.#turnBegan = this.#before = now;
    this.#isLooking = this.#costs.size > 0;
    if (this.#isLooking) this.#atEndOfTurn(this.#look);
  }
}

function hasWorked(): number {
  return performance.eventLoopUtilization().active;
}

/** One that has no reference lets the loop wait for the network, and is run after what came was read. */
function afterPolling(run: () => void): void {
  setImmediate(run).unref();
}
