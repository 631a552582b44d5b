import { PkiFault, type PkiFaultCode } from '@entente/pki/ledger';
import type { OperationName } from '../operations/operations.ts';

/** One operation that a caller asks for, as it goes to the thread of the database. */
export interface Order {
  readonly name: OperationName;
  readonly parameters: readonly unknown[];
}

/** A fault as data: an exception loses its class and its fields between threads. */
export interface FaultText {
  readonly code: PkiFaultCode;
  readonly sentence: string;
  readonly place: string;
  readonly remedy: string;
}

/** What became of one operation. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: FaultText };

/** What became of a batch of orders. */
export interface BatchAnswer {
  /** One for each order. */
  readonly outcomes: readonly Outcome[];
  /**
   * What a batch that changes something says about the storage: `stored` after a commit, a fault if it failed; absent for a batch that
   * changed nothing.
   */
  readonly storage?: 'stored' | FaultText;
}

/** A fault as data. */
export function faultText({ code, sentence, place, remedy }: PkiFault): FaultText {
  return { code, sentence, place, remedy };
}

/** The fault again. */
export function faultOf({ code, ...parts }: FaultText): PkiFault {
  return new PkiFault(code, parts);
}
