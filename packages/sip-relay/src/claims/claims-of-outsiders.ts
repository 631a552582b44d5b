import { reachesBeyond } from '@entente/federation';
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
import { insiderFields } from '../admission/register-hops.ts';
import { changedField, changeFields, type FieldChange } from '../field-changes.ts';
import { namingFields } from '../identity-header-fields.ts';
import { transferOnly, withoutFieldsInIt } from './fields-of-addresses.ts';
import { fieldsOfNetworks } from './fields-of-networks.ts';

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

/** What an outsider may say of others: a partner, or the telephone network. */
export interface ClaimRules {
  /** Whether it may name who has an address, `sip:`, `sips:` or `tel:`. */
  readonly mayName: (uri: Uri) => boolean;
  /** Whether it may warn in the name of an agent: a host in lower case, or a text without a port. */
  readonly mayWarnAs: (agent: string) => boolean;
}

/**
 * Takes off the request of an outsider what it says of users of ours, what would have a telephone answer by itself, so that the outsider listens in, and what
 * servers of one network say to each other.
 * @param editor - of the request
 * @param request - as received
 * @param rules - what it may say
 */
export function withoutClaims(
  editor: MessageEditor<SipRequest>,
  request: SipRequest,
  rules: ClaimRules,
): void {
  changeFields(editor, changedClaims(request, rules));
}

/**
 * The same of an answer. Contact leads to the end of the dialog, wherever that is.
 * @param response - as it came from an outsider
 * @param rules - what it may say
 * @returns the same response where nothing of it goes
 */
export function answerWithoutClaims(response: SipResponse, rules: ClaimRules): SipResponse {
  const changes = changedClaims(response, rules);
  for (const name of notInAnswers) if (response.has(name)) changes.push([name, undefined]);
  if (changes.length === 0) return response;
  const editor = edit(response);
  changeFields(editor, changes);
  return editor.toMessage();
}

function changedClaims(message: SipMessage, { mayName, mayWarnAs }: ClaimRules): FieldChange[] {
  const changes: FieldChange[] = [];
  const change = (name: string, changed: (value: string) => string | undefined): void => {
    const one = changedField(message, name, changed);
    if (one !== undefined) changes.push(one);
  };
  const keepValues = (name: string, mayStay: (value: string) => boolean): void =>
    change(name, (value) => (mayStay(value) ? value : undefined));
  for (const name of answeringFields) if (message.has(name)) changes.push([name, undefined]);
  for (const name of fieldsOfNetworks) if (message.has(name)) changes.push([name, undefined]);
  for (const name of namingFields)
    keepValues(name, (value) => isOf(value, (uri) => isOfTelephone(uri) && mayName(uri)));
  // What it says of the call is often at an address of the web.
  keepValues(
    'Call-Info',
    (value) => !answersByItself.test(value) && isOf(value, (uri) => !isOfTelephone(uri) || mayName(uri)),
  );
  keepValues('Warning', (value) => isOfAgent(value, mayWarnAs));
  change('Refer-To', transferOnly);
  change('Contact', withoutFieldsInIt);
  return changes;
}

/** What cannot be read may look like an address of ours to a telephone, and so may what is behind a name that has it shown in another order. */
function isOf(value: string, accepts: (uri: Uri) => boolean): boolean {
  const parsed = parseNameAddr(value);
  return parsed.ok && !reachesBeyond(parsed.value.displayName) && accepts(parsed.value.uri);
}

/** No address of the web. */
function isOfTelephone({ kind, scheme }: Uri): boolean {
  return kind === 'sip' || scheme === 'tel';
}

function isOfAgent(value: string, accepts: (agent: string) => boolean): boolean {
  const parsed = parseWarning(value);
  return parsed.ok && accepts(parsed.value.agent.replace(/:\d+$/, '').toLowerCase());
}
