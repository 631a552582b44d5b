import type { ForgettableList } from './forgettable-list.ts';

/** Where somebody's messages count while they are under way. */
export interface Account {
  /** Whose it is: of a user, server, partner or address. */
  readonly name: string;
  /** Bytes under way. */
  readonly bytes: number;
  /** What counts here, and goes before its time where there is no room for what comes. */
  readonly forgettable: ForgettableList;
  /** Whether there is room for so much more. */
  has(bytes: number, transactions: number): boolean;
  /** Counts what is under way from now on, if there is room for it. */
  take(bytes: number, transactions: number): boolean;
  /** Counts what is under way from now on although there may be no room: what follows from something that was let in. */
  add(bytes: number, transactions: number): void;
  /** Counts no longer what was taken or added. */
  release(bytes: number, transactions: number): void;
}
