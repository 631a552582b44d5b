import { connect, type Socket } from 'node:net';
import type { Redis, RedisOptions } from 'ioredis';
import type { Driver } from './driver.ts';
import type { RedisPlace } from './redis-place.ts';

/** How a connection is opened. */
export interface OpenRedisOptions {
  readonly driver: Driver;
  readonly place: RedisPlace;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Milliseconds in which each command is answered, or fails. */
  readonly commandMs: number;
  /** 0 up to 1. */
  readonly random: () => number;
  /** Ends the connection for good. */
  readonly signal: AbortSignal;
}

const firstPauseMs = 50;
const longestPauseMs = 2_000;
const dialMs = 4_000;
/** Milliseconds after which a connection that does not end is destroyed. */
const endMs = 1_000;

/**
 * Opens a connection that dials again, with growing pauses, whenever it is lost. Commands fail at once while it is: nothing is sent later
 * that a client has been told to have failed.
 * @param options - where to, and as whom
 */
export function openRedis(options: OpenRedisOptions): Redis {
  const { commandMs, driver, password, place, random, signal, username } = options;
  const { dial = () => dialPlain(place) } = place;
  const asked: Omit<RedisOptions, 'replyMapping'> = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    Connector: connectorFor(driver, dial),
    // Understood by every version of Redis and Valkey.
    protocol: 2,
    commandTimeout: commandMs,
    connectTimeout: dialMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    lazyConnect: true,
    keepAlive: dialMs,
    retryStrategy: (times) => pauseMs(times, random),
  };
  const redis = new driver.Redis(asked);
  // ioredis gives up where its connector rejects: from there on we count.
  let failures = 0;
  redis.on('ready', () => {
    failures = 0;
  });
  redis.on('end', () => {
    if (signal.aborted) return;
    setTimeout(
      () => {
        if (!signal.aborted && redis.status === 'end') void redis.connect().catch(() => {});
      },
      pauseMs(++failures, random),
    ).unref();
  });
  signal.addEventListener('abort', () => redis.disconnect(), { once: true });
  return redis;
}

function pauseMs(failures: number, random: () => number): number {
  return Math.min(firstPauseMs * 2 ** Math.min(failures, 16), longestPauseMs) * (0.5 + random() / 2);
}

function dialPlain({ host, port }: RedisPlace): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.setTimeout(dialMs, () => socket.destroy(new Error(`${host}:${port} did not answer in time`)));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** The part of ioredis that opens sockets, so that each is judged where the caller says how. */
function connectorFor(
  { AbstractConnector }: Driver,
  dial: () => Promise<Socket>,
): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    constructor() {
      super(endMs);
    }

    async connect(): Promise<Socket> {
      this.connecting = true;
      const socket = await dial();
      if (!this.connecting) {
        socket.destroy();
        throw new Error('the connection was ended while it was dialled');
      }
      this.stream = socket;
      return socket;
    }
  };
}
