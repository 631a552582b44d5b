import type { Topology } from '@entente/topology';

/** A revocation list, as far as it is asked. */
interface RevocationList {
  lookup(serialNumber: Uint8Array): { readonly reason?: string | undefined } | undefined;
}

/** A server, and the topology and revocation lists in force. */
export interface VouchersOptions {
  readonly fqdn: string;
  readonly topology: () => Topology;
  /** Of each of our authorities. */
  readonly revocationLists: () => readonly RevocationList[];
  /** Serial number of this server's certificate, lower-case hexadecimal. */
  readonly serialHex: () => string;
}

/**
 * Reasons that say nothing against what was done with the key before: nobody else has had it (RFC 5280 §5.3.1). `cessationOfOperation` is
 * that of a server which the topology lists no more: if it comes back, what it wrote in its earlier life does not.
 */
const harmless: ReadonlySet<string | undefined> = new Set(['superseded', 'affiliationChanged']);
/** Vouchers that are remembered: of the servers of a pool, and what one that was taken over makes up. */
const maxRemembered = 1_024;

/**
 * Who is believed about registrations: the servers of our pool, as long as the topology lists them there, and by a certificate that was not
 * revoked because its key may be compromised. One is written as its FQDN, a space and the serial number of its certificate.
 */
export class Vouchers {
  readonly #options: VouchersOptions;
  readonly #known = new Map<string, boolean>();
  readonly #knownAskers = new Map<string, boolean>();
  #own: { readonly serialHex: string; readonly voucher: string } | undefined;

  /** @param options - this server, and what is in force */
  constructor(options: VouchersOptions) {
    this.#options = options;
  }

  /** This server, as it vouches now. */
  get own(): string {
    const { fqdn, serialHex } = this.#options;
    const serial = serialHex();
    if (this.#own?.serialHex !== serial) this.#own = { serialHex: serial, voucher: voucherOf(fqdn, serial) };
    return this.#own.voucher;
  }

  /**
   * Who vouches for a REGISTER: the member of our pool that has sent it, whose word it is, or else this server.
   * @param server - FQDN that the sender has proven; undefined for a client
   * @param serialHex - of its certificate, lower-case hexadecimal
   */
  of(server: string | undefined, serialHex: string | undefined): string {
    return server !== undefined && this.#isOfPool(server) ? voucherOf(server, serialHex) : this.own;
  }

  /**
   * Whether what a server has vouched for counts.
   * @param voucher - as {@link voucherOf} writes it
   */
  readonly isBelieved = (voucher: string): boolean =>
    remembered(this.#known, voucher, () => {
      const [server = '', serialHex = ''] = voucher.split(' ');
      return this.#isOfPool(server) && !this.#isCompromised(serialHex);
    });

  /**
   * Whether what a server has sent on counts, be it an edge or a server of another pool: as long as the topology lists it, and by the same
   * certificate.
   * @param voucher - as {@link voucherOf} writes it
   */
  readonly isAsker = (voucher: string): boolean =>
    remembered(this.#knownAskers, voucher, () => {
      const [server = '', serialHex = ''] = voucher.split(' ');
      return this.#options.topology().servers.has(server) && !this.#isCompromised(serialHex);
    });

  /** Another topology, or other revocation lists, are in force. */
  changed(): void {
    this.#known.clear();
    this.#knownAskers.clear();
  }

  #isOfPool(server: string): boolean {
    const { fqdn, topology } = this.#options;
    const { servers } = topology();
    const pool = servers.get(fqdn)?.pool;
    return server === fqdn || (pool !== undefined && servers.get(server)?.pool === pool);
  }

  #isCompromised(serialHex: string): boolean {
    if (serialHex === '') return false;
    const serialNumber = Buffer.from(serialHex, 'hex');
    return this.#options.revocationLists().some((list) => {
      const revoked = list.lookup(serialNumber);
      return revoked !== undefined && !harmless.has(revoked.reason);
    });
  }
}

function remembered(known: Map<string, boolean>, voucher: string, find: () => boolean): boolean {
  const found = known.get(voucher);
  if (found !== undefined) return found;
  if (known.size >= maxRemembered) known.clear();
  const is = find();
  known.set(voucher, is);
  return is;
}

/**
 * Writes who vouches.
 * @param server - FQDN
 * @param serialHex - of its certificate, lower-case hexadecimal; undefined where it is not known
 */
export function voucherOf(server: string, serialHex: string | undefined): string {
  return serialHex === undefined ? server : `${server} ${serialHex}`;
}
