import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerOf, runEntente, succeed } from './command-line.ts';

describe('a network whose administrators may lose a key', () => {
  let directory: string;
  const before = process.cwd();
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-emergency-'));
    process.chdir(directory);
  });
  afterEach(async () => {
    process.chdir(before);
    await rm(directory, { recursive: true, force: true });
  });

  it('names one more key, so that 2 of 2 administrators become 2 of 3 keys', async () => {
    const out = await succeed(
      'topology init contoso.example --administrator alice bob --required 2 --emergency offline',
    );
    expect(out).toContain('2 of 3 administrators must sign');
    expect(out).toContain('if one key is lost, the other administrators replace it');
    expect(out).toContain(
      "created administrators/offline.key: keep it offline, where no administrator's key is",
    );
    expect((await stat('administrators/offline.key')).mode & 0o777).toBe(0o600);
    const { json } = await answerOf('topology init fabrikam.example --file f.yaml --administrator alice');
    expect(json).toMatchObject({ administrators: ['alice'], required: 1 });
  });

  it('does not promise that this key signs less than another one', async () => {
    const out = await succeed('topology init contoso.example --administrator alice bob --emergency offline');
    expect(out).toContain('it signs what any other key signs');
    expect(await succeed('topology init --help')).not.toContain('nothing else');
    await succeed('topology add server ca.contoso.example --role authority');
    await succeed('topology sign --key administrators/alice.key');
    await succeed('topology approve topology.pending.json --key administrators/offline.key --yes');
    expect((await stat('topology.v1.json')).isFile()).toBe(true);
  });

  it('counts that key for no majority: without --required more than half of the administrators sign', async () => {
    const { json } = await answerOf(
      'topology init contoso.example --administrator alice bob carol --emergency offline',
    );
    expect(json).toMatchObject({ required: 2, administrators: ['alice', 'bob', 'carol', 'offline'] });
  });

  it('refuses the key of an administrator as that of the emergency', async () => {
    const { status, stderr } = await runEntente(
      'topology init contoso.example --administrator alice bob --emergency bob',
    );
    expect(status).toBe(2);
    expect(stderr).toContain('bob is an administrator already, and one key cannot replace itself');
  });

  it('says what a lost key costs before anything is signed, and when a key is created', async () => {
    const out = await succeed('topology init contoso.example --administrator alice bob --required 2');
    expect(out).toContain('if one key is lost, only narrowing changes can be signed');
    expect(out).toContain('name one more key with --emergency offline');
    expect(await succeed('topology key carol')).toContain('with 2 of 2 one lost key ends all changes');
  });
});
