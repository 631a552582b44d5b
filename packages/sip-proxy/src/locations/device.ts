import { createHash } from 'node:crypto';
import type { Binding } from './binding.ts';

/** What tells one device of a user from the others, and one of its connections from the others. */
export type DeviceTraits = Pick<Binding, 'instance' | 'regId' | 'uri'>;

/** Enough that two devices of one user never share a name, short enough to travel in every route. */
const hashBytes = 9;
const names = new WeakMap<DeviceTraits, string>();

/**
 * The name of a device and of its flow, as tokens carry it: it stays the same when the device connects again. It is made of the instance
 * and `reg-id`; of the Contact URI for a device that has no instance.
 * @param traits - of a binding, or of a Contact
 * @see RFC 5626 §4.1, §4.2
 */
export function deviceOf(traits: DeviceTraits): string {
  const known = names.get(traits);
  if (known !== undefined) return known;
  const { instance, regId, uri } = traits;
  const hash = createHash('sha256').update(
    instance === undefined ? `contact\0${uri}` : `instance\0${instance}`,
  );
  const name = hash.digest().subarray(0, hashBytes).toString('base64url');
  const flow = regId === undefined ? name : `${name}.${regId}`;
  names.set(traits, flow);
  return flow;
}

/**
 * The part of a name of {@link deviceOf} that all flows of one device share.
 * @param device - from `deviceOf`
 */
export function instanceOf(device: string): string {
  const dot = device.indexOf('.');
  return dot === -1 ? device : device.slice(0, dot);
}
