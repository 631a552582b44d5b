import { kindOf } from './check-parts.ts';
import { SipArgumentError } from './problem.ts';

/**
 * Looks at an object that a caller gives.
 *
 * @param value - as given
 * @param place - which argument
 * @param remedy - what to do where it is something else
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkObject(value: unknown, place: string, remedy: string): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new SipArgumentError(`expected an object, found ${kindOf(value)}`, place, remedy);
}

/**
 * Looks at a list that a caller gives.
 *
 * @param value - as given
 * @param place - which argument
 * @param remedy - what to do where it is something else
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkList(value: unknown, place: string, remedy: string): void {
  if (Array.isArray(value)) return;
  throw new SipArgumentError(`expected a list, found ${kindOf(value)}`, place, remedy);
}

/**
 * Looks at bytes that a caller gives, of whatever realm.
 *
 * @param value - as given
 * @param place - which argument
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkBytes(value: unknown, place: string): void {
  if (ArrayBuffer.isView(value) && (value as Uint8Array).BYTES_PER_ELEMENT === 1) return;
  throw new SipArgumentError(`expected bytes, found ${kindOf(value)}`, place, 'give a Uint8Array');
}
