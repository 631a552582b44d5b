import { assertableIdentities, insiderFieldsOf, showsAsOurs, speaksFor } from '@entente/federation';
import type { MessageEditor, NameAddr, SipRequest } from '@entente/sip';
import {
  accountVersionField,
  askedByField,
  changeFields,
  keepAuthor,
  oneLine,
  partnerClaims,
  withoutClaims,
} from '@entente/sip-relay';
import type { Topology } from '@entente/topology';
import type { Arrival } from './decide-edge-route.ts';

/** What servers of ours say to each other of a REGISTER. */
const ofServers = [accountVersionField, askedByField] as const;

/**
 * Takes off a request from outside what its sender may not say.
 * @param editor - of the request
 * @param request - as received
 * @param arrival - where it came from
 * @param topology - in force
 */
export function editInwards(
  editor: MessageEditor<SipRequest>,
  request: SipRequest,
  arrival: Arrival,
  topology: Topology,
): void {
  for (const name of insiderFieldsOf(request, 'in')) editor.remove(name);
  for (const name of ofServers) if (request.has(name)) editor.remove(name);
  if (arrival.kind === 'client') editor.remove('P-Asserted-Identity');
  else setIdentities(editor, assertableIdentities(request));
  if (arrival.kind === 'partner') withoutClaims(editor, request, partnerClaims(topology));
  keepAuthor(editor, request, (uri) => {
    if (arrival.kind !== 'partner' || !speaksFor(arrival.authority, uri.host.toLowerCase())) return false;
    return !showsAsOurs(uri, topology);
  });
}

function setIdentities(editor: MessageEditor<SipRequest>, values: readonly NameAddr[] | undefined): void {
  if (values !== undefined) changeFields(editor, [['P-Asserted-Identity', oneLine(values)]]);
}
