import { open } from 'node:fs/promises';
import {
  AccountsFault,
  accountsClosed,
  ChangeListeners,
  checkPageLimit,
  decideContacts,
  decidePut,
  decideRemoval,
  decideVerifiers,
} from '@entente/accounts/directory';
import { createState } from './state.js';

/**
 * Opens the accounts in a file, which one process at a time may do. Each change is a line, flushed to the disk before it is acknowledged.
 * @param {string} path - of the file; it is created where it does not exist
 * @param {{ keptRemovals?: number }} [options] - removed accounts that the feed remembers, default 10,000
 * @returns {Promise<import('@entente/accounts/directory').AccountDirectory>}
 */
export async function openFileDirectory(path, { keptRemovals = 10_000 } = {}) {
  const file = await open(path, 'a+', 0o600);
  const state = createState(keptRemovals);
  const listeners = new ChangeListeners();
  let changing = Promise.resolve();
  let length = 0;
  let closed = false;
  try {
    length = await readLines(file, path, state);
    // A line that a crash has cut off was never acknowledged.
    await file.truncate(length);
    if (state.epoch === undefined) await write([{ epoch: crypto.randomUUID() }]);
  } catch (error) {
    await file.close();
    throw error;
  }

  /** Flushes changes to the disk, and only then makes them. */
  async function write(changes) {
    const text = changes.map((change) => `${JSON.stringify(change)}\n`).join('');
    try {
      await file.appendFile(text);
      await file.datasync();
    } catch (cause) {
      // What is behind the last whole change must not be taken for one.
      await file.truncate(length).catch(() => {});
      throw fault(
        'ENTENTE_ACCOUNTS_UNAVAILABLE',
        path,
        'make space on the disk, and repeat the request',
        cause,
      );
    }
    length += Buffer.byteLength(text);
    for (const change of changes) state.apply(change);
  }

  const use = () => {
    if (closed) throw accountsClosed(path);
  };
  /** Changes one after another: each decides on what the one before has left. */
  const change = async (decide) => {
    use();
    const turn = changing.then(async () => {
      const { outcome, changes } = decide(state.version + 1);
      if (!outcome.ok) return outcome;
      await write(changes);
      listeners.tell();
      return outcome;
    });
    changing = turn.then(
      () => {},
      () => {},
    );
    return turn;
  };
  const stored = (outcome) => ({ outcome, changes: outcome.ok ? [{ record: outcome.record }] : [] });

  return {
    place: path,
    async find(address) {
      use();
      return state.find(address);
    },
    async list(query) {
      use();
      checkPageLimit(query.limit);
      return state.list(query);
    },
    put: (account, expected) =>
      change((version) => stored(decidePut(state.find(account.address), account, expected, version))),
    remove: (address, expected) =>
      change((version) => ({
        outcome: decideRemoval(state.find(address), address, expected, version),
        changes: [{ removed: address, version }],
      })),
    changeVerifiers: (address, from, to) =>
      change((version) => stored(decideVerifiers(state.find(address), address, { from, to }, version))),
    async contacts(address) {
      use();
      return state.contacts(address);
    },
    putContacts: (address, contacts, expected) =>
      change((version) => {
        const record = state.find(address);
        const outcome = decideContacts(record, address, contacts, expected, version);
        if (!outcome.ok) return { outcome, changes: [] };
        const changed = { ...record, contactsVersion: version };
        return { outcome, changes: [{ record: changed, contacts: outcome.list.contacts }] };
      }),
    async changes(since, limit) {
      use();
      checkPageLimit(limit);
      return state.changes(since, limit);
    },
    onChange: (listener) => listeners.add(listener),
    async [Symbol.asyncDispose]() {
      if (closed) return;
      closed = true;
      await changing;
      listeners.clear();
      await file.close();
    },
  };
}

/** Reads every whole line. @returns their length in octets */
async function readLines(file, path, state) {
  const bytes = await file.readFile();
  const end = bytes.lastIndexOf(10) + 1;
  for (const line of bytes.toString('utf8', 0, end).split('\n')) {
    if (line === '') continue;
    try {
      state.apply(JSON.parse(line));
    } catch (cause) {
      throw fault('ENTENTE_ACCOUNTS_DAMAGED', path, 'restore the file from a backup', cause);
    }
  }
  return end;
}

function fault(code, place, remedy, cause) {
  return new AccountsFault(code, {
    sentence: `the file of the accounts: ${cause.message}`,
    place,
    remedy,
    cause,
  });
}
