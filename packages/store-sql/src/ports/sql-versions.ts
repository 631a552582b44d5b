import type { TopologyVersions } from '@entente/topology/versions';
import type { OperationPort } from '../operations/operation-port.ts';

/**
 * The versions of the topology over a database.
 * @param database - executes the operations
 * @param place - of the database, for faults
 */
export function createSqlVersions(database: OperationPort, place: string): TopologyVersions {
  return {
    place,
    numbers: () => database.call('versionNumbers'),
    read: (version) => database.call('readVersion', version),
    add: (version, text) => database.call('addVersion', version, text),
  };
}
