import type { OpenStore } from '@entente/authority';
import { PkiFault } from '@entente/pki';
import { openStore } from '@entente/store-sql';

/**
 * A store of an authority whose process ends once a version of the topology is stored, as far as its answer goes: the audit trail does not take that it was
 * published.
 * @param ends - whether it does so now
 */
export function endsOnceStored(ends: () => boolean): OpenStore {
  return async (folder, options) => {
    const store = await openStore(folder, options);
    const { audit } = store;
    const record: typeof audit.record = async (entry) => {
      if (!ends() || entry.action !== 'topology-published') return audit.record(entry);
      const parts = { sentence: 'ended', place: 'this test', remedy: 'start it again' };
      throw new PkiFault('ENTENTE_PKI_AUDIT_UNAVAILABLE', parts);
    };
    return { ...store, audit: { ...audit, record } };
  };
}
