import { randomBytes } from 'node:crypto';
import type { Clock } from '@entente/tls';
import {
  carriedHeaders,
  isCarried,
  maxPushedBody,
  maxPushedRequests,
  maxWaitingRequests,
  type PushedRequest,
} from '@entente/topology';
import { MemberFault } from '../files/fault.ts';

/** When requests are given up. */
export interface PushedRequestsOptions {
  /** Milliseconds after the last sign of the authority for which another push is expected. */
  readonly openMs: () => number;
  readonly clock: Clock;
}

/** A request that has no answer yet. */
interface Waiting {
  readonly request: PushedRequest;
  /** Whether it was given to the authority in this push. */
  isHanded: boolean;
  /** It was sent while the authority was there, so that the answer should come at once. */
  readonly isUrgent: boolean;
  readonly settle: (answer: Response) => void;
  readonly fail: (reason: unknown) => void;
}

/** Milliseconds without a sign of the authority after which it has hung up in the middle of a push. */
const hungUpMs = 15_000;

/**
 * Requests of this server to its authority that travel the other way round: the authority dials, takes the requests that wait, and brings
 * the answers over its own connection. Each answer is believed as much as one over a connection that this server has opened.
 */
export class PushedRequests {
  readonly #options: PushedRequestsOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #watchers = new Set<() => void>();
  #lastSign: number | undefined;
  #isThere = false;
  /** Whether the authority knows us by a certificate that was replaced since it dialled. */
  #isOutdated = false;

  constructor(options: PushedRequestsOptions) {
    this.#options = options;
  }

  /** Whether the authority has dialled lately, so that it will again. */
  get isOpen(): boolean {
    return this.#silenceMs < this.#options.openMs();
  }

  /** Whether the authority is there now, and takes requests. */
  get isAttended(): boolean {
    return this.#isThere && !this.#isOutdated && this.#silenceMs < hungUpMs;
  }

  /** Whether there is something to give to the authority. */
  get hasNews(): boolean {
    if (this.#isOutdated) return false;
    for (const { isHanded } of this.#waiting.values()) if (!isHanded) return true;
    return false;
  }

  /** The authority has dialled: what waits is given to it once more. */
  arrived(): void {
    for (const waiting of this.#waiting.values()) waiting.isHanded = false;
    this.#isThere = true;
    this.#isOutdated = false;
    this.heard();
  }

  /**
   * The certificate of the internal interface was replaced. The authority takes a request for one by the certificate that it saw when it
   * dialled, and refuses one that was renewed: so it gets nothing more before it dials again.
   */
  replaced(): void {
    this.#isOutdated = true;
  }

  /** The authority has shown a sign of life. */
  heard(): void {
    this.#lastSign = this.#options.clock.now();
  }

  /** The authority has got what it came for, and hangs up. */
  left(): void {
    this.#isThere = false;
  }

  /**
   * Gives requests to the authority.
   * @returns at most {@link maxPushedRequests}, in the order in which they were sent
   */
  hand(): readonly PushedRequest[] {
    const handed: PushedRequest[] = [];
    if (this.#isOutdated) return handed;
    for (const waiting of this.#waiting.values()) {
      if (waiting.isHanded || handed.length >= maxPushedRequests) continue;
      waiting.isHanded = true;
      handed.push(waiting.request);
    }
    return handed;
  }

  /**
   * Takes an answer.
   * @param id - of the request
   * @returns whether the request was waiting for it
   */
  answer(id: string, answer: Response): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return false;
    this.#waiting.delete(id);
    waiting.settle(answer);
    return true;
  }

  /**
   * Sends a request, and waits for its answer: until the next push, where the authority is not there now.
   * @param request - `isCarried` of `@entente/topology` must allow it; its signal gives up
   * @param signal - gives up too
   * @throws MemberFault `ENTENTE_MEMBER_UNREACHABLE` where the authority does not come, or hangs up; the reason of the signals
   */
  async send(request: Request, signal: AbortSignal): Promise<Response> {
    const { method, pathname, search } = parts(request);
    const path = pathname + search;
    if (!isCarried(method, path)) throw unreachable(`${method} ${path} is not carried by pushes`);
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    if ((body?.length ?? 0) > maxPushedBody)
      throw unreachable(`the request has more than ${maxPushedBody} bytes`);
    // More wait only where the program is at fault.
    if (this.#waiting.size >= maxWaitingRequests)
      throw unreachable(`${maxWaitingRequests} requests wait for it already`);
    const written: PushedRequest = {
      id: randomBytes(16).toString('hex'),
      method: method as PushedRequest['method'],
      path,
      headers: headersOf(request),
      ...(body === undefined ? {} : { body: body.toString('base64') }),
    };
    return this.#wait(written, AbortSignal.any([signal, request.signal]));
  }

  /**
   * Waits until there is something to give to the authority.
   * @param signal - ends the wait
   */
  news(signal: AbortSignal): Promise<void> {
    if (this.hasNews || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        this.#watchers.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.#watchers.add(end);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  get #silenceMs(): number {
    if (this.#lastSign === undefined) return Number.POSITIVE_INFINITY;
    // A clock that was set back does not make the authority heard in the future.
    return Math.abs(this.#options.clock.now() - this.#lastSign);
  }

  #wait(request: PushedRequest, signal: AbortSignal): Promise<Response> {
    return new Promise<Response>((resolve, reject) => {
      let cancel = (): void => {};
      const abort = (): void => waiting.fail(signal.reason);
      const end = (): void => {
        this.#waiting.delete(request.id);
        cancel();
        signal.removeEventListener('abort', abort);
      };
      const waiting: Waiting = {
        request,
        isHanded: false,
        isUrgent: this.isAttended,
        settle(answer) {
          end();
          resolve(answer);
        },
        fail(reason) {
          end();
          reject(reason);
        },
      };
      const patience = (): void => {
        const leftMs = (waiting.isUrgent ? hungUpMs : this.#options.openMs()) - this.#silenceMs;
        if (leftMs > 0) cancel = this.#options.clock.after(leftMs, patience);
        else
          waiting.fail(
            unreachable(waiting.isUrgent ? 'it hung up in the middle of a push' : 'it pushes no more'),
          );
      };
      this.#waiting.set(request.id, waiting);
      patience();
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      for (const watcher of [...this.#watchers]) watcher();
    });
  }
}

function parts({ method, url }: Request) {
  const { pathname, search } = new URL(url);
  return { method, pathname, search };
}

function headersOf(request: Request): Readonly<Record<string, string>> {
  return Object.fromEntries(
    carriedHeaders.flatMap((name) => {
      const value = request.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    }),
  );
}

function unreachable(found: string): MemberFault {
  return new MemberFault('ENTENTE_MEMBER_UNREACHABLE', {
    sentence: `the authority does not take the request over a push: ${found}`,
    place: 'port "push" of this server',
    remedy:
      'look at the log of the authority for push-failed, and compare the firewall with entente topology firewall',
  });
}
