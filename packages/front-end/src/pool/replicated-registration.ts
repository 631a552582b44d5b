import { type LocationRecord, recordToJson } from '@entente/sip-proxy/locations/replicated';

/** What goes to other servers about an address of record. Its text is made once, to however many of them it goes. */
export class ReplicatedRegistration {
  readonly entries: LocationRecord;
  readonly #aor: string;
  #text: string | undefined;

  /**
   * @param aor - address of record
   * @param entries - of it; not changed any more
   */
  constructor(aor: string, entries: LocationRecord) {
    this.#aor = aor;
    this.entries = entries;
  }

  /** The address and its entries, as JSON. */
  get text(): string {
    this.#text ??= JSON.stringify([this.#aor, recordToJson(this.entries)]);
    return this.#text;
  }
}
