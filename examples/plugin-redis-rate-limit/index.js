import { Redis } from 'ioredis';

const requestPolicy = { name: 'request-policy', version: 2 };

const isPositive = (value) => Number.isInteger(value) && value > 0;

/** What is wrong with a configuration, by its fields. */
const rules = {
  url: (value) => /^rediss?:\/\//.test(value) || 'expected a URL such as redis://127.0.0.1:6379',
  limit: (value) => isPositive(value) || 'expected a number of requests, 1 or more',
  seconds: (value) => isPositive(value) || 'expected a number of seconds, 1 or more',
  methods: (value) =>
    (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')) ||
    'expected a list of methods',
};

/** Any Standard Schema will do here, zod's for instance. */
const configSchema = {
  '~standard': {
    version: 1,
    vendor: 'entente-plugin-redis-rate-limit',
    validate(given) {
      const value = { seconds: 60, methods: ['MESSAGE', 'INVITE'], ...given };
      const issues = Object.entries(rules).flatMap(([field, rule]) => {
        const outcome = rule(value[field]);
        return outcome === true ? [] : [{ message: outcome, path: [field] }];
      });
      return issues.length === 0 ? { value } : { issues };
    },
  },
};

/** Who sends it, without display name and parameters. */
function senderOf(from) {
  const [, address] = /<?sips?:([^;>?]+)/i.exec(from) ?? [];
  return address?.toLowerCase();
}

/** A request that passes two front ends is shown to the policies of both, and counts once. */
function requestOf(headers) {
  const callId = headers['call-id']?.[0] ?? crypto.randomUUID();
  return `${callId} ${headers.cseq?.[0] ?? ''}`;
}

/** Refuses what a user sends beyond a number of requests in a time. All servers with the same Redis count together. */
export const plugin = {
  name: 'redis-rate-limit',
  apiVersion: 1,
  requires: [],
  provides: [requestPolicy],
  configSchema,
  async setup(scope, { limit, methods, seconds, url }) {
    // What Redis does not answer fails at once: the server decides what becomes of the request.
    const redis = new Redis(url, { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    redis.on('error', (error) => scope.log.warn({ event: 'redis-away' }, error.message));
    scope.onDispose(() => redis.disconnect());
    await redis.connect();
    const counted = new Set(methods);
    scope.provide(requestPolicy, {
      async judge({ from, headers, method }) {
        const sender = senderOf(from);
        if (sender === undefined || !counted.has(method)) return undefined;
        const window = Math.floor(Date.now() / 1_000 / seconds);
        const key = `entente:rate:${method}:${sender}:${window}`;
        const id = requestOf(headers);
        const [, [, count]] = await redis
          .multi()
          .sadd(key, id)
          .scard(key)
          .expire(key, seconds * 2)
          .exec();
        if (count <= limit) return undefined;
        // What is refused takes no room.
        await redis.srem(key, id);
        return { sentence: `more than ${limit} ${method} in ${seconds} s` };
      },
    });
    scope.log.info({ limit, seconds, methods }, 'counting');
  },
};
