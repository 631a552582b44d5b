import {
  edit,
  type MessageEditor,
  type NameAddr,
  parseNameAddr,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  SipSyntaxError,
  type Uri,
  type Via,
  withoutTopVia,
} from '@entente/sip';
import { incomingBreadth } from '../request/breadth.ts';
import type { PreprocessedRequest } from './preprocess.ts';

/** Where a request came from. */
export interface SourceAddress {
  /** IPv4 or IPv6, without brackets. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** How a request is sent on. */
export interface ForwardOptions {
  /** Our Via with the branch of the new client transaction. */
  readonly via: Via;
  /** New Request-URI; without it the Request-URI stays as preprocessing left it. */
  readonly uri?: Uri | string;
  /** What preprocessing found; without it Route is left alone. */
  readonly preprocessed?: PreprocessedRequest;
  /**
   * Our Record-Route entry, for requests that may begin a dialog and whose dialog must pass here; for a NOTIFY in a dialog those of
   * `notifyEntries`, which are written one above the other.
   */
  readonly recordRoute?: NameAddr | string | readonly NameAddr[] | undefined;
  /** Our Path entry, for a REGISTER that goes on to another registrar (RFC 3327). */
  readonly path?: NameAddr | string | undefined;
  /** Route values to put in front, first hop first: the Path of a binding. */
  readonly routes?: readonly (NameAddr | string)[];
  /** Max-Breadth of this copy: `breadth` of the branch's target; without it the request keeps what it brought. */
  readonly breadth?: number | undefined;
  /** Address that the request came from: it is noted in the topmost Via (RFC 3261 §18.2.1, RFC 3581 §4). */
  readonly source?: SourceAddress | undefined;
  /** Further edits, for instance of identity headers; run last. */
  readonly also?: (editor: MessageEditor<SipRequest>) => void;
}

/**
 * Builds the request that goes on: every byte that no rule changes (Via, Max-Forwards, Max-Breadth, the routes) stays as it was received.
 * @param request - validated, so Max-Forwards is absent or at least 1
 * @param options - target, Via and routes
 * @see RFC 3261 §16.6, RFC 5393 §5.3.3
 */
export function forwardRequest(request: SipRequest, options: ForwardOptions): SipRequest {
  const editor = edit(request);
  const { preprocessed } = options;
  if (preprocessed !== undefined) removeRoutes(editor, preprocessed);
  const uri = options.uri ?? (preprocessed?.removedLast === true ? preprocessed.uri : undefined);
  if (uri !== undefined && uri.toString() !== request.uriText) editor.setUri(uri);
  if (options.source !== undefined) noteSource(editor, request, options.source);
  editor.set('Max-Forwards', (request.maxForwards ?? 71) - 1);
  editor.set('Max-Breadth', options.breadth ?? incomingBreadth(request));
  // Every hop is a stream; what came over WebSocket may have none (RFC 7118 §4.1).
  if (!request.has('Content-Length')) editor.set('Content-Length', request.body.length);
  const routes = options.routes ?? [];
  for (let i = routes.length - 1; i >= 0; i--) editor.prepend('Route', routes[i]!);
  if (routes.length > 0 || request.has('Route'))
    yieldToStrictRouter(editor, routes[0] ?? (preprocessed ?? request).routes[0], uri ?? request.uriText);
  if (options.recordRoute !== undefined) recordRoute(editor, options.recordRoute);
  if (options.path !== undefined) editor.prepend('Path', options.path);
  editor.prepend('Via', options.via);
  options.also?.(editor);
  return editor.toMessage();
}

function recordRoute(editor: MessageEditor<SipRequest>, own: NameAddr | string | readonly NameAddr[]): void {
  if (!Array.isArray(own)) editor.prepend('Record-Route', own as NameAddr | string);
  else for (const entry of own as readonly NameAddr[]) editor.prepend('Record-Route', entry);
}

/** A first hop without `lr` reads its own address from the Request-URI; the true one goes to the end of Route (RFC 3261 §16.6 step 6). */
function yieldToStrictRouter(
  editor: MessageEditor<SipRequest>,
  first: NameAddr | string | undefined,
  uri: Uri | string,
): void {
  const next = typeof first === 'string' ? parseNameAddr(first) : undefined;
  const hop = next === undefined ? (first as NameAddr | undefined) : next.ok ? next.value : undefined;
  if (hop?.uri.kind !== 'sip' || hop.uri.parameters.has('lr')) return;
  editor.removeFirstValue('Route').append('Route', `<${uri}>`).setUri(hop.uri);
}

/**
 * Notes in the topmost Via of a request where it came from.
 * @param editor - of the request, or of a response made for it
 * @param message - the same, as it was before other edits of Via
 * @param source - address and port of the peer
 * @see RFC 3261 §18.2.1, RFC 3581 §4
 */
export function noteSource(
  editor: MessageEditor<SipMessage>,
  message: SipMessage,
  source: SourceAddress,
): void {
  if (!lacksSource(message, source)) return;
  const via = message.topVia;
  const noted = via.withParameter('received', source.address);
  const asked = via.rport !== undefined;
  editor.replaceFirstValue('Via', asked ? noted.withParameter('rport', `${source.port}`) : noted);
}

/** Whether the topmost Via of a message does not say yet where the request came from. */
export function lacksSource({ topVia: via }: SipMessage, { address }: SourceAddress): boolean {
  return via.rport !== undefined || via.received !== undefined || unbracketed(via.host) !== address;
}

function unbracketed(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

function removeRoutes(editor: MessageEditor<SipRequest>, preprocessed: PreprocessedRequest): void {
  if (preprocessed.removedLast) {
    // The rare case of a strict router: Route is written again.
    editor.remove('Route');
    for (const route of preprocessed.routes) editor.append('Route', route);
    return;
  }
  for (let i = 0; i < preprocessed.removedFirst; i++) editor.removeFirstValue('Route');
  for (let i = (preprocessed.revealed ?? 0) - 1; i >= 0; i--)
    editor.prepend('Route', preprocessed.routes[i]!);
}

/**
 * The response that goes back: without our Via, on the way that its request has come. Where the next Via is not that of the request, the one who
 * answers has written it: sent on like that, the response would end another request of the server before us.
 * @param response - as received by our client transaction
 * @param request - that it answers, as we received it
 * @param also - further edits, run last
 * @returns undefined where ours was the only Via, so that there is nobody to send it to
 * @see RFC 3261 §8.2.6.2, §16.7 step 3
 */
export function forwardResponse(
  response: SipResponse,
  request: SipRequest,
  also?: (editor: MessageEditor<SipResponse>) => void,
): SipResponse | undefined {
  const without = withoutTopVia(response, request);
  if (without === undefined) return undefined;
  const forwarded = leadsBack(without, request) ? without : withViasOf(request, without);
  if (also === undefined) return forwarded;
  const editor = edit(forwarded);
  also(editor);
  return editor.toMessage();
}

/**
 * Whether the topmost Via of a response is by what the server before us finds its request again (RFC 3261 §17.1.3, §18.1.2); the rest may be
 * written in another way.
 */
function leadsBack(response: SipResponse, { topVia: theirs }: SipRequest): boolean {
  let via: Via;
  try {
    via = response.topVia;
  } catch (error) {
    if (error instanceof SipSyntaxError) return false;
    throw error;
  }
  if (via === theirs) return true;
  return (
    via.branch === theirs.branch &&
    via.port === theirs.port &&
    (via.host === theirs.host || via.host.toLowerCase() === theirs.host.toLowerCase())
  );
}

function withViasOf(request: SipRequest, response: SipResponse): SipResponse {
  const editor = edit(response).remove('Via');
  for (const via of request.all('Via')) editor.append('Via', via);
  return editor.toMessage();
}

/** Methods whose request may begin a dialog, so that a proxy on the path must record-route it. */
const dialogMethods: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

/**
 * Whether a request may begin a dialog, so that a proxy that wants to see the dialog must add Record-Route. Inside a
 * dialog the route set is fixed and another entry would change nothing.
 * @param request - as received
 * @see RFC 3261 §16.6 step 4
 */
export function beginsDialog(request: SipRequest): boolean {
  return dialogMethods.has(request.method) && request.to.tag === undefined;
}
