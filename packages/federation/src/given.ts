import { isRecord, object, texts } from '@entente/options';
import { checks } from './checks.ts';

/**
 * Checks an object as an argument, and those of its fields that are lists of texts.
 * @param value - as given
 * @param lists - its fields that must be lists: a text in the place of one would contain each of its parts
 * @param place - which one
 * @param remedy - what to do where it is something else
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkLists(value: unknown, lists: readonly string[], place: string, remedy: string): void {
  checks.argument(value, object, place, remedy);
  for (const list of lists)
    checks.argument((value as Readonly<Record<string, unknown>>)[list], texts, `${list} of ${place}`, remedy);
}

/**
 * Checks a message as an argument.
 * @param message - as given
 * @param of - the function that it is given to
 * @param kind - where it must be a request
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkMessage(message: unknown, of: string, kind?: 'request'): void {
  const found = isRecord(message) ? message.kind : undefined;
  if (found === 'request' || (found === 'response' && kind === undefined)) return;
  const wanted = kind === undefined ? 'a SipRequest or SipResponse' : 'a SipRequest';
  throw checks.unlike(message, wanted, `message of ${of}`, 'give the message of a parsed result that is ok');
}
