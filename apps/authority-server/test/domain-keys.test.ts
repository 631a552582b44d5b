import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type PoolKeys, parsePoolKeys } from '@entente/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

const [fe01, fe02, fe03] = ['fe01', 'fe02', 'fe03'].map((name) => `${name}.contoso.example`) as [
  string,
  string,
  string,
];
const application = 'app01.contoso.example';
const pool = 'pool01.contoso.example';

// The tests build on each other: the topology changes as they go.
describe('/domain-keys', () => {
  let scene: Scene;
  const who = new Map<string, Credentials & { readonly serialHex: string }>();
  const all = document([
    ...[fe01, fe02, fe03].map(frontEnd),
    { fqdn: application, role: 'trusted-application' },
  ]);
  const without = document([...[fe01, fe02].map(frontEnd), all.servers.at(-1)!], all);
  beforeAll(async () => {
    scene = await startScene();
    await scene.publish(signed(all));
    for (const fqdn of [fe01, fe02, fe03, application]) who.set(fqdn, await scene.join(fqdn));
  });
  afterAll(() => scene.close());

  async function keysOf(fqdn: string): Promise<PoolKeys> {
    const response = await scene.ask('/domain-keys', who.get(fqdn));
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    return parsePoolKeys(await response.text()) as PoolKeys;
  }
  const epochsOf = async (fqdn: string) => (await keysOf(fqdn)).keys.map(({ epoch }) => epoch);

  it('gives every server of a pool the same keys, and a server of another pool others', async () => {
    const keys = await keysOf(fe01);
    expect(keys.pool).toBe(pool);
    expect(await keysOf(fe02)).toEqual(keys);
    await keysOf(fe03);
    const others = await keysOf(application);
    expect(others.pool).toBe(application);
    expect(others.keys[0].key).not.toEqual(keys.keys[0].key);
  });

  it('gives an administrator nothing, and nothing to a caller without certificate', async () => {
    const refused = await scene.ask('/domain-keys', scene.alice);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ reason: 'role-not-allowed-on-link' });
    expect((await scene.ask('/domain-keys')).status).toBe(401);
    expect((await scene.ask('/domain-keys', who.get(fe01), { method: 'POST', body: '{}' })).status).toBe(404);
  });

  it('keeps them in a file of mode 0600, in no log line, and gives the same after a restart', async () => {
    const keys = await keysOf(fe01);
    const file = join(dirname(scene.made.files.rootCertificate), 'domain-keys.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const secret = Buffer.from(keys.keys[0].key).toString('base64url');
    expect(await readFile(file, 'utf8')).toContain(secret);
    expect(JSON.stringify(scene.log)).not.toContain(secret);
    await scene.restart();
    expect(await keysOf(fe02)).toEqual(keys);
  });

  it('gives a removed server nothing, and the others a new key which that one never had', async () => {
    expect((await scene.publish(signed(without, ['bob']))).status).toBe(200);
    await expect(scene.ask('/domain-keys', who.get(fe03))).rejects.toThrow();
    expect(await epochsOf(fe01)).toEqual([1, 2]);
    expect(scene.log.filter((line) => 'why' in line)).toMatchObject([{ pool, epoch: 2, why: 'server-left' }]);
    expect(await epochsOf(application)).toEqual([1]);
  });

  it('gives a server whose certificate is revoked nothing, and the others a new key', async () => {
    const revoke = (reason: string) =>
      scene.ask('/revoke', scene.alice, {
        method: 'POST',
        body: JSON.stringify({ server: fe02, reason }),
      });
    expect((await revoke('cessationOfOperation')).status).toBe(200);
    await expect(scene.ask('/domain-keys', who.get(fe02))).rejects.toThrow();
    const [one, , last] = (await keysOf(fe01)).keys;
    // The key of the test before had not begun to seal.
    expect([one.epoch, last]).toEqual([1, undefined]);
    // It may join again, and its key may be stolen: then none of the old keys opens anything any more.
    who.set(fe02, await scene.join(fe02));
    await keysOf(fe02);
    expect((await revoke('keyCompromise')).status).toBe(200);
    expect(await epochsOf(fe01)).toEqual([4]);
  });

  it('gives a server nothing while its certificate does not name the pool that the topology gives it', async () => {
    const third = {
      ...document([frontEnd(fe02), { ...frontEnd(fe01), pool: 'pool02.contoso.example' }], without),
      pools: [...(all.pools ?? []), { fqdn: 'pool02.contoso.example', role: 'front-end' as const }],
    };
    expect((await scene.publish(signed(third))).status).toBe(200);
    const refused = await scene.ask('/domain-keys', who.get(fe01));
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ reason: 'name-not-allowed' });
  });
});
