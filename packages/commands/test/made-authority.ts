import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runEntente } from './command-line.ts';

/**
 * A topology of contoso.example with an administrator alice and an authority, as JSON, which is YAML too.
 * @param servers - beside the authority
 */
export function topologyText(...servers: readonly object[]): string {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  return JSON.stringify({
    format: 'entente-topology/1',
    network: 'contoso.example',
    version: 1,
    issued: '2026-01-15T12:00:00Z',
    administrators: { required: 1, keys: [{ id: 'alice', algorithm: 'ES256', publicKey: key }] },
    domains: [{ name: 'contoso.example' }],
    servers: [{ fqdn: 'ca.contoso.example', role: 'authority' }, ...servers],
  });
}

/**
 * Makes an authority of contoso.example, which does not run, with a topology that names it alone.
 * @param folder - gets the topology, and the authority in `ca`
 * @returns folder of the authority
 */
export async function makeAuthority(folder: string): Promise<string> {
  const directory = join(folder, 'ca');
  const topology = join(folder, 'topology.yaml');
  await writeFile(topology, topologyText());
  const names = '--domain contoso.example --fqdn ca.contoso.example --administrator alice';
  const urls = '--https-url https://ca.contoso.example --objects-url http://ca.contoso.example';
  const made = await runEntente(`ca init ${names} ${urls} --directory ${directory} --topology ${topology}`);
  expect(made.status, made.stderr).toBe(0);
  return directory;
}
