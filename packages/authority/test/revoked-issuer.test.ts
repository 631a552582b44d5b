import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatRootRequest, spkiHash } from '@entente/pki';
import { authorityFolder, IssuerStore, rootFiles } from '@entente/pki/node';
import { expect, it } from 'vitest';
import { domain, RollingRoot, read } from './rolling-root.ts';

it('an authority whose issuing authority is on the list of the root presents another certificate from its start on', async () => {
  await using run = await RollingRoot.start();
  const store = await IssuerStore.open(authorityFolder(run.directory));
  const compromised = store.active.issuer.certificate.der;
  const [root] = store.roots.all;
  const request = formatRootRequest({
    domain,
    root: spkiHash(root?.certificate.der as Uint8Array),
    list: root?.crl.der as Uint8Array,
    objectsUrl: 'http://ca.contoso.example',
    outsideObjectsUrls: [],
    issuing: await store.request(domain),
    certifyOutside: [],
    revoke: [{ certificate: compromised, reason: 'cACompromise' }],
  });
  await writeFile(join(run.directory, rootFiles(1).request), request);
  await run.visit(1);
  await run.restart();
  const [leaf] = run.own;
  expect(read(leaf as Uint8Array).issuer.toString()).toContain('Issuing CA 2');
});
