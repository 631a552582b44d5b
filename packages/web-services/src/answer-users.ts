import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  credentialsNotAccepted,
  csrfField,
  type DevicesAnswer,
  formatProblem,
  frontEndPaths,
  type HeldSession,
  malformed,
  problemMediaType,
  type ReadRequest,
  readDeviceOrder,
  readPasswordOrder,
  readSearch,
  readSignIn,
  type SessionAnswer,
  type SessionDocument,
  type WebProblem,
  webLimits,
  webPaths,
} from '@entente/accounts/web';
import { answerText, isJson, readText, type TextAnswer } from '@entente/host';
import { addressGroup } from '@entente/tls/internal';
import type { Topology } from '@entente/topology';
import { type AskedFrom, askedFrom, refuseOtherOrigin, type WebListener } from './asked-from.ts';
import { Budget } from './budget.ts';
import { discoveryOf } from './discovery.ts';
import type { FrontEndAnswer, FrontEnds } from './front-ends.ts';
import { pageCss } from './page/page-css.ts';
import { pageHtml } from './page/page-html.ts';
import { pageJs } from './page/page-js.ts';
import type { People } from './people.ts';
import { securityHeaders } from './security-headers.ts';
import { type CarriedSession, noSessionCookie, readSession, sessionCookie } from './session-cookie.ts';
import { methodNotAllowed, nobodySignedIn, notFound, throttled, tooLong } from './user-problems.ts';

/** From where a request was refused: `where` only once it is known by which name of ours it asks. */
export interface RefusedFrom {
  /** Address of the user, or of the connection where it is not known. */
  readonly client: string;
  readonly where?: AskedFrom['where'];
}

/** What users are answered with. */
export interface AnswerUsersOptions {
  readonly fqdn: string;
  readonly topology: () => Topology;
  readonly frontEnds: Pick<FrontEnds, 'ask' | 'signOut' | 'signOutDevice'>;
  readonly people: Pick<People, 'search'>;
  /** Milliseconds, of a clock that is never set. */
  readonly clock: () => number;
  readonly onRefused: (problem: WebProblem, from: RefusedFrom) => void;
  /** A client has left before its request was whole: it is not answered. */
  readonly onLeft: (from: RefusedFrom) => void;
  readonly onFault: (fault: unknown, from: RefusedFrom) => void;
}

/** A request that may be answered. */
interface Asked {
  readonly incoming: IncomingMessage;
  readonly from: AskedFrom;
  readonly query: URLSearchParams;
}

/** A client that has left, and hears no answer. */
interface ClientLeft {
  readonly ok: false;
  readonly hasLeft: true;
}

/** `allow`: the methods that the path has (RFC 9110 §15.5.6). */
interface Refused {
  readonly problem: WebProblem;
  readonly cookie?: string;
  readonly allow?: string;
}

type Answer = TextAnswer | Refused | ClientLeft;
type Handle = (asked: Asked) => Promise<Answer> | Answer;
type Methods = Readonly<Partial<Record<'GET' | 'POST', Handle>>>;

/** Costs of one address, or one /64 of IPv6, which many users may share. */
const addressRules = { burst: 200, perSec: 10, maxKeys: 20_000 };
/** A sign-in costs the front end more than a page does. */
const signInCost = 10;
/** Searches of one user: enough to find people, and not to read the whole address book. */
const searchRules = { burst: 60, perSec: 1 / 20, maxKeys: 20_000 };
const maxTargetLength = 1_024;

/** Answers users: the page, how to connect, and what is theirs. */
export class AnswerUsers {
  readonly #options: AnswerUsersOptions;
  readonly #addresses = new Budget(addressRules);
  readonly #searches = new Budget(searchRules);
  readonly #paths: ReadonlyMap<string, Methods>;

