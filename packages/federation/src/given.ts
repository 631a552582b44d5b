import { TopologyFault } from '@entente/topology';

/**
 * Looks at a text as an argument.
 * @param value - as given
 * @param place - which one
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkText(value: unknown, place: string): void {
  if (typeof value !== 'string') throw unlike(place, 'a text', value, 'give a text');
}

/**
 * Looks at an object as an argument, and at those of its fields that are lists of texts.
 * @param value - as given
 * @param lists - its fields that must be lists: a text in the place of one would contain each of its parts
 * @param place - which one
 * @param remedy - what to do where it is something else
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkLists(value: unknown, lists: readonly string[], place: string, remedy: string): void {
  if (typeof value !== 'object' || value === null) throw unlike(place, 'an object', value, remedy);
  for (const list of lists) {
    const found = (value as Readonly<Record<string, unknown>>)[list];
    if (!Array.isArray(found) || !found.every((one) => typeof one === 'string'))
      throw unlike(`${list} of ${place}`, 'a list of texts', found, remedy);
  }
}

/**
 * Looks at a message as an argument.
 * @param message - as given
 * @param of - the function that it is given to
 * @param kind - where it must be a request
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkMessage(message: unknown, of: string, kind?: 'request'): void {
  const found =
    typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined;
  if (found === 'request' || (found === 'response' && kind === undefined)) return;
  const wanted = kind === undefined ? 'a SipRequest or SipResponse' : 'a SipRequest';
  throw unlike(`message of ${of}`, wanted, message, 'give the message of a parsed result that is ok');
}

/**
 * The fault of an argument of another kind.
 * @param place - which argument
 * @param wanted - what it may be
 * @param value - what it is
 * @param remedy - what to do now
 */
export function unlike(place: string, wanted: string, value: unknown, remedy: string): TopologyFault {
  const found =
    value === undefined ? 'none' : value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  return new TopologyFault('ENTENTE_TOPOLOGY_BAD_ARGUMENT', {
    sentence: `${place}: expected ${wanted}, found ${found}`,
    place,
    remedy,
  });
}
