import { mayBeInsideName } from '@entente/federation';
import { type MessageEditor, parseNameAddr, type SipRequest } from '@entente/sip';
import { changedField, changeFields } from '@entente/sip-relay';
import type { Topology } from '@entente/topology';

/**
 * Fields in which a request names others: who has transferred it, whom it was for before, who gets the reply.
 * @see RFC 3892 (Referred-By proves nothing without a signed body), RFC 5806, RFC 7044
 */
const namingFields = ['Referred-By', 'Diversion', 'History-Info', 'Reply-To'] as const;

/**
 * Fields by which the caller has a telephone answer by itself, or ring as the caller likes: by a ring tone of a certain name many telephones answer.
 * @see RFC 5373, RFC 3261 §20.4
 */
const answeringFields = ['Answer-Mode', 'Priv-Answer-Mode', 'Alert-Info'] as const;

/**
 * Takes off the request of a partner what it says of users of ours, and what would have a telephone answer by itself, so that the partner listens in. Of
 * its own users, and of those of third domains, a partner says what it likes. A number has no domain: nothing shows whose it is.
 * @param editor - of the request
 * @param request - as received from a partner
 * @param topology - in force
 */
export function withoutClaims(
  editor: MessageEditor<SipRequest>,
  request: SipRequest,
  topology: Topology,
): void {
  for (const name of answeringFields) if (request.has(name)) editor.remove(name);
  for (const name of namingFields) keepValues(editor, request, name, (value) => isOfOthers(value, topology));
  keepValues(editor, request, 'Call-Info', (value) => !/answer-after/i.test(value));
}

function keepValues(
  editor: MessageEditor<SipRequest>,
  request: SipRequest,
  name: string,
  mayStay: (value: string) => boolean,
): void {
  const changed = changedField(request, name, (value) => (mayStay(value) ? value : undefined));
  if (changed !== undefined) changeFields(editor, [changed]);
}

/** What cannot be read may look like an address of ours to a telephone. */
function isOfOthers(value: string, topology: Topology): boolean {
  const parsed = parseNameAddr(value);
  if (!parsed.ok) return false;
  const { uri } = parsed.value;
  if (uri.kind !== 'sip') return false;
  const host = uri.host.toLowerCase().replace(/\.$/, '');
  return !topology.isOurDomain(host) && !mayBeInsideName(topology, host);
}
