import type { SipRequest } from '@entente/sip';

/** The machine, its timers and table entries; a header counts as text and as index. */
const machineBytes = 4_096;

/** The same of an INVITE that was accepted: of its header nothing but the text and its index is left. */
const settledMachineBytes = 1_920;

/**
 * What a transaction takes of the memory, in bytes.
 * @param request - that it began with
 * @param bodyBytes - of its body, where that counts here
 */
export function costOf({ head }: SipRequest, bodyBytes: number): number {
  return machineBytes + 2 * head.bodyStart + bodyBytes;
}

/** The same of an INVITE that was accepted. */
export function settledCostOf({ head }: SipRequest): number {
  return settledMachineBytes + head.bodyStart;
}
