/** Why a store that answers takes no change. */
export interface RefusedChange {
  /** First word of its answer: `OOM`, `READONLY`. */
  readonly code: string;
  /** What to do, for an operator. */
  readonly remedy: string;
}

/** What the answers of Redis mean that no server of ours can do anything about. */
const remedies: Readonly<Record<string, string>> = {
  OOM: 'give Redis more memory (maxmemory), or remove what else is in it',
  READONLY: 'name the primary under "locations", or make this Redis one: REPLICAOF NO ONE',
  NOPERM: 'give the account the commands and keys that the guide lists: ACL SETUSER',
  MISCONF:
    'make space on the disk of Redis or correct its fault: it takes no changes that it cannot write down',
  NOREPLICAS: 'bring the replicas of Redis back that min-replicas-to-write asks for',
  MASTERDOWN: 'name the primary under "locations": this Redis is a replica that has lost it',
};

/** Answers that pass by themselves, or say something of one command alone. */
const passing: ReadonlySet<string> = new Set(['LOADING', 'BUSY', 'TRYAGAIN', 'ERR', 'NOSCRIPT']);

/**
 * Reads why the store refuses changes.
 * @param error - what a change failed of
 * @returns undefined for a connection that broke, and for what says nothing of further changes
 */
export function refusedChange({ message }: Error): RefusedChange | undefined {
  const [, code] = /^([A-Z]{3,20}) /.exec(message) ?? [];
  if (code === undefined || passing.has(code)) return undefined;
  return { code, remedy: remedies[code] ?? 'see what this answer means in the documentation of Redis' };
}
