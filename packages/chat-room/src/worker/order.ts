import { ChatRoomFault, type ChatRoomFaultCode } from '../fault.ts';
import type { OperationName } from '../store/operations.ts';

/** One operation that is asked for, as it goes to the thread of the database. */
export interface Order {
  readonly name: OperationName;
  readonly parameters: readonly unknown[];
}

/** A fault as data: an exception loses its class and its fields between threads. */
export interface FaultText {
  readonly code: ChatRoomFaultCode;
  readonly sentence: string;
  readonly place: string;
  readonly remedy: string;
}

/** What became of one operation. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: FaultText };

/** What became of all that was executed as one transaction. */
export interface BatchAnswer {
  /** One for each order. */
  readonly outcomes: readonly Outcome[];
  /** Why nothing of it is stored, where the storage failed. */
  readonly lostBy?: FaultText;
}

/** A fault as data. */
export function faultText({ code, place, remedy, sentence }: ChatRoomFault): FaultText {
  return { code, sentence, place, remedy };
}

/** The fault again. */
export function faultOf({ code, ...parts }: FaultText): ChatRoomFault {
  return new ChatRoomFault(code, parts);
}
