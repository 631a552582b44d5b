import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority } from '@entente/testkit';
import { links, type TopologyDocument } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, runEntente } from '../command-line.ts';
import { document, issueAll, TestNetwork, type TestState } from './network.ts';

const home = process.cwd();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-rehearse-'));
  process.chdir(folder);
  const network = await TestNetwork.create();
  const otherRoot = await createTestAuthority('Contoso Root 2');
  await writeChains('certs', network.state);
  await writeChains('certs-new', {
    ...network.state,
    certificates: await issueAll(network.state.topology, otherRoot),
  });
  await writeFile('old.crt', network.root.certificatePem);
  await writeFile('new.crt', otherRoot.certificatePem);
  await mkdir('crls');
  await writeFile('crls/old.crl', network.state.crls[0]!);
  await writeFile('crls/new.crl', await otherRoot.crl([]));
  await writeFile('revoked.crl', (await network.withCrl(['fe1.contoso.example'])).crls[0]!);
  await writeTopology('current.yaml', document);
  await writeTopology('without-fe2.yaml', {
    ...document,
    servers: document.servers.filter((server) => server.fqdn !== 'fe2.contoso.example'),
  });
});
afterAll(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true, force: true });
});

/** One directory a server inside, one file an external name: both ways in which certificates lie about. */
async function writeChains(directory: string, state: TestState): Promise<void> {
  await mkdir(directory);
  for (const [key, certificate] of state.certificates) {
    const [fqdn = '', side] = key.split(' ');
    if (side === 'external') {
      const name = state.topology.servers.get(fqdn)?.interfaces.external?.fqdn;
      await writeFile(join(directory, `${name}.crt`), certificate.chainPem);
    } else {
      await mkdir(join(directory, fqdn));
      await writeFile(join(directory, fqdn, 'tls.crt'), certificate.chainPem);
    }
  }
}

async function writeTopology(file: string, content: TopologyDocument): Promise<void> {
  await writeFile(file, JSON.stringify(content));
}

const world = '--certificates certs --anchors old.crt --crls crls';

describe('entente topology rehearse', () => {
  it('ends with status 0 where nothing would break', async () => {
    const { status, json } = await answerOf(`topology rehearse current.yaml --from current.yaml ${world}`);
    expect(status).toBe(0);
    expect(json).toMatchObject({ ok: true, breaks: [], stillFail: [], newButFailing: [] });
    expect(json.judged).toBeGreaterThan(20);
  });

  it('ends with status 1 and names each link, who refuses and why, where something would', async () => {
    const { status, stdout } = await runEntente(
      `topology rehearse without-fe2.yaml --from current.yaml ${world}`,
    );
    expect(status).toBe(1);
    const { row } = links.frontEndToFrontEnd;
    expect(stdout).toContain(
      `row ${row}, fe1.contoso.example → fe2.contoso.example (sip): would stop working; `,
    );
    expect(stdout).toContain('not-in-topology: ');
    const revoked = await answerOf(
      `topology rehearse current.yaml --from current.yaml ${world} --new-crls revoked.crl`,
    );
    expect(revoked.status).toBe(1);
    const reasons = (revoked.json.breaks as { reason: string }[]).map((link) => link.reason);
    expect(new Set(reasons)).toEqual(new Set(['revoked']));
  });

  it('looks ahead: what breaks once the certificates have expired', async () => {
    const year = new Date().getUTCFullYear() + 1;
    const { status, json } = await answerOf(
      `topology rehearse current.yaml --from current.yaml ${world} --at ${year}-12-31T00:00:00Z`,
    );
    expect(status).toBe(1);
    expect((json.breaks as unknown[]).length).toBe(json.judged);
  });
});

describe('entente rotate plan', () => {
  it('lists the steps and rehearses each', async () => {
    const line = `rotate plan current.yaml ${world} --new-certificates certs-new --new-anchors new.crt`;
    const { status, json } = await answerOf(line);
    expect(status).toBe(0);
    const steps = json.steps as { action: { kind: string }; breaks: unknown[] }[];
    expect(steps.map((step) => [step.action.kind, step.breaks.length])).toEqual([
      ['trust-new-anchor', 0],
      ['renew-certificates', 0],
      ['distrust-old-anchor', 0],
    ]);
    expect(json.atOnce).toBeGreaterThan(20);
    const { stdout } = await runEntente(line);
    expect(stdout).toContain('1. Add the new root');
    expect(stdout).toContain('   safe: no link stops working');
  });

  it('ends with status 1 where a step is not safe', async () => {
    const { status, json } = await answerOf(
      `rotate plan current.yaml ${world} --new-certificates certs --new-anchors new.crt`,
    );
    expect(status).toBe(1);
    const steps = json.steps as { breaks: { reason: string }[] }[];
    expect(new Set(steps[2]?.breaks.map((link) => link.reason))).toEqual(new Set(['unknown-issuer']));
  });
});
