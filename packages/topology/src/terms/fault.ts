import { Checks, Fault } from '@entente/options';

/** Codes of the exceptions of this package. */
export type TopologyFaultCode =
  | 'ENTENTE_NOT_CANONICAL'
  | 'ENTENTE_UNKNOWN_SERVER'
  | 'ENTENTE_INVALID_TOPOLOGY'
  | 'ENTENTE_BAD_SIGNER'
  | 'ENTENTE_BAD_DIRECTION'
  | 'ENTENTE_BAD_END'
  | 'ENTENTE_TOPOLOGY_VERSION_EXISTS'
  | 'ENTENTE_TOPOLOGY_BAD_ARGUMENT';

/** A mistake of the caller. Match it by `code`. */
export class TopologyFault extends Fault<TopologyFaultCode> {
  /** Always `TopologyFault`. */
  override readonly name = 'TopologyFault';
}

/** Refuses arguments with `ENTENTE_TOPOLOGY_BAD_ARGUMENT`. */
export const checks = new Checks({
  fault: (parts) => new TopologyFault('ENTENTE_TOPOLOGY_BAD_ARGUMENT', parts),
  noun: 'fields',
});
