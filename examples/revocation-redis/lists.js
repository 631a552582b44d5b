import { isSignedByInPool } from '@entente/trust';
import { decodeCrl, oids } from '@entente/x509';

/** Lists of different scope: a CA has one, or one for each part of its certificates. */
const most = 64;

/**
 * The newest list of each scope that an authority has signed. None of them ever gives way to an older one, whatever Redis says, and what
 * nobody has signed keeps no other out.
 */
export class NewestLists {
  #authorities;
  #byScope = new Map();

  /** @param authorities - certificates of those who sign lists */
  constructor(authorities) {
    this.#authorities = authorities;
  }

  /** All of them; a list that stays is the same object, so that nothing that depends on it alone is judged again. */
  get all() {
    return [...this.#byScope.values()];
  }

  /**
   * Takes a list over where it is newer.
   * @param {Uint8Array} der
   * @returns whether anything has changed
   * @throws where it is no list, or nobody has signed it, or there are too many
   */
  async take(der) {
    const known = this.all.find((list) => Buffer.compare(list.der, der) === 0);
    if (known !== undefined) return false;
    const decoded = decodeCrl(der);
    if (!decoded.ok) throw new Error(`expected a revocation list, found: ${decoded.error.message}`);
    const list = decoded.value;
    const authority = await this.#signerOf(list);
    if (authority === -1)
      throw new Error(`the list of ${list.issuer} is signed by no authority that was named`);
    const scope = scopeOf(list, authority);
    const before = this.#byScope.get(scope);
    if (before !== undefined && !isNewer(list, before))
      throw new Error(`the list of ${list.issuer} is older than the one in force`);
    if (before === undefined && this.#byScope.size >= most)
      throw new Error(`expected lists of at most ${most} scopes, found more`);
    this.#byScope.set(scope, list);
    return true;
  }

  async #signerOf(list) {
    for (const [index, authority] of this.#authorities.entries())
      if (authority.subject.canonical === list.issuer.canonical && (await isSignedByInPool(list, authority)))
        return index;
    return -1;
  }
}

/** Which certificates it is about (RFC 5280 §5.2.5), and whether it is complete (§5.2.4). */
function scopeOf({ baseCrlNumber, extensions }, authority) {
  const point = extensions.find(({ oid }) => oid === oids.issuingDistributionPoint);
  const which = point === undefined ? 'all' : Buffer.from(point.value).toString('hex');
  return `${authority} ${which} ${baseCrlNumber === undefined ? 'complete' : 'delta'}`;
}

/** By number where both have one (RFC 5280 §5.2.3), otherwise by time. */
function isNewer(list, before) {
  if (list.crlNumber !== undefined && before.crlNumber !== undefined)
    return list.crlNumber > before.crlNumber;
  return list.thisUpdate > before.thisUpdate;
}
