import { MemberFault } from '../files/fault.ts';
import type { PushedRequests } from '../push/pushed-requests.ts';

/** Which ways there are to the authority. */
export interface AuthorityWaysOptions {
  /** The way by which the authority comes to us. */
  readonly pushed: PushedRequests;
  /** Whether the topology lets us open connections to the authority. */
  readonly mayDial: () => boolean;
}

/**
 * Chooses the way of each request to the authority. While the authority is there with a push, it is asked over that. Otherwise over
 * a connection that we open; where none comes about, as with a firewall that lets nothing in from the perimeter, the request waits for
 * the next push.
 */
export class AuthorityWays {
  readonly #options: AuthorityWaysOptions;
  #isCut = false;

  constructor(options: AuthorityWaysOptions) {
    this.#options = options;
  }

  /** Whether we may try to open a connection. */
  get mayDial(): boolean {
    return this.#options.mayDial();
  }

  /** Whether the authority can be asked although we reach it by no connection of our own. */
  get isPushedTo(): boolean {
    return this.#options.pushed.isOpen;
  }

  /** A connection that we opened works. */
  reached(): void {
    this.#isCut = false;
  }

  /** None works. */
  lost(): void {
    this.#isCut = true;
  }

  /**
   * Sends a request.
   * @param request - to the authority
   * @param direct - sends it over a connection of our own
   * @param stop - gives up
   * @throws what the last way that was tried has thrown
   */
  async send(
    request: Request,
    direct: (request: Request) => Promise<Response>,
    stop: AbortSignal,
  ): Promise<Response> {
    const { mayDial, pushed } = this.#options;
    const isOver = () => stop.aborted || request.signal.aborted;
    if (pushed.isAttended) {
      try {
        return await pushed.send(request.clone(), stop);
      } catch (error) {
        if (isOver() || this.#isCut || !mayDial()) throw error;
      }
    }
    if (!mayDial()) return pushed.isOpen ? pushed.send(request, stop) : Promise.reject(notYetPushed());
    if (this.#isCut && pushed.isOpen) return pushed.send(request, stop);
    const again = request.clone();
    try {
      const answer = await direct(request);
      this.reached();
      return answer;
    } catch (error) {
      if (isOver()) throw error;
      this.lost();
      if (!pushed.isOpen) throw error;
      return pushed.send(again, stop);
    }
  }
}

function notYetPushed(): MemberFault {
  return new MemberFault('ENTENTE_MEMBER_UNREACHABLE', {
    sentence:
      'the topology lets this server ask the authority over pushes alone, and there has been none lately',
    place: 'port "push" of this server',
    remedy:
      'look at the log of the authority for push-failed, and compare the firewall with entente topology firewall',
  });
}
