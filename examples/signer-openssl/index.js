import { spawn } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';

/** A command that has not answered after this time is killed: a module may wait for somebody to touch it. */
const defaultTimeLimitMs = 10_000;
const maxAnswerBytes = 16_384;
const maxWaiting = 1_000;
const minRsaBits = 2_048;
/** What is signed when a key is opened: nothing that a certificate or a list begins with. */
const trial = new TextEncoder().encode('entente-signer-openssl: may this key be used?');

const curves = {
  prime256v1: { scheme: 'ecdsa-with-sha256', digest: 'sha256' },
  secp384r1: { scheme: 'ecdsa-with-sha384', digest: 'sha384' },
  secp521r1: { scheme: 'ecdsa-with-sha512', digest: 'sha512' },
};

/**
 * Opens a key that OpenSSL reaches. This process never has its private half.
 * @param {object} options
 * @param {string} options.key - what `openssl pkeyutl -inkey` takes: a file, or a URI such as `pkcs11:token=ca;object=root;type=private`
 * @param {string} [options.publicKey] - what `openssl pkey -pubin` takes; default `key`, whose public half is taken
 * @param {NodeJS.ProcessEnv} [options.env] - of the command, e.g. with `OPENSSL_CONF`, which names a module; default that of this process
 * @param {number} [options.timeLimitMs] - for each signature, default 10,000
 * @param {number} [options.atOnce] - commands at the same time, default 1; further signatures wait for their turn
 * @returns {Promise<import('@entente/pki/signer').Signer>}
 * @throws {SignerFault} where OpenSSL does not find the key, or cannot sign with it, e.g. because the PIN is wrong, or the key is of another kind
 */
export async function opensslSigner({ key, publicKey, env, timeLimitMs = defaultTimeLimitMs, atOnce = 1 }) {
  const run = (args, input) => openssl(args, { env, timeLimitMs, input });
  const source = publicKey === undefined ? ['-in', key] : ['-pubin', '-in', publicKey];
  const spki = await run(['pkey', ...source, '-pubout', '-outform', 'DER']);
  const { digest, scheme } = kindOf(spki);
  const turns = limit(atOnce);
  const sign = (bytes) => {
    // Now: the caller may write into its octets before it is their turn.
    const hashed = createHash(digest).update(bytes).digest();
    const args = ['pkeyutl', '-sign', '-inkey', key, '-pkeyopt', `digest:${digest}`];
    return turns(async () => new Uint8Array(await run(args, hashed)));
  };
  // The public half is read without the PIN: whether the private one can be used shows a signature alone.
  await sign(trial);
  return { scheme, publicKey: new Uint8Array(spki), sign };
}

/** What OpenSSL could not do, in its words. */
export class SignerFault extends Error {
  code = 'SIGNER_UNAVAILABLE';
}

function kindOf(spki) {
  const { asymmetricKeyDetails, asymmetricKeyType } = createPublicKey({
    key: spki,
    format: 'der',
    type: 'spki',
  });
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails ?? {};
  const kind = asymmetricKeyType === 'ec' ? curves[namedCurve] : undefined;
  if (kind !== undefined) return kind;
  if (asymmetricKeyType === 'rsa' && modulusLength >= minRsaBits)
    return { scheme: 'rsa-pkcs1-sha256', digest: 'sha256' };
  throw new SignerFault(
    `expected a key on P-256, P-384 or P-521, or RSA of ${minRsaBits} bits, found ${asymmetricKeyType} ${namedCurve || modulusLength}`,
  );
}

/** Runs the command. @returns {Promise<Buffer>} what it writes */
function openssl(args, { env, input, timeLimitMs }) {
  return new Promise((resolve, reject) => {
    const child = spawn('openssl', args, { env, detached: true });
    const [out, said] = [[], []];
    let length = 0;
    const refuse = (why, cause) => {
      clearTimeout(timer);
      reject(new SignerFault(`openssl ${args[0]}: ${why}`, { cause }));
    };
    const stop = (why) => {
      endGroup(child);
      refuse(why);
    };
    // Also where it has ended, and a program that it has started holds its output open.
    const timer = setTimeout(() => stop(`no answer within ${timeLimitMs} ms`), timeLimitMs);
    const keep = (list) => (chunk) => {
      length += chunk.length;
      if (length > maxAnswerBytes) stop(`more than ${maxAnswerBytes} octets`);
      else list.push(chunk);
    };
    child.stdout.on('data', keep(out));
    child.stderr.on('data', keep(said));
    child.on('error', (cause) => refuse(`it does not start: ${cause.message}`, cause));
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      if (status === 0) return resolve(Buffer.concat(out));
      refuse(hinted(Buffer.concat(said).toString().trim()) || `it said nothing (${signal ?? status})`);
    });
    // A command that has ended reads no more; its status says why.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** OpenSSL says the same of a wrong PIN as of a key that is not there. */
function hinted(text) {
  const isOfModule = text.includes('Could not find private key') && text.includes('pkcs11:');
  return isOfModule ? `${text} (or the PIN is wrong: check the file of pin-source)` : text;
}

/** With what it has started, and without waiting for a signal that a module does not notice. */
function endGroup({ pid, stderr, stdout }) {
  for (const stream of [stdout, stderr]) stream.destroy();
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}

/** Lets a number of jobs run at the same time, in the order in which they came. */
function limit(most) {
  const waiting = [];
  let running = 0;
  const start = (job, done) => {
    running += 1;
    void job()
      .then(done.resolve, done.reject)
      .finally(() => {
        running -= 1;
        const next = waiting.shift();
        if (next !== undefined) start(...next);
      });
  };
  return (job) =>
    new Promise((resolve, reject) => {
      const done = { resolve, reject };
      if (running < most) start(job, done);
      else if (waiting.length < maxWaiting) waiting.push([job, done]);
      else reject(new SignerFault(`${maxWaiting} signatures wait already`));
    });
}
