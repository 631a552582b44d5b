import { mayBeInsideName } from '@entente/federation';
import {
  edit,
  type MessageEditor,
  parseNameAddr,
  parseWarning,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type Uri,
} from '@entente/sip';
import type { Topology } from '@entente/topology';
import { insiderFields } from '../admission/vouch.ts';
import { changedField, changeFields, type FieldChange } from '../field-changes.ts';
import { namingFields } from '../naming-fields.ts';
import { transferOnly, withoutFieldsInIt } from './fields-of-addresses.ts';

/**
 * Fields by which the caller has a telephone answer by itself, or ring as the caller likes: by a ring tone of a certain name many telephones answer.
 * @see RFC 5373, RFC 3261 §20.4
 */
const answeringFields = [
  'Answer-Mode',
  'Priv-Answer-Mode',
  'Alert-Info',
  // Of telephones of single makers.
  'X-Alert-Info',
  'P-Auto-Answer',
  'X-Auto-Answer',
  'X-AutoAnswer',
  'Auto-Answer',
  'Answer-After',
] as const;
/** The same in a value of Call-Info: `answer-after`, `info=alert-autoanswer`, `auto-answer`. */
const answersByItself = /answer-after|auto-?answer/i;

/**
 * What an answer of a partner may not say: who gives it, where somebody has checked that, and how a telephone and its server go on with each other.
 * @see RFC 3325 §5, RFC 7616 §3.5, RFC 5626 §4.4.1, RFC 3608, RFC 3327
 */
const notInAnswers = [
  ...insiderFields,
  'P-Preferred-Identity',
  'Authentication-Info',
  'Proxy-Authentication-Info',
  'Flow-Timer',
  'Service-Route',
  'Path',
] as const;

/** Characters of a user's name that are looked at; a longer one is not read, and may name one of ours somewhere. */
const longestUser = 512;

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

/**
 * The same of an answer. Contact leads to the end of the dialog, wherever that is.
 * @param response - as it came from a partner
 * @param topology - in force
 * @returns the same response where nothing of it goes
 */
export function answerOfPartner(response: SipResponse, topology: Topology): SipResponse {
  const changes = changedClaims(response, topology);
  for (const name of notInAnswers) if (response.has(name)) changes.push([name, undefined]);
  if (changes.length === 0) return response;
  const editor = edit(response);
  changeFields(editor, changes);
  return editor.toMessage();
}

function changedClaims(message: SipMessage, topology: Topology): FieldChange[] {
  const changes: FieldChange[] = [];
  const change = (name: string, changed: (value: string) => string | undefined): void => {
    const one = changedField(message, name, changed);
    if (one !== undefined) changes.push(one);
  };
  const keepValues = (name: string, mayStay: (value: string) => boolean): void =>
    change(name, (value) => (mayStay(value) ? value : undefined));
  for (const name of answeringFields) if (message.has(name)) changes.push([name, undefined]);
  for (const name of namingFields)
    keepValues(name, (value) => isOf(value, (uri) => uri.kind === 'sip' && isOfOthers(uri, topology)));
  // What it says of the call is often at an address of the web.
  keepValues(
    'Call-Info',
    (value) => !answersByItself.test(value) && isOf(value, (uri) => isOfOthers(uri, topology)),
  );
  keepValues('Warning', (value) => isOfOtherAgent(value, topology));
  change('Refer-To', transferOnly);
  change('Contact', withoutFieldsInIt);
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
  const { user = '' } = uri;
  if (user.length > longestUser) return false;
  const [, ...places] = user
    .normalize('NFKC')
    .toLowerCase()
    .split(/[@;:=]/);
  return ![uri.host.toLowerCase(), ...places].some((place) => isOurs(place.trim(), topology));
}

function isOurs(place: string, topology: Topology): boolean {
  const host = place.replace(/\.$/, '');
  return topology.isOurDomain(host) || mayBeInsideName(topology, host);
}

function isOfOtherAgent(value: string, topology: Topology): boolean {
  const parsed = parseWarning(value);
  if (!parsed.ok) return false;
  const agent = parsed.value.agent.replace(/:\d+$/, '').toLowerCase();
  return !topology.externalNames.has(agent) && !isOurs(agent, topology);
}
