/** One SRV record. */
export interface ServiceRecord {
  /** Host name. */
  readonly name: string;
  /** 0 to 65535. */
  readonly port: number;
  /** 0 to 65535; the lowest is tried first (RFC 2782). */
  readonly priority: number;
  /** 0 to 65535; among equal priorities a larger one is chosen more often (RFC 2782). */
  readonly weight: number;
}

/**
 * The order in which to try the targets of a service: lowest priority first, among equals by weight at random.
 * @param records - as DNS answered them
 * @param random - 0 (included) to 1 (excluded), drawn again for each choice
 * @see RFC 2782, "Usage rules"
 */
export function orderServices(
  records: readonly ServiceRecord[],
  random: () => number,
): readonly ServiceRecord[] {
  const ordered: ServiceRecord[] = [];
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((one, other) => one - other);
  for (const wanted of priorities) {
    // Those of weight 0 stand first, so that they have a small chance beside others.
    const left = records
      .filter(({ priority }) => priority === wanted)
      .sort((one, other) => one.weight - other.weight);
    while (left.length > 0) {
      const total = left.reduce((sum, { weight }) => sum + weight, 0);
      const drawn = Math.floor(random() * (total + 1));
      let sum = 0;
      let chosen = left.findIndex(({ weight }) => {
        sum += weight;
        return sum >= drawn;
      });
      if (chosen === -1) chosen = left.length - 1;
      ordered.push(...left.splice(chosen, 1));
    }
  }
  return ordered;
}
