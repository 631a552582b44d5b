import { reachesBeyond, showsAsOurs } from '@entente/federation';
import { type MessageEditor, parseNameAddr, type SipRequest, type SipUri } from '@entente/sip';
import type { Topology } from '@entente/topology';
import { readUserPart } from '../numbering/user-part.ts';

/**
 * Names the author of what a room delivers: an application of ours writes it, and a room of a partner. Programs show it, and From is the
 * room.
 */
export const authorField = 'Entente-Author';

/**
 * Takes the author off a request, unless it is one whom the sender may name. The request is valid without it.
 * @param editor - of the request
 * @param request - as received
 * @param mayName - whether the sender may name a user; none by default
 */
export function keepAuthor(
  editor: MessageEditor<SipRequest>,
  request: SipRequest,
  mayName: (author: SipUri) => boolean = () => false,
): void {
  if (!request.has(authorField)) return;
  const author = authorOf(request.all(authorField));
  if (author === undefined || !mayName(author)) editor.remove(authorField);
}

/** The author; undefined where several are named, or none that has an address and is shown beside it. */
function authorOf(values: readonly string[]): SipUri | undefined {
  const [text = ''] = values;
  const parsed = parseNameAddr(text);
  if (values.length !== 1 || !parsed.ok || !parsed.value.hasValidUri) return undefined;
  const { displayName, uri } = parsed.value;
  return uri.kind === 'sip' && !reachesBeyond(displayName) ? uri : undefined;
}

/** What decides whom a sender outside may name. */
export interface AuthorKnowledge {
  /** In force. */
  readonly topology: Topology;
  /** Whether a user of ours has a global number. */
  readonly isNumberOfUser: (number: string) => boolean;
}

/**
 * Whether a sender outside may name a user as the author: one of the same partner, who looks like none of ours, by an address or by a number.
 * @param author - as named
 * @param from - domain of the sender
 * @param known - topology, and numbers of users
 */
export function isOwnAuthor(
  author: SipUri,
  from: string,
  { isNumberOfUser, topology }: AuthorKnowledge,
): boolean {
  if (!isOfSamePartner(topology, from, author.host.toLowerCase()) || showsAsOurs(author, topology))
    return false;
  return readUserPart(author.user ?? '', topology, isNumberOfUser) === undefined;
}

/** Whether one domain outside may speak for another: it is the same one, or both are of one entry. */
function isOfSamePartner(topology: Topology, from: string, domain: string): boolean {
  if (topology.isOurDomain(domain)) return false;
  const entry = topology.partnerOf(domain);
  return entry === undefined ? from.toLowerCase() === domain : entry === topology.partnerOf(from);
}
