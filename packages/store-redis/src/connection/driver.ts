import type { AbstractConnector, Redis } from 'ioredis';
import { quickStrings } from './restore-fast-strings.ts';

/** What is used of ioredis. */
export interface Driver {
  readonly Redis: typeof Redis;
  readonly AbstractConnector: typeof AbstractConnector;
}

/** Loads ioredis, which a server without a store does without. */
export async function loadDriver(): Promise<Driver> {
  const driver = await import('ioredis');
  quickStrings();
  return driver;
}
