import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyAndRequest, enrol, parseJoinToken } from '@entente/pki/client';
import { type Network, startNetwork } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administratorOptions } from './administrator-options.ts';
import { answerOf, runEntente, succeed } from './command-line.ts';

/** Whether this test may mount a file system: as root, and not in every container. */
function mayMount(): boolean {
  const tmpfs = ['-m', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', tmpdir()];
  return process.getuid?.() === 0 && spawnSync('unshare', tmpfs).status === 0;
}

describe('the state of a network', () => {
  let network: Network;
  let folder: string;
  let options: string;
  let gatewayKey: string;
  beforeAll(async () => {
    network = await startNetwork({ clients: [] });
    folder = await mkdtemp(join(tmpdir(), 'entente-network-state-'));
    options = administratorOptions(network);
  });
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** The state of the network once both front ends have reported what is in force. */
  async function statusOnceCurrent(): Promise<Awaited<ReturnType<typeof answerOf>>> {
    let answer: Awaited<ReturnType<typeof answerOf>> | undefined;
    const notCurrent = async () => {
      answer = await answerOf(`status ${options}`);
      const members = answer.json.members as { server: string; attention: string[] }[];
      return members.filter(
        (one) =>
          one.server.startsWith('fe') && (one.attention.length > 0 || !('lastSeen' in one && one.lastSeen)),
      );
    };
    await expect.poll(notCurrent).toEqual([]);
    return answer!;
  }

  /** Node's own client: what any program can send to the authority. */
  async function send(
    request: Request,
    who?: { readonly cert: string; readonly key: string },
  ): Promise<Response> {
    const { authority } = network.organisation;
    const ca = await readFile(network.anchorsFile, 'utf8');
    const body = Buffer.from(await request.arrayBuffer());
    return new Promise((resolve, reject) => {
      const { pathname, search } = new URL(request.url);
      const headers = { ...Object.fromEntries(request.headers), 'content-length': body.length };
      const outgoing = https.request(
        {
          host: '127.0.0.1',
          port: authority.httpsPort,
          servername: authority.fqdn,
          ca,
          ...who,
          agent: false,
          method: request.method,
          path: `${pathname}${search}`,
          headers,
        },
        async (incoming) => {
          const parts: Buffer[] = [];
          for await (const part of incoming) parts.push(part as Buffer);
          const status = incoming.statusCode ?? 0;
          const answered = incoming.headers as Record<string, string>;
          resolve(new Response(status === 204 ? null : Buffer.concat(parts), { status, headers: answered }));
        },
      );
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }

  it('status says what each server has and acts on, and ends with status 1 where something needs attention', async () => {
    const { json, status } = await statusOnceCurrent();
    expect(status).toBe(1);
    expect(json).toMatchObject({ ok: false, network: 'contoso.example', problems: [], warnings: [] });
    const members = json.members as Record<string, unknown>[];
    for (const name of ['fe1', 'fe2']) {
      expect(members.find(({ server }) => server === `${name}.contoso.example`)).toMatchObject({
        topology: json.version,
        lists: json.lists,
        state: expect.any(Number),
        lastSeen: expect.any(Number),
        attention: [],
      });
    }
    expect(json.attention).toEqual(
      ['gw1', 'med1'].map(
        (name) =>
          `${name}.contoso.example has no valid certificate: it has not joined, was revoked, or has expired`,
      ),
    );
    const told = await runEntente(`status ${options}`);
    expect(told.stdout).toMatch(
      new RegExp(
        `\\nfe2\\.contoso\\.example +front-end +\\S+Z +${String(json.version)} +\\d+, \\d+ +\\d+ +\\S+Z\\n`,
      ),
    );
    expect(told.stdout).toMatch(/\ngw1\.contoso\.example +\S+ +none +- +- +- +not reported\n/);
    expect(told.stdout).toContain('2 things to attend to:');
    // There is no program here for a gateway: others make it, and it cannot join.
    expect(told.stdout).toContain('entente cert issue --csr <file> --server gw1.contoso.example');
  });

  it('status needs nothing once every server has a certificate', async () => {
    for (const name of ['gw1', 'med1']) {
      const server = `${name}.contoso.example`;
      const { privateKeyPem, request } = await createKeyAndRequest({ subject: server });
      if (name === 'med1')
        expect((await answerOf(`status ${options}`)).json.next).toContain(
          `entente join-token ${server} --config ${server}.yaml --as ca/administrators/<you>.yaml`,
        );
      if (name === 'gw1') gatewayKey = privateKeyPem;
      const [csr, output] = [join(folder, `${name}.csr`), join(folder, `${name}.crt`)];
      await writeFile(csr, request);
      await succeed(`cert issue --csr ${csr} --server ${server} --output ${output} ${options}`);
    }
    expect(await statusOnceCurrent()).toMatchObject({
      status: 0,
      json: { ok: true, awaited: [], attention: [] },
    });
    expect((await runEntente(`status ${options}`)).stdout).toContain('nothing needs attention');
  });

  it('status says what a server reports of itself, with the remedy, and nothing that would write to a terminal', async () => {
    const server = 'fe1.contoso.example';
    const identity = join(network.directory, server);
    const [cert, key] = await Promise.all([
      readFile(join(identity, 'tls.crt'), 'utf8'),
      readFile(join(identity, 'tls.key'), 'utf8'),
    ]);
    const report = (problems: readonly object[]) =>
      send(
        new Request('https://ca.contoso.example/standing', {
          method: 'POST',
          body: JSON.stringify({ format: 'entente-member-problems/1', problems }),
        }),
        { cert, key },
      );
    const wrong = { part: 'external-certificate', message: 'it ends soon', remedy: 'replace the files' };
    expect((await report([{ ...wrong, message: '\u001b[2J' }])).status).toBe(400);
    expect((await report([wrong])).status).toBe(204);
    const { json, status } = await answerOf(`status ${options}`);
    expect(status).toBe(1);
    expect(json).toMatchObject({
      attention: [`external-certificate of ${server}: it ends soon`],
      next: expect.arrayContaining([`at ${server}: replace the files`]),
    });
    const members = json.members as Record<string, unknown>[];
    expect(members.find((one) => one.server === server)).toMatchObject({ problems: [wrong], attention: [] });
    expect((await report([])).status).toBe(204);
    expect((await answerOf(`status ${options}`)).status).toBe(0);
  });

  it('status shows that the key of the root lies beside the authority, until it is moved away', async () => {
    const directory = join(network.directory, 'authority');
    const key = join(directory, 'root_ca.key');
    const { json, status } = await answerOf(`status ${options}`);
    expect({ status, rootKey: json.rootKey }).toEqual({ status: 0, rootKey: key });
    expect(String(json.next)).toContain(`move ${key} to storage that no network reaches`);
    const shown = await runEntente(`status ${options}`);
    expect(shown.stdout).toContain('\nwarning: the key of the root is on the machine of the authority');
    const elsewhere = join(folder, 'root_ca.key');
    await rename(key, elsewhere);
    try {
      expect((await answerOf(`status ${options}`)).json).toMatchObject({ ok: true, rootKey: null });
      expect((await runEntente(`status ${options}`)).stdout).not.toContain('key of the root');
    } finally {
      await rename(elsewhere, key);
    }
  });

  it('status marks a server that is behind, and one whose certificate is about to end', async () => {
    const standing = {
      format: 'entente-member-standing/1',
      topology: 0,
      state: 0,
      lists: [],
      certificateEnd: new Date(Date.now() + 3_600_000).toISOString(),
      formats: [],
    };
    const cert = await readFile(join(folder, 'gw1.crt'), 'utf8');
    const request = new Request('https://ca.contoso.example/standing', {
      method: 'POST',
      body: JSON.stringify(standing),
    });
    expect((await send(request, { cert, key: gatewayKey })).status).toBe(204);
    const { json, status } = await statusOnceCurrent();
    expect(status).toBe(1);
    expect(json.attention).toEqual([
      expect.stringMatching(/^the certificate of gw1\.contoso\.example expires at .+Z: it should have/),
      `gw1.contoso.example acts on version 0 of the topology: version ${String(json.version)} is in force`,
      expect.stringMatching(
        /^gw1\.contoso\.example has no revocation list of [0-9a-f]{16}, shard 0: list \d+ is/,
      ),
    ]);
    expect(String(json.next)).toContain('check that gw1.contoso.example runs and reaches the authority');
  });

  // Skipped where the user may not mount a file system (needs root and CAP_SYS_ADMIN).
  it.skipIf(!mayMount())('status says what fails at the authority, with the remedy', async () => {
    // What periodic work moves aside, and cannot.
    const inTheWay = join(network.directory, 'authority', 'root-answer.json');
    await mkdir(inTheWay);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', inTheWay]);
    const problems = async () => (await answerOf(`status ${options}`)).json.problems;
    try {
      await expect.poll(problems).toMatchObject([{ part: 'periodic-work', remedy: expect.any(String) }]);
      const { json } = await answerOf(`status ${options}`);
      const [{ remedy }] = json.problems as [{ remedy: string }];
      expect(json.next).toContain(remedy);
      expect(json.attention).toContainEqual(expect.stringMatching(/^periodic-work of the authority: /));
      const told = await runEntente(`status ${options}`);
      expect(told).toMatchObject({ status: 1, stdout: expect.stringContaining(', and reports 1 problem\n') });
    } finally {
      execFileSync('umount', ['-l', inTheWay]);
      await rm(inTheWay, { recursive: true, force: true });
    }
    await expect.poll(problems).toEqual([]);
  });

  it('cert release makes a certificate on hold count again', async () => {
    const { json } = await answerOf(`cert list --server gw1.contoso.example ${options}`);
    const [{ serial }] = json.certificates as [{ serial: string }];
    const revoke = `cert revoke --serial ${serial} --reason certificateHold --yes ${options}`;
    const said = [await succeed(revoke), await succeed(`cert show ${serial} ${options}`)];
    said.push((await runEntente(revoke)).stdout, (await runEntente(`status ${options}`)).stdout);
    for (const text of said) {
      expect(text).toContain(`to end the hold: entente cert release ${serial} --as`);
      expect(text).toContain(`to revoke it for good: entente cert revoke --serial ${serial} --reason`);
    }
    expect(said[1]).toContain('  on hold      since ');
    expect(said[2]).toContain(`the last one, ${serial}, is on hold since `);
    expect(said[3]).toContain(
      `gw1.contoso.example has no valid certificate: the last one, ${serial}, is on hold`,
    );
    const held = await answerOf(`cert list --server gw1.contoso.example --all ${options}`);
    expect(held.json.certificates).toMatchObject([{ serial, state: 'on hold' }]);
    const released = await answerOf(`cert release ${serial} ${options}`);
    expect(released).toMatchObject({ status: 0, json: { ok: true, serial, released: true } });
    const again = await answerOf(`cert list --server gw1.contoso.example ${options}`);
    expect(again.json.certificates).toMatchObject([{ serial, state: 'valid' }]);
    expect(await answerOf(`cert release ${serial} ${options}`)).toMatchObject({
      status: 1,
      json: { refusal: { reason: 'certificate-not-on-hold' } },
    });
  });

  it('join-token --replace lets a server join again that has a certificate, which is revoked then', async () => {
    const line = `join-token gw1.contoso.example ${options}`;
    expect(await answerOf(line)).toMatchObject({
      status: 1,
      json: { refusal: { reason: 'already-joined' } },
    });
    const before = await answerOf(`cert list --server gw1.contoso.example ${options}`);
    const [{ serial }] = before.json.certificates as [{ serial: string }];
    const { json, status } = await answerOf(`${line} --replace`);
    expect(status).toBe(0);
    const parsed = parseJoinToken(String(json.token));
    if (!parsed.ok) throw new Error(parsed.refusal.message);
    const key = await createKeyAndRequest({ subject: 'gw1.contoso.example' });
    const joined = await enrol({ token: parsed.token, key, transport: (request) => send(request) });
    if (!joined.ok) throw new Error(joined.refusal.message);
    const after = await answerOf(`cert list --server gw1.contoso.example --all ${options}`);
    expect(after.json.certificates).toMatchObject([
      { serial, state: 'revoked', revocation: { reason: 'superseded' } },
      { serial: joined.certificate.serialHex, state: 'valid' },
    ]);
  });

  it('status names a server that has joined and has not reported', async () => {
    const server = 'med1.contoso.example';
    const ordered = await answerOf(`join-token ${server} --replace ${options}`);
    const parsed = parseJoinToken(String(ordered.json.token));
    if (!parsed.ok) throw new Error(parsed.refusal.message);
    const key = await createKeyAndRequest({ subject: server });
    const joined = await enrol({ token: parsed.token, key, transport: (request) => send(request) });
    expect(joined).toMatchObject({ ok: true });
    const { json } = await answerOf(`status ${options}`);
    // Once the authority has run for three minutes it is no longer awaited, and needs attention.
    const named = [...(json.awaited as string[]), ...(json.attention as string[])];
    expect(named).toContainEqual(expect.stringContaining(server));
    const { stdout } = await runEntente(`status ${options}`);
    expect(stdout).toMatch(
      new RegExp(
        `(not reported yet|${server} has reported nothing) since the authority started[^\n]*(${server}|Z)\n`,
      ),
    );
  });

  it('audit shows the newest first, who did it and from where, page by page', async () => {
    const { json, status } = await answerOf(`audit --limit 3 ${options}`);
    expect(status).toBe(0);
    const records = json.records as { number: number; action: string }[];
    expect(records).toHaveLength(3);
    expect(json.before).toBe(records[2]?.number);
    const older = await answerOf(`audit --limit 1 --before ${String(json.before)} ${options}`);
    expect(older.json.records).toMatchObject([{ number: Number(json.before) - 1 }]);
    const { stdout } = await runEntente(`audit --limit 1000 ${options}`);
    const by = 'by administrator:administrator from 127\\.0\\.0\\.1';
    expect(stdout).toMatch(new RegExp(`Z token-ordered gw1\\.contoso\\.example ${by}`));
    expect(stdout).toMatch(new RegExp(`Z hold-ended gw1\\.contoso\\.example ${by}`));
    expect(stdout).toMatch(new RegExp(`Z certificate-issued med1\\.contoso\\.example ${by}`));
    expect(stdout).toMatch(new RegExp(`Z request-refused ${by} refused \\(already-joined\\)`));
    expect((await runEntente(`audit --limit 1001 ${options}`)).status).toBe(2);
  });

  it('audit shows what one has done, page by page, and takes no name alone', async () => {
    const of = 'administrator:administrator';
    const { json, status } = await answerOf(`audit --limit 2 --actor ${of} ${options}`);
    const records = json.records as { actor: string }[];
    expect([status, records.map(({ actor }) => actor)]).toEqual([0, [of, of]]);
    expect(json.next).toEqual([
      expect.stringContaining(`--before ${String(json.before)} --actor ${of} --as`),
    ]);
    const all = await answerOf(`audit --limit 1000 --actor authority ${options}`);
    expect(new Set((all.json.records as { actor: string }[]).map(({ actor }) => actor))).toEqual(
      new Set(['authority']),
    );
    const none = await runEntente(`audit --actor server:nowhere.contoso.example ${options}`);
    expect(none).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing is recorded') });
    const misspelt = await answerOf(`audit --actor administrator:adminstrator ${options}`);
    expect(misspelt.status).toBe(0);
    expect(misspelt.json.actors).toEqual([of, ...(misspelt.json.actors as string[]).slice(1)]);
    expect(misspelt.json.actors).toContain('authority');
    expect(misspelt.json.next).toEqual([expect.stringContaining(`--actor ${of} --as`)]);
    for (const name of ['alice', 'administrator:', 'user:alice']) {
      expect(await runEntente(`audit --actor ${name} ${options}`), name).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('administrator:<name>'),
      });
    }
  });

  it('status says of a server that has joined, and has no valid certificate, that its folder is moved aside', async () => {
    const server = 'med1.contoso.example';
    await succeed(`cert revoke --server ${server} --yes ${options}`);
    const { json } = await answerOf(`status ${options}`);
    const remedies = (json.next as string[]).filter((one) => one.includes(server));
    expect(remedies).toEqual([
      expect.stringContaining(
        `stop it, move its folder aside, then entente join-token ${server} --replace --config <its configuration>`,
      ),
    ]);
  });
});
