import { type MessageEditor, parseAuthorization, type SipRequest } from '@entente/sip';
import { applyIdentity } from '@entente/sip-proxy';
import type { Topology } from '@entente/topology';
import { changeFields } from '../field-changes.ts';
import { historyFields } from '../identity-header-fields.ts';
import { numbersInClaims } from '../numbering/numbers-in-claims.ts';
import { isOwnAuthor, keepAuthor } from './message-author.ts';
import { keepMessageId } from './message-id.ts';
import type { Sender } from './sender.ts';

/**
 * Names the servers that a REGISTER has come over, nearest first, where a front end sends it on to the registrar of another pool. Only
 * servers that vouch for users may write it.
 */
export const askedByField = 'Entente-Asked-By';

/**
 * Says by which version of the account the user of a REGISTER has authenticated: the registrar may have heard of another password that the server
 * before it did not know yet.
 */
export const accountVersionField = 'Entente-Account-Version';

/**
 * What only servers of ours may say of a message.
 * @see RFC 3325 §5, RFC 5502 and RFC 6050 (for whom a request is served, and as which service: those who trust each other believe it, and take
 * it off what comes from others), RFC 7315 §4.2.2.1 (a user agent writes no P-Called-Party-ID)
 */
export const insiderFields = [
  'P-Asserted-Identity',
  'P-Associated-URI',
  'P-Called-Party-ID',
  'P-Served-User',
  'P-Asserted-Service',
  'Remote-Party-ID',
  'Entente-Diagnostics',
  askedByField,
  accountVersionField,
] as const;
const credentialFields = ['Authorization', 'Proxy-Authorization'] as const;

/** The server that vouches for a sender, and what is in force. */
export interface VouchingServer {
  /** FQDN of the server that writes the fields. */
  readonly fqdn: string;
  /** Gives the topology in force. */
  readonly topology: () => Topology;
  /** Whether a user of ours has a global number; default: nobody has one. */
  readonly isNumberOfUser?: ((number: string) => boolean) | undefined;
}

/**
 * Writes who has sent a request, for the servers that it goes on to: the identity that this server has found takes the place of what the
 * sender said of it, and credentials that were meant for us stay here.
 * @param editor - of the request
 * @param request - as received
 * @param sender - from `Admission`
 * @param server - this one
 * @see RFC 3325 §5, RFC 3261 §22.3
 */
export function vouchFor(
  editor: MessageEditor<SipRequest>,
  request: SipRequest,
  sender: Sender,
  server: VouchingServer,
): void {
  applyIdentity(editor, request, sender.identity);
  // An application says who it is, and nothing else of users.
  if (sender.isInsider && sender.isForItself !== true) return;
  // The asserted identity has been replaced above.
  for (const name of insiderFields) {
    if (name !== 'P-Asserted-Identity' && request.has(name)) editor.remove(name);
  }
  if (sender.accountVersion !== undefined) editor.append(accountVersionField, sender.accountVersion);
  if (sender.isForItself !== true) keepMessageId(editor, request, server.topology());
  // Of its own users a partner's servers write them truly; our edge has taken off what they say of ours, but for numbers.
  if (sender.arrival.kind !== 'partner') {
    for (const name of historyFields) if (request.has(name)) editor.remove(name);
    if (sender.isForItself !== true) keepAuthor(editor, request);
  } else {
    const { isNumberOfUser = () => false } = server;
    const topology = server.topology();
    changeFields(editor, numbersInClaims(request, topology, isNumberOfUser));
    const { uri } = request.from;
    const from = uri.kind === 'sip' ? uri.host : uri.scheme;
    keepAuthor(editor, request, (author) => isOwnAuthor(author, from, { isNumberOfUser, topology }));
  }
  for (const name of credentialFields) keepCredentials(editor, request, name, sender, server);
}

/**
 * Credentials for us go no further; those for a realm that is not ours do, because a proxy or server of that realm has asked for
 * them (RFC 3261 §22.3). What cannot be read as meant for another realm was meant for us.
 */
function keepCredentials(
  editor: MessageEditor<SipRequest>,
  request: SipRequest,
  name: (typeof credentialFields)[number],
  { provenBy }: Sender,
  server: VouchingServer,
): void {
  if (!request.has(name)) return;
  const values = request.all(name);
  // It is the one that has been read for us.
  if (values.length === 1 && provenBy === name) {
    editor.remove(name);
    return;
  }
  const others = values.filter((value) => isForOthers(parseAuthorization(value), server));
  if (others.length === values.length) return;
  editor.remove(name);
  for (const value of others) editor.append(name, value);
}

function isForOthers(
  credentials: ReturnType<typeof parseAuthorization>,
  { fqdn, topology }: VouchingServer,
): boolean {
  if (typeof credentials !== 'object') return false;
  const { realm } = credentials;
  return realm.toLowerCase() !== fqdn && !topology().isOurDomain(realm);
}

/**
 * For whom a server sends a request, where many share its link; see `ProxyPolicy.onBehalfOf`.
 * @param request - admitted
 * @param sender - from `Admission`
 */
export function behalfOf({ from: { uri } }: SipRequest, { arrival, identity }: Sender): string | undefined {
  if (arrival.kind === 'client') return undefined;
  if (identity.asserted !== undefined) return identity.asserted;
  // A partner may write any user, but no domain that is not its own.
  if (arrival.kind !== 'partner') return undefined;
  return uri.kind === 'sip' ? uri.host : uri.scheme;
}
