import { setTimeout } from 'node:timers/promises';
import type { Logger } from '@entente/host';
import type { FollowedAccounts, Member } from '@entente/member';
import { type Credentials, mayAuthenticate } from '@entente/sip-relay';
import type { Topology } from '@entente/topology';
import { PoolRegistrations } from './pool-registrations.ts';
import type { PoolWatch } from './pool-watch.ts';
import type { Vouchers } from './registration-sources.ts';

/** Milliseconds that a REGISTER waits for another server of the pool to have it too. */
const copyMs = 2_000;

/** Whose users they are, and where the copy is kept. */
interface PoolOwner {
  readonly member: Pick<Member, 'fqdn'>;
  readonly credentials: Credentials;
  readonly accounts?: FollowedAccounts | undefined;
  readonly logger: Logger;
  readonly registrationsFile?: string | undefined;
}

/** Where users are, in a copy that this server has and keeps, for a pool that shares no store. */
export function openPool(
  { accounts, credentials, logger, member, registrationsFile }: PoolOwner,
  {
    clock,
    topology,
    vouchers,
    watch,
  }: {
    readonly clock: () => number;
    readonly topology: () => Topology;
    readonly vouchers: Vouchers;
    readonly watch: PoolWatch;
  },
): Promise<PoolRegistrations> {
  const { isLiving, members, send } = watch;
  return PoolRegistrations.open({
    members,
    isLiving,
    send,
    clock,
    logger,
    isBelieved: vouchers.isBelieved,
    isAsker: vouchers.isAsker,
    isOurs: (aor) =>
      topology()
        .homeServers(aor, accounts?.known.of(aor)?.home)
        .some(({ fqdn }) => fqdn === member.fqdn),
    isUser: (aor) => mayAuthenticate(credentials, aor),
    patience: () => setTimeout(copyMs, undefined, { ref: false }),
    file: registrationsFile === undefined ? undefined : { path: registrationsFile, logger },
  });
}
