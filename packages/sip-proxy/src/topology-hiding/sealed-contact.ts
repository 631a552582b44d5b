import { type MessageEditor, parseNameAddr, parseUri, type SipMessage, type Uri } from '@entente/sip';
import { type OwnAddress, uriAt } from '../route/own-address.ts';
import type { Sealing } from '../sealing/sealing.ts';

const purpose = 'contact';

/**
 * Hides the Contact addresses of servers inside in a message that goes out: the other end of the dialog is given an address at us
 * that holds the true one, sealed. The addresses of users' devices stay. One that is too long to be sealed is left out, and so is one
 * that cannot be read: nobody knows what it names, and the message itself must not be lost for it.
 * @param editor - of the message
 * @param message - the message
 * @param options - `isInside`: whether a host must not be seen outside; `address`: where the receiver reaches us; what seals
 */
export function hideContacts(
  editor: MessageEditor<SipMessage>,
  message: SipMessage,
  options: {
    readonly address: OwnAddress;
    readonly isInside: (host: string) => boolean;
    readonly sealing: Sealing;
  },
): void {
  const { address, isInside, sealing } = options;
  const hidden = ({ uri }: { readonly uri: Uri }) => uri.kind === 'sip' && isInside(uri.host);
  if (!message.has('Contact') || message.isContactWildcard) return;
  const contacts = message.values('Contact').map(parseNameAddr);
  if (contacts.every((contact) => contact.ok && !hidden(contact.value))) return;
  editor.remove('Contact');
  for (const read of contacts) {
    if (!read.ok) continue;
    const contact = read.value;
    const user = hidden(contact) ? sealing.seal(purpose, [contact.uriText]) : undefined;
    if (user !== undefined)
      editor.append(
        'Contact',
        contact.with({ uri: uriAt(address, { scheme: schemeOf(contact.uri), user }) }),
      );
    else if (!hidden(contact)) editor.append('Contact', contact);
  }
}

/** A sips Contact stays one: the dialog is secure at its last hop too (RFC 3261 §12.1.1). */
function schemeOf({ scheme }: Uri): 'sip' | 'sips' {
  return scheme === 'sips' ? 'sips' : 'sip';
}

/**
 * The true address behind one that {@link hideContacts} gave out.
 * @param uri - Request-URI of a request from outside
 * @returns undefined where the URI is none of ours
 */
export function revealContact(
  uri: Uri,
  options: { readonly isOurHost: (host: string) => boolean; readonly sealing: Sealing },
): Uri | undefined {
  if (uri.kind !== 'sip' || uri.rawUser === undefined || !options.isOurHost(uri.host)) return undefined;
  const [text] = options.sealing.open(purpose, uri.rawUser) ?? [];
  const parsed = text === undefined ? undefined : parseUri(text);
  return parsed?.ok === true ? parsed.value : undefined;
}
