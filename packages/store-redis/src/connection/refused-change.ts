/** Why a store that answers takes no change. */
export interface RefusedChange {
  /** First word of its answer: `OOM`, `READONLY`. */
  readonly code: string;
  /** What to do, for an operator. */
  readonly remedy: string;
}

/** What to do about each answer by which Redis refuses every change, until somebody does that. */
const remedies: Readonly<Record<string, string>> = {
  OOM: 'give Redis more memory (maxmemory), or remove what else is in it',
  READONLY: 'name the primary under "locations", or make this Redis one: REPLICAOF NO ONE',
  NOPERM:
    'let the account use the keys of the pool, and all commands but those of administrators: ACL SETUSER <account> ~entente:* +@all -@admin',
  MISCONF:
    'make space on the disk of Redis or correct its fault: it takes no changes that it cannot write down',
  NOREPLICAS: 'bring the replicas of Redis back that min-replicas-to-write asks for',
  MASTERDOWN: 'name the primary under "locations": this Redis is a replica that has lost it',
};

/**
 * Reads why the store refuses changes.
 * @param error - what a change failed of
 * @returns undefined for a connection that broke, and for any other answer: it passes by itself, or is about one record alone
 */
export function refusedChange({ message }: Error): RefusedChange | undefined {
  const [, code = ''] = /^([A-Z]+) /.exec(message) ?? [];
  return Object.hasOwn(remedies, code) ? { code, remedy: remedies[code]! } : undefined;
}
