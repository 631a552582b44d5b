import { feedPage, feedVersion, resumeAt } from '@entente/accounts/directory';

/**
 * The accounts in memory, as the lines of the file leave them.
 * @param {number} keptRemovals - removed accounts that the feed remembers
 */
export function createState(keptRemovals) {
  const accounts = new Map();
  const lists = new Map();
  const removals = new Map();
  let epoch;
  let version = 0;
  let forgotten = 0;
  const find = (address) => accounts.get(address);

  const remove = (address, at) => {
    accounts.delete(address);
    lists.delete(address);
    removals.set(address, at);
    version = at;
    for (const [oldest, of] of removals) {
      if (removals.size <= keptRemovals) break;
      removals.delete(oldest);
      forgotten = of;
    }
  };

  return {
    get epoch() {
      return epoch;
    },
    get version() {
      return version;
    },
    find,
    /** Makes a change, which is on the disk. */
    apply(line) {
      if (line.epoch !== undefined) epoch = line.epoch;
      else if (line.removed !== undefined) remove(line.removed, line.version);
      else {
        const { address } = line.record.account;
        accounts.set(address, line.record);
        removals.delete(address);
        if (line.contacts !== undefined) lists.set(address, line.contacts);
        version = feedVersion(line.record);
      }
    },
    contacts(address) {
      const record = find(address);
      return record && { contacts: lists.get(address) ?? [], version: record.contactsVersion };
    },
    list({ after = '', home, limit, state }) {
      const found = [...accounts.values()]
        .filter(
          ({ account }) =>
            account.address > after &&
            (home === undefined || account.home === home) &&
            (state === undefined || account.state === state),
        )
        .sort((one, other) => (one.account.address < other.account.address ? -1 : 1));
      const records = found.slice(0, limit);
      return found.length > limit ? { records, next: records.at(-1).account.address } : { records };
    },
    changes(since, limit) {
      const resumed = resumeAt(since, { epoch, version, forgotten });
      if (!resumed.ok) return resumed;
      const { from } = resumed;
      const changes = [
        ...[...accounts.values()].map((record) => ({
          address: record.account.address,
          version: feedVersion(record),
          record,
        })),
        ...[...removals].map(([address, at]) => ({ address, version: at })),
      ].filter((change) => change.version > from.version);
      changes.sort((one, other) => one.version - other.version);
      return feedPage(changes, limit, from, version);
    },
  };
}
