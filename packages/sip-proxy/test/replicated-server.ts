import type { Binding } from '../src/locations/binding.ts';
import { type LocationRecord, ReplicatedLocations } from '../src/locations/replicated/index.ts';

export const now = 1_700_000_000_000;
export const alice = 'alice@contoso.example';

/** Of a telephone of Alice that has registered just now. */
export function binding(fields: Partial<Binding> = {}): Binding {
  return {
    aor: alice,
    uri: 'sip:alice@192.0.2.1',
    q: 1,
    expiresAt: now + 60_000,
    callId: 'c',
    cseq: 1,
    path: [],
    updatedAt: now,
    ...fields,
  };
}

/** A server of a pool, with what it would send to the others. */
export function server() {
  const sent: LocationRecord[] = [];
  const changes: LocationRecord[] = [];
  const locations = new ReplicatedLocations((_, record, changed) => {
    sent.push(record);
    changes.push(changed);
  });
  const put = (bindings: readonly Binding[], at = now) =>
    locations.update(alice, at, () => ({ bindings, result: undefined }));
  const uris = (at = now) =>
    locations
      .lookup(alice, at)
      .map(({ uri }) => uri)
      .sort();
  return { changes, locations, put, sent, uris };
}
