import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { decodePemCertificates } from '@entente/x509';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { register } from '../src/commands/ca-outside.ts';

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
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

async function run(edges: readonly object[]): Promise<string> {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  await writeFile(
    topology(),
    JSON.stringify({
      format: 'entente-topology/1',
      network: 'contoso.example',
      version: 1,
      issued: '2026-01-15T12:00:00Z',
      administrators: { required: 1, keys: [{ id: 'alice', algorithm: 'ES256', publicKey: key }] },
      domains: [{ name: 'contoso.example' }],
      servers: [
        { fqdn: 'ca.contoso.example', role: 'authority' },
        { fqdn: 'fe1.contoso.example', role: 'front-end' },
        ...edges,
      ],
    }),
  );
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  const program = new Command().exitOverride();
  register(program);
  const asked = ['ca', 'outside', '--directory', directory, '--topology', topology(), '--json'];
  try {
    await program.parseAsync(asked, { from: 'user' });
  } finally {
    vi.restoreAllMocks();
  }
  return output;
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
