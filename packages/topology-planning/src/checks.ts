import { Checks } from '@entente/options';
import { TopologyFault } from '@entente/topology';

/** Refuses arguments with `ENTENTE_TOPOLOGY_BAD_ARGUMENT`. */
export const checks = new Checks({
  fault: (parts) => new TopologyFault('ENTENTE_TOPOLOGY_BAD_ARGUMENT', parts),
  noun: 'fields',
});
