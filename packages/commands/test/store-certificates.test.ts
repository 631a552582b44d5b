import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyAndRequest } from '@entente/pki/client';
import type { Network } from '@entente/testkit';
import { encodeSignedTopology, signTopology, type TopologyDocument, topologyHash } from '@entente/topology';
import { encodePem } from '@entente/x509';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { administratorOptions } from './administrator-options.ts';
import { answerOf, runEntente } from './command-line.ts';
import { newestTopology } from './newest-topology.ts';
import { sharedNetwork } from './shared-network.ts';

let network: Network;
let folder: string;
let options: string;
beforeAll(async () => {
  network = await sharedNetwork();
  folder = await mkdtemp(join(tmpdir(), 'entente-stores-'));
  options = administratorOptions(network);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('entente cert issue certifies the key of a store that the topology lists, until it lists it no more', async () => {
  const store = 'redis1.contoso.example';
  const publish = async (stores: TopologyDocument['stores']) => {
    const { document } = JSON.parse(await newestTopology(network)) as { document: TopologyDocument };
    const version = document.version + 1;
    const next = { ...document, version, previous: topologyHash(document), stores };
    const file = join(folder, `stores-${version}.json`);
    await writeFile(file, encodeSignedTopology(signTopology(next, [network.administrator.signer])));
    const published = await runEntente(`topology publish ${file} --yes ${options}`);
    expect(published.status, published.stdout + published.stderr).toBe(0);
  };
  const { request } = await createKeyAndRequest({ subject: store });
  const [csr, output] = [join(folder, 'redis1.csr'), join(folder, 'redis1.crt')];
  await writeFile(csr, request);
  const line = `cert issue --csr ${csr} --server ${store} --output ${output} ${options}`;
  const unlisted = await runEntente(line);
  expect(unlisted).toMatchObject({ status: 1, stdout: expect.stringContaining('not-in-topology') });
  await publish([{ fqdn: store, kind: 'redis' }]);
  const list = `cert list --server ${store} ${options}`;
  expect(await answerOf(list)).toMatchObject({
    status: 1,
    json: {
      refusal: {
        message: `no certificate of ${store} was ever issued: it is a store of the topology`,
        remedy: expect.stringContaining(`entente cert issue --csr <file> --server ${store}`),
      },
    },
  });
  const { json, status: issued } = await answerOf(line);
  expect({ status: issued, names: json.dnsNames, uris: json.uris }).toEqual({
    status: 0,
    names: [store],
    uris: [],
  });
  const leaf = new X509Certificate(await readFile(output));
  expect(leaf.keyUsage, 'it dials nobody: serverAuth alone').toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(await answerOf(list)).toMatchObject({
    status: 0,
    json: { certificates: [{ serial: json.serial, profile: 'store', subject: store }] },
  });
  const held = await runEntente(
    `cert revoke --serial ${json.serial} --reason certificateHold --yes ${options}`,
  );
  expect(held.status, held.stdout + held.stderr).toBe(0);
  const status = await answerOf(`status ${options}`);
  expect(status.json.attention).toContainEqual(
    expect.stringContaining(`the certificate of the store ${store}, ${json.serial}, is on hold since`),
  );
  expect(status.json.next).toContainEqual(expect.stringContaining(`entente cert release ${json.serial}`));
  const none = await runEntente(list);
  expect(none.stdout).toContain('1 certificate expired, revoked, on hold, or below');
  expect(none.stdout).not.toContain('cert show');
  const released = await runEntente(`cert release ${json.serial} ${options}`);
  expect(released.status, released.stdout + released.stderr).toBe(0);
  await publish(undefined);
  const shown = await answerOf(`cert show ${json.serial} ${options}`);
  expect(JSON.stringify(shown.json)).toContain('cessationOfOperation');
  const rogue = await createKeyAndRequest({ subject: 'fe1.contoso.example' });
  await writeFile(csr, encodePem('CERTIFICATE REQUEST', rogue.request));
  expect(await runEntente(line.replace('redis1.crt', 'rogue.crt'))).toMatchObject({ status: 1 });
});
