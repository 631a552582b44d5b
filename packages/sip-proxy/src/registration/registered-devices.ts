import { detached, type NameAddr, type SipRequest } from '@entente/sip';
import { deviceOf } from '../locations/device.ts';
import { contactText, readSeconds } from './contact-binding.ts';

/** A device that a REGISTER speaks of. */
export interface RegisteredDevice {
  /** From `deviceOf`. */
  readonly device: string;
  /** Its Contact URI. */
  readonly uri: string;
  /** Whether its binding ends with this REGISTER. */
  readonly removed: boolean;
}

/** More than a registrar binds for one address. */
const maxDevices = 32;

/**
 * The devices that a REGISTER speaks of, as a server between client and registrar sees them.
 * @param request - whose Contacts can be read; what a registrar has accepted of them, its answer says
 * @returns undefined for `Contact: *`, which ends all bindings of the address
 */
export function registeredDevices(request: SipRequest): readonly RegisteredDevice[] | undefined {
  if (request.isContactWildcard) return undefined;
  return request.contacts.slice(0, maxDevices).map((contact) => deviceIn(contact, request));
}

function deviceIn({ parameters, uri }: NameAddr, request: SipRequest): RegisteredDevice {
  const instance = parameters.get('+sip.instance');
  const regId = instance === undefined ? undefined : readSeconds(parameters.get('reg-id'));
  const text = detached(contactText(uri));
  const device = deviceOf({
    uri: text,
    ...(instance !== undefined && { instance }),
    ...(regId !== undefined && { regId }),
  });
  const expires = readSeconds(parameters.get('expires')) ?? request.expires;
  return { device, uri: text, removed: expires === 0 };
}
