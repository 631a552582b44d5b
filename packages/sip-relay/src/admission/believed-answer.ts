import { addressOfRecord, edit, parseNameAddr, type SipResponse } from '@entente/sip';
import { isOwnAddress, type Topology } from '@entente/topology';
import { changeFields } from '../field-changes.ts';
import { historyFields, namingFields } from '../identity-header-fields.ts';
import { numbersInClaims } from '../numbering/numbers-in-claims.ts';
import { withoutFields } from '../without-fields.ts';
import { speaksForItself } from './application-identity.ts';
import { mayAssertIdentity } from './may-assert-identity.ts';
import { authorField } from './message-author.ts';
import { messageIdField } from './message-id.ts';
import { insiderFields } from './register-hops.ts';

const asserted = 'P-Asserted-Identity';
const diagnostics = 'Entente-Diagnostics';
/** Who answers, and for whom. A room names the authors of messages, which no answer carries, and the message that it has taken. */
const claims = [...insiderFields, 'P-Preferred-Identity', authorField, messageIdField] as const;
/**
 * Who a call was for before: gateways write it truly, and partners of their users, for our edge has taken off what they say of ours, but for numbers; users
 * do not, and applications have no call of others.
 */
const claimsOfEnds = [...claims, ...historyFields] as const;
const looked = [...new Set([...claimsOfEnds, ...namingFields])];
const noNumbers = (): boolean => false;

/**
 * An answer without what its bringer may not say of who gives it: what counts in no request counts in no answer. Front ends and directors have asked the
 * same of what they hand on. An application is believed about its own addresses; an edge and a mediation server bring what others answer, of whom nobody
 * has checked anything, as nobody has of a client. Why a server of ours has refused, it says itself.
 * @param response - as it came
 * @param bringer - gives the FQDN of the server that it came from; undefined: a client. Asked where there is something to believe
 * @param topology - in force
 * @param isNumberOfUser - whether a user of ours has a global number, where this server knows
 * @see RFC 3325 §5: it speaks of messages, requests and responses alike
 */
export function believedAnswer(
  response: SipResponse,
  bringer: () => string | undefined,
  topology: Topology,
  isNumberOfUser: (number: string) => boolean = noNumbers,
): SipResponse {
  if (!looked.some((name) => response.has(name))) return response;
  const server = bringer();
  if (server === undefined) return withoutFields(response, claimsOfEnds);
  const isEdge = topology.servers.get(server)?.role === 'edge';
  const isBelieved = !isEdge && mayAssertIdentity(topology, server);
  const isApplication = isBelieved && speaksForItself(topology, server);
  if (isBelieved && !isApplication) return response;
  const untrue = (isApplication ? claimsOfEnds : claims).filter((name) => {
    if (!response.has(name) || (name === messageIdField && isApplication)) return false;
    if (name === diagnostics) return !explains(response, isApplication ? server : undefined);
    return !(isApplication && name === asserted && namesItself(response, server, topology));
  });
  const believed = withoutFields(response, untrue);
  return isEdge ? withoutNumbers(believed, topology, isNumberOfUser) : believed;
}

/** Users of ours are named by numbers as little as by their addresses, which the edge has taken off. */
function withoutNumbers(
  response: SipResponse,
  topology: Topology,
  isNumberOfUser: (number: string) => boolean,
): SipResponse {
  const changes = numbersInClaims(response, topology, isNumberOfUser);
  if (changes.length === 0) return response;
  const editor = edit(response);
  changeFields(editor, changes);
  return editor.toMessage();
}

/** Whether diagnostics are those of a refusal, and of this server where one is named. */
function explains(response: SipResponse, server: string | undefined): boolean {
  if (response.status < 300) return false;
  return (
    server === undefined || response.all(diagnostics).every((one) => one.endsWith(`;source="${server}"`))
  );
}

/** What cannot be read names nobody. */
function namesItself(response: SipResponse, server: string, topology: Topology): boolean {
  return response.values(asserted).every((value) => {
    const parsed = parseNameAddr(value);
    const address = parsed.ok ? addressOfRecord(parsed.value.uri) : undefined;
    return address !== undefined && isOwnAddress(topology, server, address);
  });
}
