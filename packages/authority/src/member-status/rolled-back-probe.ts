import type { HealthProbe } from '../health/health.ts';
import type { PublishedList } from '../trust-state/published-lists.ts';
import type { ListedMember, MemberStatuses } from './member-status.ts';

/** What is compared. */
export interface RolledBackOptions {
  readonly standings: Pick<MemberStatuses, 'list'>;
  /** The lists in force. */
  readonly lists: () => readonly Pick<PublishedList, 'issuer' | 'number' | 'shard'>[];
}

/** Why a member refuses the state of an authority that went back; other reasons may be its own, such as its clock. */
const telling: ReadonlySet<string> = new Set(['list-refused', 'forked', 'replayed']);

/** So many servers must say so: what one says is not proven, and one alone must not have the authority called ill. */
const enough = 2;

/**
 * Finds that members know of newer lists than the authority, or refuse what it signs: its database went back, and revocations are lost. Two
 * servers must say so, or the only one that says anything.
 * @param options - what servers last said, and the lists
 */
export function rolledBackProbe({ lists, standings }: RolledBackOptions): HealthProbe {
  return () => {
    const reporting = standings.list().filter(({ standing }) => standing !== null);
    const inForce = lists();
    const ahead = reporting.filter((member) => isAhead(member, inForce)).map(({ server }) => server);
    if (ahead.length === 0 || ahead.length < Math.min(enough, reporting.length)) return undefined;
    const [first] = ahead;
    return {
      part: 'revocation-list',
      message: `expected that no server knows of newer lists than the authority, found ${ahead.length} of ${reporting.length} that do or refuse its trust state, ${first} among them: the authority went back, and may have lost revocations`,
      remedy: `stop the authority, and restore the newest backup with entente ca restore --replace --lists and the file revocation.crl of ${first}; with entente status see what else servers say`,
    };
  };
}

function isAhead({ standing }: ListedMember, inForce: ReturnType<RolledBackOptions['lists']>): boolean {
  if (standing === null) return false;
  if (standing.refused !== undefined && telling.has(standing.refused)) return true;
  return inForce.some(({ issuer, number, shard }) =>
    standing.lists.some((one) => one.issuer === issuer && one.shard === shard && one.number > number),
  );
}
