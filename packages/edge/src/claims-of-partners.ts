import { mayBeInsideName } from '@entente/federation';
import { type MessageEditor, parseNameAddr, type SipMessage, type SipRequest, type Uri } from '@entente/sip';
import { changedField, changeFields, type FieldChange, namingFields } from '@entente/sip-relay';
import type { Topology } from '@entente/topology';

/**
 * Fields by which the caller has a telephone answer by itself, or ring as the caller likes: by a ring tone of a certain name many telephones answer.
 * @see RFC 5373, RFC 3261 §20.4
 */
const answeringFields = ['Answer-Mode', 'Priv-Answer-Mode', 'P-Auto-Answer', 'Alert-Info'] as const;
/** The same in a value of Call-Info: `answer-after`, `info=alert-autoanswer`, `auto-answer`. */
const answersByItself = /answer-after|auto-?answer/i;

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
  changeFields(editor, changedClaims(request, topology));
}

function changedClaims(message: SipMessage, topology: Topology): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  const keepValues = (name: string, mayStay: (value: string) => boolean): void => {
    const changed = changedField(message, name, (value) => (mayStay(value) ? value : undefined));
    if (changed !== undefined) changes.push(changed);
  };
  for (const name of answeringFields) if (message.has(name)) changes.push([name, undefined]);
  for (const name of namingFields)
    keepValues(name, (value) => isOf(value, (uri) => uri.kind === 'sip' && isOfOthers(uri, topology)));
  // What it says of the call is often at an address of the web.
  keepValues(
    'Call-Info',
    (value) => !answersByItself.test(value) && isOf(value, (uri) => isOfOthers(uri, topology)),
  );
  return changes;
}

/** What cannot be read may look like an address of ours to a telephone. */
function isOf(value: string, accepts: (uri: Uri) => boolean): boolean {
  const parsed = parseNameAddr(value);
  return parsed.ok && accepts(parsed.value.uri);
}

/**
 * Neither at a domain of ours, nor with one in the name of the user, which telephones show without what is behind it: `alice%40contoso.example`,
 * `alice;phone-context=contoso.example`.
 */
function isOfOthers(uri: Uri, topology: Topology): boolean {
  if (uri.kind !== 'sip') return uri.kind !== 'tel';
  const [, ...places] = (uri.user ?? '')
    .normalize('NFKC')
    .toLowerCase()
    .split(/[@;:=]/);
  return ![uri.host.toLowerCase(), ...places].some((place) => isOurs(place.trim(), topology));
}

function isOurs(place: string, topology: Topology): boolean {
  const host = place.replace(/\.$/, '');
  return topology.isOurDomain(host) || mayBeInsideName(topology, host);
}
