import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Network, startNetwork } from '@entente/testkit';
import { encodeSignedTopology, signTopology, type TopologyDocument, topologyHash } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { answerOf, runEntente, succeed } from './command-line.ts';

interface Rollover {
  readonly roots: readonly { readonly stage: string; readonly list: { readonly number: number } }[];
  readonly issuers: readonly { readonly number: number; readonly root: number; readonly stage: string }[];
  readonly waiting: readonly string[];
}

/** The authority looks for answers every 15 seconds. */
const patience = { interval: 250 };

describe('the verbs of a root, with a running authority', () => {
  let network: Network;
  let folder: string;
  let options: string;
  let config: string;
  const at = (name: string): string => join(folder, name);
  beforeAll(async () => {
    network = await startNetwork({ clients: [] });
    folder = await mkdtemp(join(tmpdir(), 'entente-root-verbs-'));
    const { authority } = network.organisation;
    const directory = join(network.directory, 'authority');
    const files = join(directory, 'administrators', 'administrator');
    config = join(network.directory, `${authority.fqdn}.yaml`);
    options = `--authority https://${authority.fqdn}:${authority.httpsPort} --address 127.0.0.1 --anchors ${at('root1/root_ca.crt')} --certificate ${files}.crt --key ${files}.key`;
    await mkdir(at('root1'));
    await copyFile(join(directory, 'root_ca.crt'), at('root1/root_ca.crt'));
    await rename(join(directory, 'root_ca.key'), at('root1/root_ca.key'));
  });
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const rollover = async (): Promise<Rollover> =>
    (await answerOf(`ca rollover ${options}`)).json as unknown as Rollover;
  const request = async (more = ''): Promise<string> => {
    const { json } = await answerOf(`ca root request --config ${config} ${more}`);
    await rename(String(json.request), at('request.json'));
    return at('request.json');
  };
  /** The newest version with other roots, signed and published. */
  const publishing = async (enterprise: readonly object[], option: '--dry-run' | '--yes') => {
    const document = await inForce();
    const issued = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const next = {
      ...document,
      issued,
      version: document.version + 1,
      previous: topologyHash(document),
      anchors: { enterprise } as TopologyDocument['anchors'],
    };
    const file = at('topology.signed.json');
    await writeFile(file, encodeSignedTopology(signTopology(next, [network.administrator.signer])));
    return answerOf(`topology publish ${file} ${option} ${options}`);
  };
  const publish = async (enterprise: readonly object[]): Promise<number> =>
    (await publishing(enterprise, '--yes')).status;

  it('ca root request, sign and accept bring the next issuing authority from the root', async () => {
    const asked = await request('--next');
    const line = `ca root sign ${asked} --root ${at('root1')} --out ${at('answer.json')}`;
    expect((await runEntente(line)).stderr).toContain('--yes');
    expect((await answerOf(`${line} --yes`)).json).toMatchObject({ list: 2, issuing: 2 });
    expect(await answerOf(`ca root accept ${asked} --config ${config}`)).toMatchObject({
      status: 1,
      json: { refusal: { reason: 'root-document-malformed' } },
    });
    const accepted = await answerOf(`ca root accept ${at('answer.json')} --config ${config}`);
    expect(accepted.json).toMatchObject({ list: 2, issuing: 2, root: null });
    await expect.poll(rollover, patience).toMatchObject({
      issuers: [
        { number: 1, root: 1, stage: 'active' },
        { number: 2, root: 1, stage: 'prepared' },
      ],
      roots: [{ stage: 'active', list: { number: 2 } }],
    });
    const shown = await succeed(`ca rollover ${options}`);
    expect(shown).toMatch(/issuing authorities\n *number +root +stage/);
    expect(shown).toMatch(/T\d\d:\d\d:\d\dZ: issuing authority 2 takes over/);
    expect(shown).toMatch(/roots\n *number +stage +ends +list +servers/);
  });

  it('ca root sign keeps the list, so that an old request takes no revocation back', async () => {
    const old = at('old.json');
    await copyFile(await request(), old);
    const asked = await request('--revoke 2');
    const sign = (file: string) =>
      answerOf(`ca root sign ${file} --root ${at('root1')} --out ${at('revoking.json')} --yes`);
    expect((await sign(asked)).json).toMatchObject({ list: 3 });
    expect((await sign(old)).json).toMatchObject({ list: 4 });
    const { status } = await answerOf(`ca root accept ${at('revoking.json')} --config ${config}`);
    expect(status).toBe(0);
    await expect
      .poll(async () => (await rollover()).issuers[1], patience)
      .toMatchObject({ stage: 'retired', revoked: true });
    const unknown = await runEntente(`ca root request --config ${config} --revoke 9`);
    expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining('entente ca rollover') });
    expect((await runEntente(`ca root request --config ${config} --root 2`)).status).toBe(2);
    expect((await runEntente(`ca root request --config ${config} --revoke-root 2`)).status).toBe(2);
  });

  it('ca root prepare creates the next root once, and the authority records it', async () => {
    const asked = await request();
    const line = `ca root prepare ${asked} --root ${at('root1')} --new-root ${at('root2')} --out ${at('next.json')}`;
    expect((await runEntente(line)).stderr).toContain('--yes');
    expect(await readdir(folder)).not.toContain('root2');
    const { json, status } = await answerOf(`${line} --yes`);
    expect({ status, json }).toMatchObject({ status: 0, json: { root: 2, list: 5, crossCertified: true } });
    const certificate = await readFile(at('root2/root_ca.crt'), 'utf8');
    expect((await answerOf(`${line} --yes`)).json).toMatchObject({ root: 2, list: 6 });
    expect(await readFile(at('root2/root_ca.crt'), 'utf8')).toBe(certificate);
    const accepted = await answerOf(`ca root accept ${at('next.json')} --config ${config}`);
    expect(accepted.json).toMatchObject({ list: 6, issuing: null, root: 2 });
    await expect
      .poll(rollover, patience)
      .toMatchObject({ roots: [{ stage: 'active' }, { stage: 'unlisted' }] });
  });

  it('topology root writes each step into the topology, and the authority follows the published ones', async () => {
    const file = at('topology.yaml');
    const { anchors: _, ...plain } = await inForce();
    await writeFile(file, stringify(plain));
    const listed = async () => (parse(await readFile(file, 'utf8')) as TopologyDocument).anchors?.enterprise;
    const root = (words: string) => runEntente(`topology root ${words} --file ${file}`);
    const next = `prepare --certificate ${at('root2/root_ca.crt')} --name second`;
    expect(await root(next)).toMatchObject({ status: 2, stderr: expect.stringContaining('--present') });
    expect((await root(`${next} --present ${at('root1/root_ca.crt')}`)).status).toBe(0);
    const [one, two] = (await listed()) ?? [];
    expect([one?.stage, two?.stage, two?.name]).toEqual([undefined, 'prepared', 'second']);
    expect(await publish([one as object, two as object])).toBe(0);
    expect((await rollover()).roots).toMatchObject([{ stage: 'active' }, { stage: 'prepared' }]);

    expect(await root('activate third')).toMatchObject({ status: 2 });
    expect((await root('activate second')).status).toBe(0);
    expect((await listed())?.map(({ stage }) => stage)).toEqual([undefined, undefined]);
    expect((await root('taint second')).status).toBe(0);
    expect((await listed())?.map(({ stage }) => stage)).toEqual([undefined, 'tainted']);
    expect((await root('retire second')).status).toBe(0);
    expect((await listed())?.map(({ name }) => name)).toEqual([one?.name]);
  });

  it('topology root retire refuses a root that no signed version has tainted, and names the command that taints', async () => {
    const file = at('topology.yaml');
    const root = (words: string) => runEntente(`topology root ${words} --file ${file}`);
    await root(`prepare --certificate ${at('root2/root_ca.crt')} --name second`);
    await root('activate second');
    const [{ name: first }] = parse(await readFile(file, 'utf8')).anchors.enterprise as [{ name: string }];
    const retire = async () => {
      await writeFile(file, (await readFile(file, 'utf8')).replaceAll(first, 'first'));
      const before = await readFile(file, 'utf8');
      const { status, stderr } = await root('retire first');
      expect({ status, after: await readFile(file, 'utf8') }).toEqual({ status: 2, after: before });
      expect(stderr).toContain('entente topology root taint first, sign and publish that version');
      return stderr;
    };
    expect(await retire()).toContain('it is active');
    expect((await root('taint first')).status).toBe(0);
    expect(await retire()).toMatch(/it is active in version \d+, the newest signed one/);
  });

  it('topology publish is refused where nothing could be issued below the roots that it lists', async () => {
    const [, two] = await rootsInForce();
    const version = (await inForce()).version;
    const dry = await publishing([{ ...two, stage: 'active' }], '--dry-run');
    expect(dry).toMatchObject({ status: 1, json: { published: false, refusal: { reason: 'root-in-use' } } });
    expect((await inForce()).version).toBe(version);
    expect(await publish([{ ...two, stage: 'active' }])).toBe(1);
    expect((await rollover()).roots).toMatchObject([{ stage: 'active' }, { stage: 'prepared' }]);
  });

  it('what a refused publication says leads to a version that is accepted, also where others were signed after it', async () => {
    const [one, two] = (await rootsInForce()) as [object, object];
    const before = await inForce();
    const roots = (...enterprise: object[]) => ({ enterprise }) as TopologyDocument['anchors'];
    const follow = (document: TopologyDocument, anchors: TopologyDocument['anchors']): TopologyDocument => ({
      ...document,
      anchors,
      version: document.version + 1,
      previous: topologyHash(document),
    });
    const store = async (document: TopologyDocument): Promise<void> => {
      const text = encodeSignedTopology(signTopology(document, [network.administrator.signer]));
      for (const name of [`topology.v${document.version}.json`, 'topology.signed.json'])
        await writeFile(at(name), text);
    };
    const send = async (name: string) => {
      const { json, status } = await answerOf(`topology publish ${at(name)} --yes ${options}`);
      return { status, next: (json.next as string[])[0] ?? '' };
    };
    await store(before);
    const tooEarly = follow(before, roots({ ...one, stage: 'tainted' }, { ...two, stage: 'active' }));
    await store(tooEarly);
    await store(follow(tooEarly, roots(one, { ...two, stage: 'active' })));
    const { next, status } = await send('topology.signed.json');
    const [, first = ''] = /^first: entente topology publish (\S+) --as/.exec(next) ?? [];
    expect({ status, first }).toEqual({ status: 1, first: at(`topology.v${tooEarly.version}.json`) });
    const refused = await send(`topology.v${tooEarly.version}.json`);
    const [, from = '', to = ''] =
      /^copy (\S+) to (\S+), correct the YAML and sign again/.exec(refused.next) ?? [];
    await copyFile(from, to);
    const { document } = JSON.parse(await readFile(at('topology.signed.json'), 'utf8')) as {
      document: TopologyDocument;
    };
    await store(follow(document, roots(one, { ...two, stage: 'prepared' })));
    expect((await send('topology.signed.json')).status).toBe(0);
  });

  it('ca root sign works for the next root with its own directory, once it is active', async () => {
    const [one, two] = await rootsInForce();
    expect(await publish([one as object, { ...two, stage: 'active' }])).toBe(0);
    const file = join(network.directory, 'authority', 'root-request-2.json');
    await expect.poll(async () => (await rollover()).waiting, patience).toEqual(['root-request-2.json']);
    const wrong = await answerOf(`ca root sign ${file} --root ${at('root1')} --out ${at('x.json')} --yes`);
    expect(wrong).toMatchObject({ status: 1, json: { refusal: { reason: 'another-root' } } });
    const line = `ca root sign ${file} --root ${at('root2')} --out ${at('second.json')} --yes`;
    expect((await answerOf(line)).json).toMatchObject({ issuing: 3 });
    const accepted = await answerOf(`ca root accept ${at('second.json')} --config ${config}`);
    expect(accepted.json).toMatchObject({ issuing: 3, root: null });
    await expect
      .poll(async () => (await rollover()).issuers[2], patience)
      .toMatchObject({ number: 3, root: 2, stage: 'prepared' });
    expect(await succeed(`ca rollover ${options}`)).toContain('root 2 is');
  });

  it('topology publish --dry-run and topology status say who would be left behind, and how the root comes back', async () => {
    const before = await inForce();
    const { expires: _, ...kept } = before;
    const [, two] = await rootsInForce();
    const next = {
      ...kept,
      version: before.version + 1,
      previous: topologyHash(before),
      anchors: { enterprise: [two] } as TopologyDocument['anchors'],
    } as TopologyDocument;
    const sign = (document: TopologyDocument): string =>
      encodeSignedTopology(signTopology(document, [network.administrator.signer]));
    await writeFile(at(`topology.v${before.version}.json`), sign(before));
    await writeFile(at('topology.signed.json'), sign(next));
    await writeFile(at('topology.yaml'), stringify(next));
    const asked = await answerOf(`topology publish ${at('topology.signed.json')} --dry-run ${options}`);
    const said = await answerOf(`topology publish ${at('topology.signed.json')} --yes ${options}`);
    const message = /: \d+ servers?: .*; 1 administrator: administrator$/;
    for (const { status, json } of [asked, said]) {
      const refusal = { reason: 'members-left-behind', message: expect.stringMatching(message) };
      expect({ status, json }).toMatchObject({ status: 1, json: { refusal } });
      expect((json.next as string[]).slice(0, 2)).toEqual([
        expect.stringMatching(`^to sign another version .*: entente topology rollback ${before.version},`),
        expect.stringMatching(/^then copy \S+ to \S+topology.signed.json, correct the YAML and sign again/),
      ]);
    }
    expect(asked.json.refusal).toEqual(said.json.refusal);
    const anyway = `topology publish ${at('topology.signed.json')} --dry-run --leave-behind ${options}`;
    expect(await answerOf(anyway)).toMatchObject({ status: 0, json: { published: false } });
    expect((await inForce()).version).toBe(before.version);
    const shown = (await answerOf(`topology status ${at('topology.yaml')} ${options}`)).json.next as string[];
    expect(shown.join()).toContain(`entente topology rollback ${before.version}`);
    expect(shown.join()).not.toContain('entente topology publish');

    const back = await answerOf(`topology rollback ${before.version} --file ${at('topology.yaml')} --yes`);
    expect((back.json.next as string[]).join()).toContain(`has refused version ${next.version}: copy `);
    await copyFile(at(`topology.v${before.version}.json`), at('topology.signed.json'));
    const compared = await answerOf(`topology diff ${at('topology.yaml')}`);
    expect(compared.json).toMatchObject({ changes: [] });
  });

  it('topology root retire warns where the version that taints the root may be younger than a day', async () => {
    const document = await inForce();
    const [one, two] = await rootsInForce();
    const enterprise = [{ ...one, name: 'first', stage: 'tainted' }, two as object];
    const retired = async (age: number, roots: readonly object[] = enterprise): Promise<string> => {
      const issued = new Date(Date.now() - age).toISOString().replace(/\.\d+Z$/, 'Z');
      const tainted = { ...document, issued, anchors: { enterprise: roots } } as TopologyDocument;
      await writeFile(
        at('topology.signed.json'),
        encodeSignedTopology(signTopology(tainted, [network.administrator.signer])),
      );
      await writeFile(at('topology.yaml'), stringify({ ...tainted, anchors: { enterprise } }));
      const { status, stdout } = await runEntente(`topology root retire first --file ${at('topology.yaml')}`);
      expect(status).toBe(0);
      return stdout;
    };
    const hour = 3_600_000;
    expect(await retired(hour)).toContain(`warning: version ${document.version}, the newest signed one,`);
    expect(await retired(25 * hour)).not.toContain('warning');
    expect(await retired(hour, [two as object])).not.toContain('warning');
  });

  async function rootsInForce(): Promise<readonly object[]> {
    return (await inForce()).anchors?.enterprise ?? [];
  }

  async function inForce(): Promise<TopologyDocument> {
    const { fqdn, httpsPort } = network.organisation.authority;
    const files = join(network.directory, 'authority', 'administrators', 'administrator');
    const read = (name: string): Promise<string> => readFile(name, 'utf8');
    const who = { cert: await read(`${files}.crt`), key: await read(`${files}.key`) };
    const ca = await read(at('root1/root_ca.crt'));
    const place = { host: '127.0.0.1', port: httpsPort, servername: fqdn, path: '/topology', agent: false };
    const text = await new Promise<string>((resolve, reject) => {
      https
        .get({ ...place, ...who, ca }, async (incoming) => {
          let received = '';
          for await (const part of incoming.setEncoding('utf8')) received += part as string;
          resolve(received);
        })
        .on('error', reject);
    });
    return (JSON.parse(text) as { document: TopologyDocument }).document;
  }
});
