import type { Logger } from '../logger.ts';
import type { AcceptedPort } from './accepted-port.ts';
import type { Permission } from './permissions.ts';

/** What becomes of that about which a plugin gives no answer. */
export type OnFailure = 'refuse' | 'pass';

/** A plugin in a process of its own, and its limits. */
export interface OwnProcessOptions {
  /** Name of the plugin. */
  readonly plugin: string;
  /** URL of its module. */
  readonly url: string;
  /** Folder of its package. */
  readonly home: string;
  /** Of the server, for which it provides something. */
  readonly ports: readonly AcceptedPort[];
  /** What it may do beyond answering. */
  readonly permissions: readonly Permission[];
  /** Milliseconds in which it has to answer. */
  readonly timeLimitMs: number;
  /** Megabytes that its process may use. */
  readonly memoryMb: number;
  readonly onFailure: OnFailure;
  readonly config: unknown;
  readonly log: Logger;
  /** Milliseconds before it is started again the first time; each further time twice as long. Default 1,000. */
  readonly pauseMs?: number;
  /** Milliseconds between two questions whether it still reads what it is sent. Default 10,000. */
  readonly pingMs?: number;
}
