import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MemoryLocations } from '@entente/sip-proxy/locations';
import { locationsCompliance } from '@entente/sip-proxy/locations/compliance';
import { openSqliteLocations, plugin } from 'entente-plugin-sqlite-locations';

const root = await mkdtemp(join(tmpdir(), 'entente-sqlite-locations-'));
after(() => rm(root, { recursive: true, force: true }));
let files = 0;
const newFile = () => join(root, `${++files}.db`);

/** Stores with the file that each is in. */
const fileOf = new Map();
const open = (file) => {
  const store = openSqliteLocations(file);
  fileOf.set(store, file);
  return store;
};

/** What a crash leaves: the files as they are at this moment. */
async function reopen(store) {
  const left = newFile();
  for (const end of ['', '-wal']) await cp(`${fileOf.get(store)}${end}`, `${left}${end}`);
  return open(left);
}

for (const { run, title } of locationsCompliance({
  setup: () => open(newFile()),
  reopen,
  teardown: (store) => store.close(),
})) {
  test(`SQLite: ${title}`, run);
}

for (const { run, title } of locationsCompliance({ setup: () => new MemoryLocations() })) {
  test(`the fake of the port: ${title}`, run);
}

/** Stores of ours that break a rule: what an author gets wrong most easily. */
const broken = {
  'hides a binding at the millisecond it expires': (store) => ({
    ...store,
    lookup: (aor, now) => store.lookup(aor, now - 1),
  }),
  'leaves everything as it was where the decision throws': (store) => ({
    ...store,
    update(aor, now, decide) {
      store.removeUser(aor);
      return store.update(aor, now, decide);
    },
  }),
  'loses no change where several are made at the same time': (store) => ({
    ...store,
    async update(aor, now, decide) {
      const { bindings, result } = decide(store.lookup(aor, now));
      await new Promise(setImmediate);
      store.update(aor, now, () => ({ bindings, result }));
      return result;
    },
  }),
  'drops the bindings of a broken flow, of all addresses, and says how many': (store) => ({
    ...store,
    removeFlow: () => 0,
  }),
  'has what it acknowledged after a crash': (store) => store,
};

for (const [title, breaking] of Object.entries(broken)) {
  test(`the suite notices a store that breaks its rule: ${title}`, async () => {
    const rule = locationsCompliance({
      setup: () => breaking(open(newFile())),
      reopen: () => open(newFile()),
      teardown: (store) => store.close(),
    }).find((one) => one.title === title);
    await assert.rejects(async () => rule.run(), assert.AssertionError);
  });
}

test('processes that change one user at the same time lose no change of each other', () => {
  const file = newFile();
  const script = `
    import { openSqliteLocations } from 'entente-plugin-sqlite-locations';
    const store = openSqliteLocations(process.argv[1]);
    for (let i = 0; i < 20; i++)
      store.update('alice@contoso.example', 0, (current) => ({
        bindings: [...current, { uri: process.argv[2] + i, expiresAt: 1 }],
      }));
    store.close();`;
  const cwd = import.meta.dirname;
  const run = `for name in a b c; do "$0" --input-type=module --eval "$1" "$2" $name & done; wait`;
  const { status, stderr } = spawnSync('sh', ['-c', run, process.execPath, script, file], { cwd });
  assert.deepEqual([status, String(stderr)], [0, '']);
  const store = open(file);
  assert.equal(store.lookup('alice@contoso.example', 0).length, 60);
  store.close();
});

test('a server that begins while another one makes the file waits for it', async () => {
  const file = newFile();
  const script = `
    import { statSync } from 'node:fs';
    import Database from 'libsql';
    process.umask(0o022);
    const database = new Database(process.argv[1]);
    database.exec('BEGIN IMMEDIATE');
    console.log('begun');
    // The one that begins makes the file private, and changes its kind of journal next.
    while ((statSync(process.argv[1]).mode & 0o077) !== 0);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    database.exec('COMMIT');`;
  const other = spawn(process.execPath, ['--input-type=module', '--eval', script, file], {
    cwd: import.meta.dirname,
  });
  await once(other.stdout, 'data');
  const store = open(file);
  assert.deepEqual(store.lookup('alice@contoso.example', 0), []);
  store.close();
  const [status] = await once(other, 'exit');
  assert.equal(status, 0);
});

test('what the database cannot do is a fault that the server knows by its code', () => {
  const store = open(newFile());
  store.close();
  assert.throws(() => store.removeUser('alice@contoso.example'), { code: 'ENTENTE_LOCATIONS_UNAVAILABLE' });
});

test('a configuration without an absolute path is refused', () => {
  const issues = (config) => plugin.configSchema['~standard'].validate(config).issues;
  assert.equal(issues({ file: '/var/lib/locations.db' }), undefined);
  for (const config of [undefined, {}, { file: 'locations.db' }]) assert.equal(issues(config).length, 1);
});
