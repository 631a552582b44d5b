import {
  edit,
  type MessageEditor,
  type NameAddr,
  parseNameAddr,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type Via,
} from '@entente/sip';

/**
 * Takes the way that a request has come inside off it: our Via and our entry are all that the next hop sees. What is taken
 * off comes back with {@link restorePath}.
 * @param editor - of the request that goes out
 * @param via - ours
 * @param entry - from `sealedEntry`, over the Record-Route values that the request brought; undefined where no dialog begins
 */
export function hidePath(editor: MessageEditor<SipRequest>, via: Via, entry: NameAddr | undefined): void {
  editor.set('Via', via).remove('Record-Route');
  if (entry !== undefined) editor.prepend('Record-Route', entry);
}

/**
 * Gives a response from outside the way back that {@link hidePath} took off its request: the Via values, and in place of our sealed
 * entry the Record-Route values (RFC 3261 §16.7 step 8). What the other side wrote above our entry stays, what it wrote below
 * does not count; a route set without our entry is dropped.
 * @param response - as received, our Via on top
 * @param request - as we received it
 * @param own - the sealed entry that went out, and the entry that takes its place inside; undefined where none went out
 */
export function restorePath(
  response: SipResponse,
  request: SipRequest,
  own: { readonly sealed: NameAddr; readonly inside: NameAddr } | undefined,
): SipResponse {
  const editor = edit(response);
  editor.set('Via', response.topVia.toString());
  for (const via of request.all('Via')) editor.append('Via', via);
  if (response.has('Record-Route')) {
    const values = response.values('Record-Route');
    const at = own === undefined ? -1 : positionOf(own.sealed, values);
    editor.remove('Record-Route');
    if (own !== undefined && at !== -1) {
      const restored = [...values.slice(0, at), own.inside, ...request.values('Record-Route')];
      for (const value of restored) editor.append('Record-Route', value);
    }
  }
  return editor.toMessage();
}

/**
 * Hides the route inside in a response that goes out: what stands above our entry becomes one sealed entry, in the order in which
 * the other side will send along it. Without our entry, or where the way is too long, no route set goes out.
 * @param editor - of the response
 * @param response - the response
 * @param entry - our entry of the inside, as it was in the request; undefined where none was
 * @param seal - makes the sealed entry of a way
 */
export function hideRecordRoute(
  editor: MessageEditor<SipResponse>,
  response: SipResponse,
  entry: NameAddr | undefined,
  seal: (routes: readonly string[]) => NameAddr | undefined,
): void {
  if (!response.has('Record-Route')) return;
  const values = response.values('Record-Route');
  const at = entry === undefined ? -1 : positionOf(entry, values);
  editor.remove('Record-Route');
  if (at === -1) return;
  const sealed = seal(values.slice(0, at).reverse());
  if (sealed === undefined) return;
  for (const value of [sealed, ...values.slice(at + 1)]) editor.append('Record-Route', value);
}

/** The Record-Route values of a message, as they stand. */
export function recordRouteOf(message: SipMessage): readonly string[] {
  return message.has('Record-Route') ? message.values('Record-Route') : [];
}

/** Where an entry of ours stands: the last such, for a request that passes twice has two that may be equal. */
function positionOf(entry: NameAddr, values: readonly string[]): number {
  return values.findLastIndex((value) => {
    const parsed = parseNameAddr(value);
    if (!parsed.ok || parsed.value.uri.kind !== 'sip' || entry.uri.kind !== 'sip') return false;
    return parsed.value.uri.rawUser === entry.uri.rawUser && parsed.value.uri.host === entry.uri.host;
  });
}
