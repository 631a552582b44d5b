import type { Issuer } from '../ground/issuer.ts';
import type { CrlPublisher } from '../revocation/crl-publisher.ts';
import type { LiveIssuers } from './rolling-issuance.ts';

/** Keeps the lists of all live issuing authorities. As a `CrlPublisher` it stands for the active one. */
export interface RollingPublisher extends CrlPublisher {
  /** Signs new lists of all of them. */
  publish(): Promise<number>;
  /** The publisher of each, the active one first. */
  all(): readonly CrlPublisher[];
}

/**
 * Publishes for every authority whose certificates may still be in use. One that is prepared has lists before it issues, so that members
 * have them.
 * @param live - asked at each use
 * @param create - the publisher of one authority, called once for each
 */
export function rollingPublisher(
  live: LiveIssuers,
  create: (issuer: Issuer) => CrlPublisher,
): RollingPublisher {
  let created: ReadonlyMap<string, CrlPublisher> = new Map();
  const all = (): readonly [CrlPublisher, ...CrlPublisher[]] => {
    const issuers = live();
    if (issuers.length !== created.size || issuers.some(({ id }) => !created.has(id))) {
      created = new Map(issuers.map((issuer) => [issuer.id, created.get(issuer.id) ?? create(issuer)]));
    }
    const of = ({ id }: Issuer): CrlPublisher => created.get(id) as CrlPublisher;
    const [active, ...others] = issuers;
    return [of(active), ...others.map(of)];
  };
  return {
    get issuer() {
      return live()[0];
    },
    all,
    current: (shard) => all()[0].current(shard),
    async publish() {
      const [active, ...others] = all();
      const [number] = await Promise.all([active.publish(), ...others.map((one) => one.publish())]);
      return number as number;
    },
    nextPublication: () => Math.min(...all().map((publisher) => publisher.nextPublication())),
  };
}
