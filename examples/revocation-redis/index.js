import { decodeCrl } from '@entente/x509';
import { Redis } from 'ioredis';

const defaultKey = 'entente:revocation';
/** Redis loses messages while a connection is down: everything is read again from time to time. */
const readAgainMs = 60_000;
const most = { lists: 64, bytes: 32 * 1_048_576 };

/**
 * Publishes lists for every program that has {@link redisRevocation} open.
 * @param {Redis} redis - of the publisher, which is the one that may write the key
 * @param {Record<string, Uint8Array>} lists - every list that is in force, DER, by a name that it keeps, e.g. that of its issuer
 * @param {string} [key] - default `entente:revocation`
 */
export async function publishRevocation(redis, lists, key = defaultKey) {
  const fields = Object.entries(lists).flatMap(([name, der]) => [name, Buffer.from(der)]);
  const all = redis.multi().del(key);
  if (fields.length > 0) all.hset(key, ...fields);
  const answers = await all.publish(key, 'changed').exec();
  for (const [error] of answers) if (error) throw error;
}

/**
 * Opens the lists that are published in Redis.
 *
 * Redis says what the lists are, and never whether they are true: who uses them checks their signatures. What is not a list changes nothing, and
 * a list never gives way to an older one of the same name. While Redis is away the lists stay, until they end (`nextUpdate`).
 * @param {object} options
 * @param {string} options.url - `redis://` or `rediss://`
 * @param {string} [options.key] - default `entente:revocation`
 * @param {(fault: Error) => void} [options.onFault] - told what could not be read, default a warning of the process
 * @returns {Promise<import('@entente/trust/revocation-source').RevocationSource>}
 * @throws where Redis is away at the start
 */
export async function redisRevocation({
  url,
  key = defaultKey,
  onFault = (fault) => process.emitWarning(fault),
}) {
  const settings = { lazyConnect: true, maxRetriesPerRequest: 0 };
  const [reader, subscriber] = [new Redis(url, settings), new Redis(url, settings)];
  for (const redis of [reader, subscriber]) redis.on('error', onFault);
  const close = () => {
    reader.disconnect();
    subscriber.disconnect();
  };
  let lists = new Map();
  let current = { crls: [] };
  let closed = false;
  const listeners = new Set();

  async function read() {
    const found = await readLists(reader, key);
    if (closed) return;
    const next = new Map();
    for (const [name, der] of found) {
      const list = newest(lists.get(name), der, name, onFault);
      if (list !== undefined) next.set(name, list);
    }
    const isSame = next.size === lists.size && [...next].every(([name, list]) => lists.get(name) === list);
    if (isSame) return;
    lists = next;
    current = { crls: [...next.values()] };
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

  try {
    await Promise.all([reader.connect(), subscriber.connect()]);
    // Before the first reading, so that nothing is published between the two.
    await subscriber.subscribe(key);
    await read();
  } catch (error) {
    closed = true;
    close();
    throw error;
  }
  subscriber.on('message', follow);
  reader.on('ready', follow);
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

/** Every list, as octets; counted before anything is read. */
async function readLists(redis, key) {
  const names = await redis.hkeys(key);
  if (names.length > most.lists)
    throw new Error(`expected at most ${most.lists} lists in ${key}, found ${names.length}`);
  if (names.length === 0) return [];
  const sizes = await Promise.all(names.map((name) => redis.hstrlen(key, name)));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes > most.bytes) throw new Error(`expected at most ${most.bytes} octets in ${key}, found ${bytes}`);
  const found = await redis.hmgetBuffer(key, ...names);
  return names.flatMap((name, i) => (found[i] === null ? [] : [[name, found[i]]]));
}

/** A list that stays is the same object, so that nothing that depends on it alone is judged again. */
function newest(known, der, name, onFault) {
  if (known !== undefined && Buffer.compare(known.der, der) === 0) return known;
  const decoded = decodeCrl(new Uint8Array(der));
  if (!decoded.ok) {
    onFault(new Error(`${name} is not a revocation list: ${decoded.error.message}`));
    return known;
  }
  if (known !== undefined && decoded.value.thisUpdate < known.thisUpdate) {
    onFault(new Error(`${name} is older than the list that is in force`));
    return known;
  }
  return decoded.value;
}
