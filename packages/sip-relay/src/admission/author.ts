import { type MessageEditor, parseNameAddr, type SipRequest } from '@entente/sip';
import type { Topology } from '@entente/topology';

/**
 * Names the author of what a room delivers: an application of ours writes it, and a room of a partner. Programs show it, and From is the
 * room.
 */
export const authorField = 'Entente-Author';

/**
 * Takes the author off a request, unless it is one whom the sender may name. The request is valid without it.
 * @param editor - of the request
 * @param request - as received
 * @param maySpeakFor - whether the sender may name users of a domain, in lower case; none by default
 */
export function keepAuthor(
  editor: MessageEditor<SipRequest>,
  request: SipRequest,
  maySpeakFor: (domain: string) => boolean = () => false,
): void {
  if (!request.has(authorField)) return;
  const domain = authorDomain(request.all(authorField));
  if (domain === undefined || !maySpeakFor(domain)) editor.remove(authorField);
}

/** The domain of the author; undefined where several are named, or none that has an address. */
function authorDomain(values: readonly string[]): string | undefined {
  const [text = ''] = values;
  const parsed = parseNameAddr(text);
  if (values.length !== 1 || !parsed.ok || !parsed.value.hasValidUri) return undefined;
  const { uri } = parsed.value;
  return uri.kind === 'sip' ? uri.host.toLowerCase() : undefined;
}

/**
 * Whether one domain outside may speak for another: it is the same one, or both are of one entry.
 * @param topology - in force
 * @param from - domain of the sender
 * @param domain - in lower case
 */
export function isOfSamePartner(topology: Topology, from: string, domain: string): boolean {
  if (topology.isOurDomain(domain)) return false;
  const entry = topology.partnerOf(domain);
  return entry === undefined ? from.toLowerCase() === domain : entry === topology.partnerOf(from);
}
