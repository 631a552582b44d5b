import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Beside this file, so that the programs find the package by name, as a reader's project does after npm install.
const here = fileURLToPath(new URL('.', import.meta.url));
const compiler = fileURLToPath(new URL('../../../node_modules/typescript-native/bin/tsc', import.meta.url));
const settings =
  '--ignoreConfig --noEmit --strict --module nodenext --target es2023 --lib es2023,esnext.disposable --types node --skipLibCheck --customConditions @entente/source --allowImportingTsExtensions';

const beginning = `import * as http2 from 'node:http2';
import https from 'node:https';
import tls from 'node:tls';
import { loadCredential, openTrust, serve } from '@entente/tls';
const trust = await openTrust({ anchors: 'ca.crt' });
const identity = await loadCredential({ certificate: 'a.crt', key: 'a.key' });
`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(here, 'readme-types-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** What the compiler says of each program, in the order of the programs. */
async function complaints(endings: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    endings.map(async (ending, index) => {
      const file = join(directory, `program-${index}.mts`);
      await writeFile(file, beginning + ending);
      return file;
    }),
  );
  const { stdout } = spawnSync(process.execPath, [compiler, ...settings.split(' '), ...files], {
    encoding: 'utf8',
  });
  const texts = stdout.split(/^(?=\S)/m);
  return files.map((_, index) => texts.filter((text) => text.includes(`program-${index}.mts`)).join(''));
}

describe('what the compiler says of options of serve', () => {
  it('names the option that is misspelt, missing or not awaited with node:https, and not the module', async () => {
    const said = await complaints([
      "await serve(https, { trust, identity, alow: ['a'] }, () => {});",
      'await serve(https, { trust, identity }, () => {});',
      "await serve(https, { trust, identity: loadCredential({ pkcs12: 'a.p12' }), allow: ['a'] }, () => {});",
      "await serve(https, { trust: openTrust({ anchors: 'ca.crt' }), identity, allow: ['a'] }, () => {});",
    ]);
    expect(said[0]).toContain("'alow' does not exist in type 'ServeOptions'. Did you mean to write 'allow'?");
    expect(said[1]).toContain("Property 'allow' is missing");
    expect(said[2]).toContain("Type 'Promise<Credential>' is missing");
    expect(said[3]).toContain("Type 'Promise<Trust>' is missing");
    for (const text of said) expect(text).not.toContain('Module');
  });

  it.each(['tls', 'http2'])('names the option too with %s', async (module) => {
    const said = await complaints([
      `await serve(${module}, { trust, identity, alow: ['a'] }, () => {});`,
      `await serve(${module}, { trust, identity }, () => {});`,
      `await serve(${module}, { trust: openTrust({ anchors: 'ca.crt' }), identity, allow: ['a'] }, () => {});`,
    ]);
    expect(said[0]).toContain("'alow' does not exist in type 'ServeOptions'. Did you mean to write 'allow'?");
    expect(said[1]).toContain("Property 'allow' is missing");
    expect(said[2]).toContain("Type 'Promise<Trust>' is missing");
    for (const text of said) expect(text).not.toContain('Module');
  });

  it('names the module that is none, and the handler of another module', async () => {
    const said = await complaints([
      "await serve({}, { trust, identity, allow: ['a'] }, () => {});",
      "await serve(tls, { trust, identity, allow: ['a'] }, (socket: string) => void socket);",
    ]);
    expect(said[0]).toContain("'{}' is not assignable to parameter of type 'PlatformModule'");
    expect(said[1]).toContain("is not assignable to parameter of type 'SocketHandler'");
  });

  it('is nothing where they are right, with each of the modules', async () => {
    const said = await complaints([
      "await serve(https, { trust, identity, allow: ['a'] }, (request, response) => void response.end(request.url));",
      "await serve(http2, { trust, identity, allow: ['a'] }, (request, response) => response.end(request.url));",
      "await serve(tls, { trust, identity, clientCertificate: 'none' }, (socket, peer) => void socket.end(peer.protection));",
      "(await serve(http2, { trust, identity, allow: ['a'] }, () => {})).server.updateSettings({});",
      "(await serve(https, { trust, identity, allow: ['a'] }, () => {})).server.closeIdleConnections();",
    ]);
    expect(said).toEqual(['', '', '', '', '']);
  });
});
