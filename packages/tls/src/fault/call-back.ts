import { warnOfFault } from './warn-of-fault.ts';

/** A function of the caller that is told something. What it returns counts for nothing, but it may be a promise that is rejected. */
type Told<Value> = ((value: Value) => unknown) | undefined;

/**
 * Tells a function of the caller, whose faults change nothing of what it is told: what it throws, and what a promise that it returns is rejected
 * with, goes to `failed`. Without that a peer would decide whether the process ends.
 *
 * @param told - undefined: there is none
 * @param failed - may be called later, and does not throw
 */
export function callBack<Value>(told: Told<Value>, value: Value, failed: (fault: unknown) => void): void {
  if (told === undefined) return;
  try {
    hearRejection(told(value), failed);
  } catch (fault) {
    failed(fault);
  }
}

/**
 * Hears what an answer of the caller is rejected with, where it is a promise: also one of another realm or of a library, whose `then` is called
 * in a turn of its own, so that what that throws is a rejection too.
 */
export function hearRejection(answer: unknown, failed: (fault: unknown) => void): void {
  if (answer !== undefined) new Promise((resolve) => resolve(answer)).then(undefined, failed);
}

/**
 * Tells `onFault` of the caller, or warns of the fault where there is none. What `onFault` itself throws or is rejected with is a warning.
 */
export function reportFault(onFault: Told<unknown>, fault: unknown): void {
  if (onFault === undefined) warnOfFault(fault);
  else callBack(onFault, fault, warnOfFault);
}
