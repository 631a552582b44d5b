/** Codes of the exceptions of this package. */
export type TopologyFaultCode =
  | 'ENTENTE_NOT_CANONICAL'
  | 'ENTENTE_UNKNOWN_SERVER'
  | 'ENTENTE_INVALID_TOPOLOGY'
  | 'ENTENTE_BAD_SIGNER';

/** A mistake of the caller. Match it by `code`. */
export interface TopologyFault extends Error {
  readonly code: TopologyFaultCode;
}

/**
 * Makes a fault to throw.
 * @param code - stable literal
 * @param message - what was expected, what was found, what to do
 */
export function topologyFault(code: TopologyFaultCode, message: string): TopologyFault {
  return Object.assign(new Error(message), { name: 'TopologyFault', code });
}
