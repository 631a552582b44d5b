import { decodePem, decodePemCertificates, encodePem } from '@entente/x509';
import { Redis } from 'ioredis';
import { NewestLists } from './lists.js';

const defaultKey = 'entente:revocation';
const label = 'X509 CRL';
/** Redis loses messages while a connection is down: everything is read again from time to time. */
const readAgainMs = 60_000;
/** A Redis that does not answer is away. */
const commandTimeout = 5_000;
const maxBytes = 32 * 1_048_576;
const maxLists = 128;

/**
 * Publishes lists for every program that has {@link redisRevocation} open.
 * @param {Redis} redis - of the publisher, which is the one that may write the key
 * @param {Iterable<Uint8Array>} lists - every list that is in force, DER
 * @param {string} [key] - default `entente:revocation`
 */
export async function publishRevocation(redis, lists, key = defaultKey) {
  const text = Array.from(lists, (der) => encodePem(label, der)).join('');
  const answers = await redis.multi().set(key, text).publish(key, 'changed').exec();
  for (const [error] of answers) if (error) throw error;
}

/**
 * Opens the lists that are published in Redis.
 *
 * Redis is not trusted: a list counts where one of the authorities has signed it, and never gives way to an older one while this is open. What is
 * not such a list changes nothing. While Redis is away the lists stay, until they end (`nextUpdate`).
 * @param {object} options
 * @param {string} options.url - `redis://` or `rediss://`
 * @param {string} options.authorities - PEM of the certificates that sign lists: root and issuing CAs
 * @param {string} [options.key] - default `entente:revocation`
 * @param {(fault: Error) => void} [options.onFault] - told what could not be read, default a warning of the process
 * @returns {Promise<import('@entente/trust/revocation-source').RevocationSource>}
 * @throws where Redis is away at the start, or `authorities` cannot be read
 */
export async function redisRevocation({
  url,
  authorities,
  key = defaultKey,
  onFault = (fault) => process.emitWarning(fault),
}) {
  const decoded = decodePemCertificates(authorities);
  if (!decoded.ok) throw new Error(`authorities: ${decoded.error.message}`);
  const lists = new NewestLists(decoded.value);
  const settings = { lazyConnect: true, maxRetriesPerRequest: 0, commandTimeout };
  const [reader, subscriber] = [new Redis(url, settings), new Redis(url, settings)];
  let current = { crls: [] };
  let closed = false;
  const listeners = new Set();

  async function read() {
    let hasChanged = false;
    for (const der of await listsIn(reader, key)) {
      try {
        hasChanged = (await lists.take(der)) || hasChanged;
      } catch (error) {
        onFault(error);
      }
    }
    if (closed || !hasChanged) return;
    current = { crls: lists.all };
    for (const listener of [...listeners]) listener(current);
  }

  // One reading at a time; what is told meanwhile is read afterwards, once.
  let reading;
  let again = false;
  async function follow() {
    if (reading !== undefined) {
      again = true;
      return;
    }
    do {
      again = false;
      reading = read().catch((error) => {
        if (!closed) onFault(error);
      });
      await reading;
    } while (again && !closed);
    reading = undefined;
  }

  const close = () => {
    reader.disconnect();
    subscriber.disconnect();
  };
  for (const redis of [reader, subscriber]) redis.on('error', onFault);
  try {
    await Promise.all([reader.connect(), subscriber.connect()]);
    // Before the first reading, so that nothing is published between the two.
    subscriber.on('message', follow);
    await subscriber.subscribe(key);
    await read();
  } catch (error) {
    closed = true;
    close();
    throw error;
  }
  for (const redis of [reader, subscriber]) redis.on('ready', follow);
  const timer = setInterval(follow, readAgainMs).unref();

  return {
    get current() {
      return current;
    },
    onChange(listener) {
      // The same function may be added twice.
      const own = (value) => listener(value);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      clearInterval(timer);
      listeners.clear();
      close();
      await reading;
    },
  };
}

/** Every list that is published, DER. No more is asked for than is read. */
async function listsIn(redis, key) {
  const bytes = await redis.getrangeBuffer(key, 0, maxBytes);
  if (bytes.length > maxBytes) throw new Error(`expected at most ${maxBytes} octets in ${key}, found more`);
  if (bytes.length === 0) return [];
  const decoded = decodePem(bytes, { maxBytes, maxItems: maxLists });
  if (!decoded.ok) throw new Error(`expected PEM in ${key}, found: ${decoded.error.message}`);
  return decoded.value.filter((block) => block.label === label).map(({ der }) => der);
}
