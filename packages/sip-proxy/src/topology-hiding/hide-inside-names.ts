import { type MessageEditor, parseWarning, reasonPhrase, type SipMessage } from '@entente/sip';
import { sipsWarnings, warning } from '../request/refusal.ts';

/** Which names must not be seen outside; all in lower case. */
export interface InsideNames {
  /** Whether a host is a server, pool or store of the inside. */
  readonly isInside: (host: string) => boolean;
  /** Whether a SIP domain is ours. */
  readonly isOurDomain: (domain: string) => boolean;
  /** The name by which the receiver knows this server. */
  readonly agent: string;
}

/** Routes inside that a message may carry, which nobody outside can use. */
const routesInside: ReadonlySet<string> = new Set(['path', 'service-route']);

/**
 * Fields that stay although they may name a server: the ends of a dialog own them, and find it by them (RFC 3261 §12). Via,
 * Route and Record-Route have rules of their own.
 */
const fieldsOfTheEnds: ReadonlySet<string> = new Set(
  [
    ['from', 'f', 'to', 't', 'call-id', 'i', 'cseq', 'contact', 'm', 'via', 'v', 'route', 'record-route'],
    ['replaces', 'target-dialog', 'join', 'refer-to', 'r', 'referred-by', 'b', 'in-reply-to'],
    ['content-length', 'l', 'content-type', 'c', 'max-forwards'],
  ].flat(),
);

/** Runs of what a host name is made of: one class and no way back, so that it takes linear time whatever stands there. */
const hostLike = /[a-z0-9._-]+/gi;
const longestHost = 255;
/** Warnings that go out; further ones are left off. */
const maxWarnings = 16;

/**
 * Takes off a message that leaves the organisation what reveals the inside: Path and Service-Route, warnings of our servers, a
 * reason phrase or any further field that names one. What the ends of a dialog wrote for each other stays.
 * @param editor - of the message
 * @param message - the message as it was before other edits
 * @param names - which names are of the inside
 */
export function hideInsideNames(
  editor: MessageEditor<SipMessage>,
  message: SipMessage,
  names: InsideNames,
): void {
  for (const [name, value] of message.headers()) {
    const lower = name.toLowerCase();
    // Route belongs to requests (RFC 3261 §20): in a response it leads nobody anywhere.
    if (lower === 'route' && message.kind === 'response') editor.remove(name);
    if (fieldsOfTheEnds.has(lower)) continue;
    if (lower === 'warning') continue;
    if (routesInside.has(lower) || namesInside(value, names)) editor.remove(name);
  }
  if (message.has('Warning')) hideWarnings(editor, message, names);
  if (message.kind === 'response' && namesInside(message.reason, names)) {
    editor.setStartLine(`SIP/2.0 ${message.status} ${reasonPhrase(message.status)}`);
  }
}

/**
 * Warnings of the ends stay, they say why a call cannot be (RFC 3261 §20.43). Those of our servers are for insiders, but for what the
 * scheme of the Request-URI should be (RFC 5630 §5.3): this server says that itself.
 */
function hideWarnings(editor: MessageEditor<SipMessage>, message: SipMessage, names: InsideNames): void {
  editor.remove('Warning');
  for (const value of message.values('Warning').slice(0, maxWarnings)) {
    const parsed = parseWarning(value);
    if (!parsed.ok) continue;
    const { code } = parsed.value;
    const agent = endOf(parsed.value.agent.replace(/:\d+$/, ''));
    if (!namesInside(value, names) && !isOurs(names, agent)) editor.append('Warning', value);
    else if (code === 380 || code === 381)
      editor.append('Warning', warning(code, names.agent, sipsWarnings[code]));
  }
}

/** One of our domains, or a host below it. */
function isOurs(names: InsideNames, host: string): boolean {
  for (let at = -1; ; ) {
    if (names.isOurDomain(host.slice(at + 1))) return true;
    at = host.indexOf('.', at + 1);
    if (at === -1) return false;
  }
}

function namesInside(text: string, names: InsideNames): boolean {
  if (!text.includes('.')) return false;
  for (const [found] of text.matchAll(hostLike)) {
    if (endsInside(endOf(found), names)) return true;
  }
  return false;
}

/** As much of a host as a name may have, as names are compared. */
function endOf(host: string): string {
  return host.slice(-longestHost).toLowerCase().replace(/\.$/, '');
}

/** A name of the inside, or anything with a full stop before one. */
function endsInside(host: string, names: InsideNames): boolean {
  for (let at = -1; ; ) {
    if (names.isInside(host.slice(at + 1))) return true;
    at = host.indexOf('.', at + 1);
    if (at === -1) return false;
  }
}