  /** @param options - front ends, address book, topology */
  constructor(options: AnswerUsersOptions) {
    this.#options = options;
    this.#paths = new Map<string, Methods>([
      ['/', fixed('text/html; charset=utf-8', pageHtml)],
      ['/page.css', fixed('text/css; charset=utf-8', pageCss)],
      ['/page.js', fixed('text/javascript; charset=utf-8', pageJs)],
      [webPaths.discovery, { GET: ({ from }) => json(discoveryOf(options.topology(), from.where)) }],
      [webPaths.signIn, { POST: (asked) => this.#signIn(asked) }],
      [webPaths.session, { GET: (asked) => this.#session(asked) }],
      [webPaths.signOut, { POST: (asked) => this.#signOut(asked) }],
      [webPaths.people, { GET: (asked) => this.#people(asked) }],
      [webPaths.devices, { GET: (asked) => this.#devices(asked) }],
      [webPaths.deviceSignOut, { POST: (asked) => this.#signOutDevice(asked) }],
      [webPaths.password, { POST: (asked) => this.#changePassword(asked) }],
    ]);
  }

  /**
   * Answers one request.
   * @param incoming - from anybody, inside or through a reverse proxy
   * @param outgoing - its answer
   * @param listener - it came in on
   */
  async answer(incoming: IncomingMessage, outgoing: ServerResponse, listener: WebListener): Promise<void> {
    const { fqdn, onFault, onLeft, onRefused, topology } = this.#options;
    const from = askedFrom(incoming, listener, topology(), fqdn);
    const client = 'problem' in from ? { client: incoming.socket.remoteAddress ?? '' } : from;
    let answer: Answer;
    try {
      answer = 'problem' in from ? from : await this.#dispatch(incoming, from);
    } catch (fault) {
      onFault(fault, client);
      outgoing.destroy();
      return;
    }
    if ('hasLeft' in answer) {
      onLeft(client);
      outgoing.destroy();
      return;
    }
    if (!('problem' in answer)) {
      answerText(outgoing, { ...answer, headers: { ...securityHeaders, ...answer.headers } });
      return;
    }
    const { allow, cookie, problem } = answer;
    onRefused(problem, client);
    answerText(outgoing, {
      status: problem.status,
      type: problemMediaType,
      text: formatProblem(problem),
      headers: {
        ...securityHeaders,
        ...(problem.retryAfterSec === undefined ? {} : { 'retry-after': String(problem.retryAfterSec) }),
        ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
        ...(allow === undefined ? {} : { allow }),
      },
    });
  }

  #dispatch(incoming: IncomingMessage, from: AskedFrom): Promise<Answer> | Answer {
    const target = incoming.url ?? '';
    const [path = '', query = ''] = target.length > maxTargetLength ? [] : target.split('?', 2);
    // Only a path as it is written here is found: there is nothing to normalise.
    const methods = this.#paths.get(path);
    const waitSec = this.#addresses.take(
      addressGroup(from.client),
      path === webPaths.signIn ? signInCost : 1,
      this.#options.clock(),
    );
    if (waitSec > 0) return { problem: throttled(waitSec) };
    if (methods === undefined) return { problem: notFound };
    const method = incoming.method === 'HEAD' ? 'GET' : (incoming.method ?? '');
    const handle = Object.hasOwn(methods, method) ? methods[method as keyof Methods] : undefined;
    if (handle === undefined) return { problem: methodNotAllowed, allow: allowedBy(methods) };
    const elsewhere = path.startsWith('/api/') ? refuseOtherOrigin(incoming.headers, from.origin) : undefined;
    if (elsewhere !== undefined) return { problem: elsewhere };
    return handle({ incoming, from, query: new URLSearchParams(query) });
  }

  async #signIn({ from, incoming }: Asked): Promise<Answer> {
    const request = await readBody(incoming, readSignIn);
    if (!request.ok) return request;
    const { address } = request.value;
    // No front end has users of another domain.
    if (!this.#options.topology().isOurDomain(domainOf(address).toLowerCase()))
      return { problem: credentialsNotAccepted };
    const body = { ...request.value, client: from.client };
    const answer = await this.#options.frontEnds.ask<SessionAnswer>(address, frontEndPaths.signIn, body);
    return answer.ok ? json(documentOf(answer.value.session), cookieOf(answer.value.session)) : answer;
  }

  async #session({ incoming }: Asked): Promise<Answer> {
    const opened = await this.#open(incoming);
    return opened.ok
      ? json(documentOf(opened.value.session), cookieOf(opened.value.session))
      : refused(opened);
  }

  async #signOut({ incoming }: Asked): Promise<Answer> {
    const carried = readSession(incoming.headers.cookie);
    if (carried === undefined) return refused({ problem: nobodySignedIn });
    if (!isJson(incoming)) return { problem: notJson };
    const { address, token } = carried;
    const body = { token, csrf: csrfOf(incoming) };
    const answer = await this.#options.frontEnds.signOut(address, body);
    return answer.ok ? { status: 204, headers: { 'set-cookie': noSessionCookie } } : refused(answer);
  }

  async #people({ incoming, query }: Asked): Promise<Answer> {
    const search = readSearch(query.get('q'));
    if (!search.ok) return search;
    const opened = await this.#open(incoming);
    if (!opened.ok) return refused(opened);
    const { session } = opened.value;
    const waitSec = this.#searches.take(session.address, 1, this.#options.clock());
    if (waitSec > 0) return { problem: throttled(waitSec) };
    return json(this.#options.people.search(domainOf(session.address), search.value), cookieOf(session));
  }

  async #devices({ incoming }: Asked): Promise<Answer> {
    const carried = readSession(incoming.headers.cookie);
    if (carried === undefined) return refused({ problem: nobodySignedIn });
    const { address, token } = carried;
    const answer = await this.#options.frontEnds.ask<DevicesAnswer>(address, frontEndPaths.devices, {
      token,
    });
    if (!answer.ok) return refused(answer);
    const { devices, session } = answer.value;
    return json({ devices }, cookieOf(session));
  }

  async #signOutDevice({ incoming }: Asked): Promise<Answer> {
    const carried = readSession(incoming.headers.cookie);
    if (carried === undefined) return refused({ problem: nobodySignedIn });
    const request = await readBody(incoming, readDeviceOrder);
    if (!request.ok) return request;
    const { address, token } = carried;
    const body = { token, csrf: csrfOf(incoming), ...request.value };
    const { frontEnds } = this.#options;
    const answer = await frontEnds.signOutDevice(address, body);
    if (!answer.ok) return refused(answer);
    return { status: 204, headers: { 'set-cookie': cookieOf(answer.value.session) } };
  }

  async #changePassword({ from, incoming }: Asked): Promise<Answer> {
    const request = await readBody(incoming, readPasswordOrder);
    if (!request.ok) return request;
    // The front end that answers this is alive: the change goes there, once.
    const opened = await this.#open(incoming);
    if (!opened.ok) return refused(opened);
    const { address, token } = opened.value.session;
    const body = { token, csrf: csrfOf(incoming), client: from.client, ...request.value };
    const { frontEnds } = this.#options;
    const answer = await frontEnds.ask<SessionAnswer>(address, frontEndPaths.password, body, opened.server);
    return answer.ok
      ? json(documentOf(answer.value.session), cookieOf(answer.value.session))
      : refused(answer);
  }

  async #open(incoming: IncomingMessage): Promise<FrontEndAnswer<SessionAnswer>> {
    const carried = readSession(incoming.headers.cookie);
    if (carried === undefined) return { ok: false, problem: nobodySignedIn };
    const { address, token } = carried;
    return this.#options.frontEnds.ask<SessionAnswer>(address, frontEndPaths.session, { token });
  }
}

async function readBody<T>(
  incoming: IncomingMessage,
  read: (text: string) => ReadRequest<T>,
): Promise<ReadRequest<T> | ClientLeft> {
  if (!isJson(incoming)) return { ok: false, problem: notJson };
  const body = await readText(incoming, webLimits.bodyBytes);
  if (body.ok) return read(body.text);
  return body.why === 'left' ? { ok: false, hasLeft: true } : { ok: false, problem: tooLong };
}

/** A browser sends this type to another origin only where that has agreed. */
const notJson = malformed('Content-Type: expected application/json, found something else');

/** Empty where it is absent, which no session has. */
function csrfOf({ headers }: IncomingMessage): string {
  const value = headers[csrfField];
  return typeof value === 'string' && value !== '' ? value.slice(0, webLimits.wordCharacters) : '-';
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

function documentOf({ address, csrf, expires }: HeldSession): SessionDocument {
  return { address, csrf, expires };
}

function cookieOf(session: CarriedSession): string {
  return sessionCookie(session);
}

/** A browser need not keep what is void. */
function refused({ problem }: { readonly problem: WebProblem }): Answer {
  return problem.reason === 'signed-out' ? { problem, cookie: noSessionCookie } : { problem };
}

function allowedBy(methods: Methods): string {
  return methods.GET === undefined ? 'POST' : 'GET, HEAD';
}

function fixed(type: string, text: string): Methods {
  return { GET: () => ({ status: 200, type, text }) };
}

function json(value: object, cookie?: string): Answer {
  return {
    status: 200,
    type: 'application/json',
    text: JSON.stringify(value),
    ...(cookie === undefined ? {} : { headers: { 'set-cookie': cookie } }),
  };
}
