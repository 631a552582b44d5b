import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { decodePemCertificates } from '@entente/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { register } from '../src/commands/ca-outside.ts';
import { runVerb } from './command-line.ts';
import { topologyText } from './made-authority.ts';

let folder: string;
let directory: string;
const topology = () => join(folder, 'topology.yaml');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-ca-outside-'));
  directory = join(folder, 'ca');
  await initialiseAuthority({
    directory,
    domain: 'contoso.example',
    fqdn: 'ca.contoso.example',
    objectsUrl: 'http://ca.contoso.example',
    now: Date.now(),
    openLedger,
  });
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function run(edges: readonly object[]): Promise<string> {
  const frontEnd = { fqdn: 'fe1.contoso.example', role: 'front-end' };
  await writeFile(topology(), topologyText(frontEnd, ...edges));
  const where = ['--directory', directory, '--topology', topology()];
  return runVerb(register, ['ca', 'outside', ...where, '--json']);
}

const edge = (name: string, ports = {}) => ({
  fqdn: `${name}.contoso.example`,
  role: 'edge',
  interfaces: { internal: {}, external: { fqdn: `${name}-access.contoso.example`, ports } },
});

describe('entente ca outside', () => {
  it('certifies the issuing authority with the addresses of every edge', async () => {
    const answer = JSON.parse(await run([edge('edge1'), edge('edge2', { objects: 8080 })]));
    const urls = ['http://edge1-access.contoso.example', 'http://edge2-access.contoso.example:8080'];
    expect(answer).toMatchObject({ ok: true, objectsUrls: urls });
    const decoded = decodePemCertificates(await readFile(answer.certificate));
    const [point, ...others] = (decoded.ok && decoded.value[0]?.crlDistributionPoints) || [];
    expect(others).toEqual([]);
    const names = point?.name?.type === 'full' ? point.name.names : [];
    expect(names.map((name) => (name.type === 'uri' ? new URL(name.value).origin : name.type))).toEqual(urls);
  });

  it('refuses where no edge serves outsiders', async () => {
    await expect(run([])).rejects.toMatchObject({ code: 'ENTENTE_NO_EDGE' });
  });

  it('refuses where the key of the root has left the machine', async () => {
    await rm(join(directory, 'root_ca.key'));
    await expect(run([edge('edge1')])).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' });
  });
});
