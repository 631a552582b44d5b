import { chmodSync } from 'node:fs';
import Database from 'libsql';

/** Milliseconds that a change waits for one of another server; the event loop stands still meanwhile. */
const waitMs = 2_000;

const schema = `
  CREATE TABLE IF NOT EXISTS bindings (
    aor TEXT NOT NULL,
    flow TEXT,
    expires_at INTEGER NOT NULL,
    binding TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS bindings_of_user ON bindings (aor);
  CREATE INDEX IF NOT EXISTS bindings_of_flow ON bindings (flow) WHERE flow IS NOT NULL;
  CREATE INDEX IF NOT EXISTS bindings_by_time ON bindings (expires_at);
`;

/**
 * Opens locations in a SQLite file. Several processes of one machine may have it open. A change is on the disk when its method returns.
 * @param {string} file - path; it is created where it does not exist
 * @returns {import('@entente/sip-proxy/locations').Locations & { close(): void }}
 */
export function openSqliteLocations(file) {
  const database = new Database(file);
  // It says who is connected from where.
  chmodSync(file, 0o600);
  database.exec(`PRAGMA busy_timeout = ${waitMs}; PRAGMA synchronous = FULL;`);
  whenFree(() => database.exec('PRAGMA journal_mode = WAL'));
  database.exec(schema);
  const select = database.prepare('SELECT binding FROM bindings WHERE aor = ? AND expires_at > ?');
  const insert = database.prepare(
    'INSERT INTO bindings (aor, flow, expires_at, binding) VALUES (?, ?, ?, ?)',
  );
  const removals = {
    user: database.prepare('DELETE FROM bindings WHERE aor = ?'),
    flow: database.prepare('DELETE FROM bindings WHERE flow = ?'),
    time: database.prepare('DELETE FROM bindings WHERE expires_at <= ?'),
  };

  let closed = false;

  /** What the database cannot do now, the client is told with 503. */
  const use = (run) => {
    try {
      if (closed) throw new Error('it is closed');
      return run();
    } catch (cause) {
      throw unavailable(file, cause);
    }
  };
  const lookup = (aor, now) => use(() => select.all([aor, now])).map(({ binding }) => JSON.parse(binding));
  const remove = (by, value) => use(() => removals[by].run([value]).changes);

  const store = {
    lookup,
    update(aor, now, decide) {
      // What was read is still so when it is written: no other process writes in between.
      use(() => database.exec('BEGIN IMMEDIATE'));
      try {
        const { bindings, result } = decide(lookup(aor, now));
        if (bindings !== undefined) {
          remove('user', aor);
          for (const one of bindings)
            use(() => insert.run([aor, one.flow ?? null, one.expiresAt, JSON.stringify(one)]));
        }
        use(() => database.exec('COMMIT'));
        return result;
      } catch (error) {
        // A commit that failed may have ended the transaction already.
        if (database.inTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    removeFlow: (flow) => remove('flow', flow),
    removeUser(aor, isMeant = () => true) {
      return store.update(aor, 0, (bindings) => {
        const left = bindings.filter((one) => !isMeant(one));
        const result = bindings.length - left.length;
        return result === 0 ? { result } : { bindings: left, result };
      });
    },
    expire: (now) => remove('time', now),
    close() {
      if (!closed) database.close();
      closed = true;
    },
  };
  return store;
}

/**
 * Tries again for as long as a change waits. SQLite does not wait by itself where a file changes to a write-ahead log: of servers
 * that begin together with a new file, the second would not start.
 */
function whenFree(run) {
  const until = performance.now() + waitMs;
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (error.code !== 'SQLITE_BUSY' || performance.now() >= until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** A server knows this fault by its code. */
function unavailable(place, cause) {
  return Object.assign(new Error(`the file of locations cannot be used: ${cause.message}`, { cause }), {
    code: 'ENTENTE_LOCATIONS_UNAVAILABLE',
    place,
    remedy: 'make space on the disk, or check that the file may be written',
  });
}
