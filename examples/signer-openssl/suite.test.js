import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createIssuer } from '@entente/pki';
import { signerCompliance } from '@entente/pki/signer';
import { opensslSigner } from 'entente-signer-openssl';

const folder = await mkdtemp(join(tmpdir(), 'entente-signer-'));
after(() => rm(folder, { recursive: true, force: true }));

const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

/** Writes a key. @returns its file */
function newKey(name, ...options) {
  openssl('genpkey', ...options, '-out', `${name}.key`);
  return join(folder, `${name}.key`);
}

const curve = (name) => ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${name}`];
const kinds = {
  'P-256': curve('P-256'),
  'P-384': curve('P-384'),
  'P-521': curve('P-521'),
  RSA: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
};

for (const [kind, options] of Object.entries(kinds)) {
  const signer = await opensslSigner({ key: newKey(kind, ...options), atOnce: 4 });
  for (const { run, title } of signerCompliance(() => signer)) test(`${kind} in a file: ${title}`, run);
}

/** The certificate of an authority with this key, DER. */
function authorityOf(key) {
  const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  openssl(
    'req',
    '-x509',
    '-key',
    key,
    '-subj',
    '/CN=Contoso Root',
    ...usage,
    '-outform',
    'DER',
    '-out',
    'root.der',
  );
  return readFileSync(join(folder, 'root.der'));
}

test('a certification authority signs with it, and with no key that is not its own', async () => {
  const key = newKey('authority', ...kinds['P-256']);
  const certificate = authorityOf(key);
  const issuer = await createIssuer(certificate, await opensslSigner({ key }));
  assert.equal(issuer.signer.scheme, 'ecdsa-with-sha256');
  const other = await opensslSigner({ key: newKey('other', ...kinds['P-256']) });
  await assert.rejects(createIssuer(certificate, other), { code: 'ENTENTE_PKI_KEY_MISMATCH' });
});

const small = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'];
for (const [what, options] of Object.entries({
  'RSA of 1024 bits': small,
  Ed25519: ['-algorithm', 'ED25519'],
})) {
  test(`a key is refused that a certification authority cannot sign with: ${what}`, async () => {
    const key = newKey(what.replaceAll(' ', '-'), ...options);
    await assert.rejects(opensslSigner({ key }), {
      code: 'SIGNER_UNAVAILABLE',
      message: /^expected a key on P-256/,
    });
  });
}

test('a key that is gone, or a command that does not answer, fails the signature and no more', async () => {
  const key = newKey('going', ...kinds['P-256']);
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  const signer = await opensslSigner({ key, env, timeLimitMs: 500 });
  await rm(key);
  await assert.rejects(async () => signer.sign(Uint8Array.of(1)), {
    code: 'SIGNER_UNAVAILABLE',
    message: /pkeyutl/,
  });

  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/openssl'), '#!/bin/sh\n# Its child holds the output open.\nsleep 60\n');
  await chmod(join(folder, 'bin/openssl'), 0o755);
  const sign = async () => signer.sign(Uint8Array.of(1));
  await Promise.all(
    Array.from({ length: 6 }, () => assert.rejects(sign, { message: /no answer within 500 ms/ })),
  );
});

const modules = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib64/pkcs11/libsofthsm2.so'];
const module = modules.find((file) => existsSync(file));

/** What a key in a module needs and this machine has not; false where nothing is missing. */
function missing() {
  if (module === undefined) return 'SoftHSM is not installed (Debian: softhsm2)';
  const [, providers = ''] = /"(.*)"/.exec(`${openssl('version', '-m')}`) ?? [];
  const has = existsSync(join(providers, 'pkcs11.so'));
  return has ? false : 'the PKCS #11 provider of OpenSSL is not installed (Debian: pkcs11-provider)';
}

const skip = missing();
const configuration = (place) => `
openssl_conf = main
[main]
providers = providers
[providers]
default = built_in
pkcs11 = module
[built_in]
activate = 1
[module]
pkcs11-module-path = ${place}
pkcs11-module-quirks = no-deinit
activate = 1
`;

test('a key in a module of PKCS #11 keeps every rule, and signs for an authority', { skip }, async (t) => {
  const key = newKey('module', ...kinds['P-256']);
  const certificate = authorityOf(key);
  await mkdir(join(folder, 'tokens'));
  await writeFile(join(folder, 'softhsm2.conf'), `directories.tokendir = ${join(folder, 'tokens')}\n`);
  await writeFile(join(folder, 'openssl.cnf'), configuration(module));
  await writeFile(join(folder, 'pin'), '1234');
  const softhsm = { ...process.env, SOFTHSM2_CONF: join(folder, 'softhsm2.conf') };
  const hsm = (...args) => execFileSync('softhsm2-util', args, { env: softhsm, stdio: 'pipe' });
  hsm('--init-token', '--free', '--label', 'ca', '--so-pin', '1234', '--pin', '1234');
  hsm('--import', key, '--token', 'ca', '--label', 'root', '--id', '01', '--pin', '1234');
  await rm(key);

  const pin = `pin-source=file:${join(folder, 'pin')}`;
  const signer = await opensslSigner({
    key: `pkcs11:token=ca;object=root;type=private?${pin}`,
    publicKey: `pkcs11:token=ca;object=root;type=public?${pin}`,
    env: { ...softhsm, OPENSSL_CONF: join(folder, 'openssl.cnf') },
  });
  for (const { run, title } of signerCompliance(() => signer)) await t.test(title, run);
  assert.equal((await createIssuer(certificate, signer)).signer, signer);

  await writeFile(join(folder, 'wrong'), '9999');
  const wrong = {
    key: `pkcs11:token=ca;object=root;type=private?pin-source=file:${join(folder, 'wrong')}`,
    publicKey: `pkcs11:token=ca;object=root;type=public?${pin}`,
    env: { ...softhsm, OPENSSL_CONF: join(folder, 'openssl.cnf') },
  };
  await assert.rejects(opensslSigner(wrong), { code: 'SIGNER_UNAVAILABLE', message: /the PIN is wrong/ });
});
