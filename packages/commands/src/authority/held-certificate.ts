/**
 * The two ways out of a hold (RFC 5280 §5.3.1): nothing else ends it, and the server need not join again.
 * @param serial - of the certificate, lower-case hexadecimal
 */
export function endOfHold(serial: string): readonly [release: string, revoke: string] {
  const as = '--as ca/administrators/<you>.yaml';
  return [
    `to end the hold: entente cert release ${serial} ${as}`,
    `to revoke it for good: entente cert revoke --serial ${serial} --reason <why> ${as}`,
  ];
}
