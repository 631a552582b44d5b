import { type Device, webLimits } from '@entente/accounts/web';
import { deviceOf, instanceOf } from '@entente/sip-proxy';
import type { Binding } from '@entente/sip-proxy/locations';
import type { DeviceFlows } from '@entente/sip-relay';
import type { Registrations } from '../registrations/registrations.ts';
import type { SignedInUsers } from '../signed-in-users.ts';

/** What the devices of a user are found with. */
export interface UserDevicesOptions {
  readonly registrations: Pick<Registrations, 'bindingsOf' | 'removeBindings'>;
  readonly flows: Pick<DeviceFlows, 'flowsOf'>;
  readonly signedIn: Pick<SignedInUsers, 'signOutOn'>;
}

/** As `deviceOf` of `@entente/sip-proxy` names one, without its flow. */
const deviceName = /^[\w-]{12}$/;

/** The devices that a user has registered, as the user sees them: one for each instance, whatever flows it has. */
export class UserDevices {
  readonly #options: UserDevicesOptions;

  /** @param options - the registrations of this server, and who has authenticated on its connections */
  constructor(options: UserDevicesOptions) {
    this.#options = options;
  }

  /**
   * @param user - address of record
   * @returns the one registered last first, as many as `webLimits` allows
   * @throws LocationsUnavailableError where the store does not answer
   */
  async of(user: string): Promise<readonly Device[]> {
    const bindings = await this.#options.registrations.bindingsOf(user);
    const newestFirst = [...bindings].sort((one, other) => other.updatedAt - one.updatedAt);
    const found = new Map<string, Device>();
    for (const binding of newestFirst) {
      const id = idOf(binding);
      if (!found.has(id) && found.size < webLimits.devicesListed) found.set(id, describe(id, binding));
    }
    return [...found.values()];
  }

  /**
   * Signs a device out, at once: it is not reached any more, and what was proven on its connection to this server no longer counts.
   * @param user - address of record
   * @param device - from {@link of}; anything else means no device
   * @returns whether it was registered, or connected here
   * @throws LocationsUnavailableError where the store does not answer
   */
  async signOut(user: string, device: string): Promise<boolean> {
    if (!deviceName.test(device)) return false;
    const { flows, registrations, signedIn } = this.#options;
    const connected = flows.flowsOf(user, device).map(({ flow }) => signedIn.signOutOn(user, flow));
    const removed = await registrations.removeBindings(user, (binding) => idOf(binding) === device);
    return removed > 0 || connected.includes(true);
  }
}

function idOf(binding: Binding): string {
  return instanceOf(deviceOf(binding));
}

function describe(id: string, { expiresAt, path, updatedAt, uri }: Binding): Device {
  return {
    id,
    contact: uri.slice(0, webLimits.contactCharacters),
    isOutside: path.length > 0,
    registered: new Date(updatedAt).toISOString(),
    expires: new Date(expiresAt).toISOString(),
  };
}
