import type { NumberRoute } from '@entente/topology';

/** A number to call. */
export interface CalledNumber {
  /** `+` and digits, or an emergency number. */
  readonly number: string;
  /** Whether it is one of the emergency numbers of the topology. */
  readonly isEmergency: boolean;
}

/**
 * The gateways to call a number by, in the order to try: those of the longest prefix, the cheapest first. One that does not answer is left
 * out, unless none of them answers. An emergency call goes on to those of shorter prefixes too.
 * @param called - the number
 * @param routes - of the topology, in its order
 * @param isLiving - whether a gateway answers, as far as is known
 * @returns FQDNs, each once; none where no route takes the number
 */
export function chooseGateways(
  { isEmergency, number }: CalledNumber,
  routes: readonly NumberRoute[],
  isLiving: (gateway: string) => boolean,
): readonly string[] {
  const taking = routes.filter(({ prefix }) => number.startsWith(prefix));
  const longest = Math.max(...taking.map(({ prefix }) => prefix.length));
  const usable = isEmergency ? taking : taking.filter(({ prefix }) => prefix.length === longest);
  const ordered = [...usable].sort(
    (a, b) => b.prefix.length - a.prefix.length || (a.cost ?? 0) - (b.cost ?? 0),
  );
  const gateways = [...new Set(ordered.map(({ gateway }) => gateway))];
  const living = gateways.filter((gateway) => isLiving(gateway));
  if (living.length === 0) return gateways;
  return isEmergency ? [...living, ...gateways.filter((gateway) => !living.includes(gateway))] : living;
}
