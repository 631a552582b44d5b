import type { SipRequest } from '@entente/sip';
import {
  type Registration,
  type RequestRefusal,
  refuse,
  registerChange,
  registeredAddress,
  registeredDevices,
} from '@entente/sip-proxy';
import type { Awaitable } from '@entente/sip-proxy/locations';
import { askPolicies, type DeviceFlows, type ProxyDecision, type Sender } from '@entente/sip-relay';
import { maySignIn, signedOut } from './account-changes.ts';
import { type EndedVersions, provenBefore, provenVersion } from './ended-account-versions.ts';
import type { FrontEndOptions } from './front-end-options.ts';
import { hopsOfServer } from './pool/register-hops.ts';
import type { Registrations } from './registrations/registrations.ts';
import { withoutOwnPath } from './registrations/remove-client-path.ts';

/** What a REGISTER changes. */
export interface RegistrarParts {
  readonly registrations: Registrations;
  /** The connections of devices to this server. */
  readonly devices: DeviceFlows;
  /** Who has to sign in again. */
  readonly ended: EndedVersions;
  /** A user has registered. */
  readonly onRegistered: (aor: string) => void;
}

/** Answers each REGISTER of a user whose home this server is (RFC 3261 §10.3), once its store and its policies have agreed. */
export class Registrar {
  readonly #options: FrontEndOptions;
  readonly #parts: RegistrarParts;

  /**
   * @param options - those of the front end
   * @param parts - what a REGISTER changes
   */
  constructor(options: FrontEndOptions, parts: RegistrarParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /**
   * Registers.
   * @param request - REGISTER
   * @param sender - a client, or the server that has authenticated it
   */
  register(request: SipRequest, sender: Sender): Awaitable<ProxyDecision> {
    const { asserted } = sender.identity;
    const registered = registeredAddress(request, asserted === undefined ? [] : [asserted]);
    if (!registered.ok) return refuse(registered.refusal);
    const { aor } = registered;
    const { accounts, clock, fqdn, gruus, newToken } = this.#options;
    // The server that has authenticated the user may not have heard of it yet.
    if (!maySignIn(accounts, aor)) return refuse(signedOut(aor));
    const version = accounts?.known.versionOf(aor);
    const { ended, registrations } = this.#parts;
    if (ended.isOver(aor, sender, version)) return refuse(provenBefore);
    const isClient = sender.arrival.kind === 'client';
    const change = registerChange(isClient ? withoutOwnPath(request) : request, aor, {
      now: clock(),
      gruus,
      toTag: newToken(),
      policy: this.#options.registrationPolicy?.() ?? {},
      account: provenVersion(sender) ?? version,
      challengedAt: sender.challengedAt,
      ...hopsOfServer(request, sender, this.#options.vouchers),
      ...(isClient ? { flow: sender.flow, server: fqdn } : undefined),
    });
    const result = registrations.register(aor, change, () => {
      const expected = (refused: RequestRefusal | undefined) => {
        // Others may hear of it from the store before this server does, and then send what is for the device here.
        if (refused === undefined && isClient) this.#expectDevices(request, sender, aor);
        return refused;
      };
      const refused = askPolicies(request, this.#options.policies ?? []);
      return refused instanceof Promise ? refused.then(expected) : expected(refused);
    });
    return result instanceof Promise
      ? result.then((late) => this.#registered(request, sender, aor, late))
      : this.#registered(request, sender, aor, result);
  }

  /** What is removed stays until the store has agreed. */
  #expectDevices(request: SipRequest, { flow, origin }: Sender, aor: string): void {
    if (origin.isClosed) return;
    const added = registeredDevices(request)?.filter(({ removed }) => !removed);
    if (added !== undefined) this.#parts.devices.registered(aor, added, flow);
  }

  #registered(request: SipRequest, sender: Sender, aor: string, result: Registration): ProxyDecision {
    const { arrival, flow, origin } = sender;
    if (!result.ok) return refuse(result.refusal);
    const { devices, ended, onRegistered, registrations } = this.#parts;
    // Signed out while the store was asked.
    const { accounts } = this.#options;
    const version = accounts?.known.versionOf(aor);
    const isOver = ended.isOver(aor, sender, version);
    if (isOver || !maySignIn(accounts, aor)) {
      registrations.removeUser(aor, version);
      return refuse(isOver ? provenBefore : signedOut(aor));
    }
    if (arrival.kind === 'client') {
      // A REGISTER may wait for its store longer than its connection lasts.
      if (origin.isClosed) registrations.closed(flow);
      else devices.registered(aor, registeredDevices(request), flow);
    }
    onRegistered(aor);
    return { kind: 'serve', response: result.response };
  }
}
