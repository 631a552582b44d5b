import type { Topology } from '../network/topology.ts';
import { mayRequest, type RequestAllowed } from './may-request.ts';
import type { RequestEnd } from './request-end.ts';

/** Whether requests may travel between two ends. It gives what {@link mayRequest} gives. */
export type RequestRule = (topology: Topology, row: number) => RequestAllowed;

/**
 * For two ends between which many requests travel: the last answer is kept, and holds as long as topology and row stay the same.
 * @param from - the sender
 * @param to - the receiver
 */
export function requestRule(from: RequestEnd, to: RequestEnd): RequestRule {
  let last:
    | { readonly topology: Topology; readonly row: number; readonly answer: RequestAllowed }
    | undefined;
  return (topology, row) => {
    if (last?.topology !== topology || last.row !== row)
      last = { topology, row, answer: mayRequest(topology, from, to, row) };
    return last.answer;
  };
}
