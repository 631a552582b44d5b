import { detached } from '@entente/sip';
import { instanceOf, type RegisteredDevice } from '@entente/sip-proxy';

/** Where a registered device is now. */
export interface DeviceFlow {
  /** Name of its connection (`FlowNames`). */
  readonly flow: string;
  /** Its Contact URI. */
  readonly uri: string;
}

interface Entry extends DeviceFlow {
  readonly user: string;
  readonly device: string;
}

/** Devices that one connection may have: as many as a registrar binds for two addresses. Of more the first are forgotten. */
const maxPerFlow = 32;
const unregistered = '~';

/**
 * The connections that the devices of users have now, each learnt from a REGISTER that the registrar has accepted. Tokens name user and
 * device; this table says where that is. An entry ends with its connection, or when the device registers over another one.
 */
export class DeviceFlows {
  /** By user and instance: the flows of the device, the one registered last at the end. */
  readonly #byInstance = new Map<string, Map<string, Entry>>();
  /** By connection, in the order of registration. */
  readonly #byFlow = new Map<string, Entry[]>();

  /** Devices with a connection, each of its flows counted. */
  get size(): number {
    let size = 0;
    for (const entries of this.#byFlow.values()) size += entries.length;
    return size;
  }

  /**
   * A registrar has accepted a REGISTER.
   * @param user - address of record that it was for
   * @param devices - from `registeredDevices`; undefined: all bindings of the user are gone
   * @param flow - name of the connection it came over
   */
  registered(user: string, devices: readonly RegisteredDevice[] | undefined, flow: string): void {
    if (devices === undefined) {
      for (const entry of [...(this.#byFlow.get(flow) ?? [])]) if (entry.user === user) this.#remove(entry);
      return;
    }
    // It outlives the REGISTER by far.
    const own = detached(user);
    for (const { device, removed, uri } of devices) {
      const before = this.#exact(user, device);
      if (before !== undefined) this.#remove(before);
      if (!removed) this.#add({ user: own, device, uri, flow });
    }
  }

  /** A connection is closed. */
  closed(flow: string): void {
    for (const entry of [...(this.#byFlow.get(flow) ?? [])]) this.#remove(entry);
  }

  /**
   * Where one flow of a device is, and no other of it: for requests of the registrar, which has the others itself.
   * @param user - address of record
   * @param device - as a token names it
   */
  flowOf(user: string, device: string): DeviceFlow | undefined {
    return unregisteredFlow(device) ?? this.#exact(user, device);
  }

  /**
   * Where a device is: over the flow that is named, then over its others, the one registered last first (RFC 5626 §3.2). Of most there is
   * one.
   * @param user - address of record
   * @param device - as a token names it
   */
  flowsOf(user: string, device: string): readonly DeviceFlow[] {
    const flows = this.#byInstance.get(keyOf(user, device));
    const named = unregisteredFlow(device) ?? flows?.get(device);
    if (flows === undefined || flows.size === 0) return named === undefined ? [] : [named];
    if (named !== undefined && flows.size === 1) return [named];
    const others = [...flows.values()].filter((flow) => flow !== named).reverse();
    return named === undefined ? others : [named, ...others];
  }

  /**
   * The name by which a token calls the device that sends over a connection. Where it has not registered, the name means the connection,
   * and counts no longer than that.
   * @param user - address of record that the sender has
   * @param flow - name of the connection
   */
  deviceOn(user: string, flow: string): string {
    const entries = this.#byFlow.get(flow);
    if (entries !== undefined)
      for (let i = entries.length - 1; i >= 0; i--) if (entries[i]!.user === user) return entries[i]!.device;
    return `${unregistered}${flow}`;
  }

  /**
   * Whether a device that a token names sends over a connection: one of its user's is registered on it.
   * @param user - address of record
   * @param device - as the token names it
   * @param flow - name of the connection
   */
  isOn(user: string, device: string, flow: string): boolean {
    if (isUnregistered(device)) return device === `${unregistered}${flow}`;
    return this.#byFlow.get(flow)?.some((entry) => entry.user === user) === true;
  }

  /**
   * Whether any device is registered over a connection.
   * @param flow - name of the connection
   */
  isUsed(flow: string): boolean {
    return this.#byFlow.has(flow);
  }

  #exact(user: string, device: string): Entry | undefined {
    return this.#byInstance.get(keyOf(user, device))?.get(device);
  }

  #add(entry: Entry): void {
    const { device, flow, user } = entry;
    const key = keyOf(user, device);
    const flows = this.#byInstance.get(key);
    if (flows === undefined) this.#byInstance.set(key, new Map([[device, entry]]));
    else flows.set(device, entry);
    const entries = this.#byFlow.get(flow) ?? [];
    if (entries.length === 0) this.#byFlow.set(flow, entries);
    entries.push(entry);
    if (entries.length > maxPerFlow) this.#remove(entries[0]!);
  }

  #remove(entry: Entry): void {
    const { device, flow, user } = entry;
    const key = keyOf(user, device);
    const flows = this.#byInstance.get(key);
    flows?.delete(device);
    if (flows?.size === 0) this.#byInstance.delete(key);
    const entries = this.#byFlow.get(flow);
    entries?.splice(entries.indexOf(entry), 1);
    if (entries?.length === 0) this.#byFlow.delete(flow);
  }
}

function keyOf(user: string, device: string): string {
  return `${user} ${instanceOf(device)}`;
}

/**
 * Whether a token names a device that had not registered when it was made: it means one connection of one server, and no other.
 * @param device - as the token names it
 */
export function isUnregistered(device: string): boolean {
  return device.startsWith(unregistered);
}

/** Of a device that had not registered when the token was made. */
function unregisteredFlow(device: string): DeviceFlow | undefined {
  return isUnregistered(device) ? { flow: device.slice(unregistered.length), uri: '' } : undefined;
}
