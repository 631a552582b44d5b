import { type MessageEditor, parseWarning, reasonPhrase, type SipMessage } from '@entente/sip';
import type { Topology } from '@entente/topology';

const namesByTopology = new WeakMap<Topology, ReadonlySet<string>>();

/**
 * Whether a host is a name of the inside: of a server, pool or store, or of the internal side of an edge. Names under which we
 * are known outside are not: our domains, and the external sides.
 * @param topology the one in force; its names are gathered once
 */
export function isInsideName(topology: Topology, host: string): boolean {
  let names = namesByTopology.get(topology);
  if (names === undefined) {
    names = gatherNames(topology);
    namesByTopology.set(topology, names);
  }
  return names.has(host);
}

function gatherNames(topology: Topology): ReadonlySet<string> {
  const { domains, externalNames, pools, servers, stores } = topology;
  const names = new Set<string>();
  for (const { fqdn, interfaces } of servers.values()) names.add(fqdn).add(interfaces.internal?.fqdn ?? fqdn);
  for (const name of [...pools.keys(), ...stores.keys()]) names.add(name);
  for (const name of [...domains.keys(), ...externalNames.keys()]) names.delete(name);
  return names;
}

/** Ways inside that a message may carry, which nobody outside can use. */
const waysInside: ReadonlySet<string> = new Set(['path', 'service-route']);

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

/**
 * Takes off a message that leaves the organisation what tells of the inside: Path and Service-Route, warnings of our servers, a
 * reason phrase or any further field that names one. What the ends of a dialog wrote for each other stays.
 * @param editor of the message
 * @param message the message as it was before other edits
 * @param topology the one in force
 */
export function hideInsideNames(
  editor: MessageEditor<SipMessage>,
  message: SipMessage,
  topology: Topology,
): void {
  for (const [name, value] of message.headers()) {
    const lower = name.toLowerCase();
    if (fieldsOfTheEnds.has(lower)) continue;
    if (lower === 'warning') hideWarnings(editor, message, topology);
    else if (waysInside.has(lower) || namesInside(value, topology)) editor.remove(name);
  }
  if (message.kind === 'response' && namesInside(message.reason, topology)) {
    editor.setStartLine(`SIP/2.0 ${message.status} ${reasonPhrase(message.status)}`);
  }
}

/** Warnings of the ends stay, they say why a call cannot be (RFC 3261 §20.43); those of our servers are for insiders. */
function hideWarnings(editor: MessageEditor<SipMessage>, message: SipMessage, topology: Topology): void {
  editor.remove('Warning');
  for (const value of message.values('Warning')) {
    const parsed = parseWarning(value);
    if (!parsed.ok || namesInside(value, topology)) continue;
    const agent = parsed.value.agent.replace(/:\d+$/, '').toLowerCase();
    if (!isOurs(topology, agent)) editor.append('Warning', value);
  }
}

/** One of our domains, or a host below it. */
function isOurs(topology: Topology, host: string): boolean {
  for (let at = -1; ; ) {
    if (topology.isOurDomain(host.slice(at + 1))) return true;
    at = host.indexOf('.', at + 1);
    if (at === -1) return false;
  }
}

function namesInside(text: string, topology: Topology): boolean {
  if (!text.includes('.')) return false;
  for (const [found] of text.matchAll(hostLike)) {
    if (endsInside(found.slice(-longestHost).toLowerCase().replace(/\.$/, ''), topology)) return true;
  }
  return false;
}

/** A name of the inside, or anything with a full stop before one. */
function endsInside(host: string, topology: Topology): boolean {
  for (let at = -1; ; ) {
    if (isInsideName(topology, host.slice(at + 1))) return true;
    at = host.indexOf('.', at + 1);
    if (at === -1) return false;
  }
}
