/**
 * The number of the CRL that would list a certificate. Serial numbers are random, so their last octets spread evenly.
 * @param serialNumber - content octets
 * @param shards - 1 to 65,536
 */
export function shardOf(serialNumber: Uint8Array, shards: number): number {
  if (shards === 1) return 0;
  const length = serialNumber.length;
  const low = (serialNumber[length - 1] ?? 0) + 256 * (serialNumber[length - 2] ?? 0);
  return low % shards;
}
