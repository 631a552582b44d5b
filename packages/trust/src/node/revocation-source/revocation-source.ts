import type { RevocationKnowledge } from '../../knowledge/revocation-knowledge.ts';
import type { Store } from '../watched-store.ts';

/**
 * Where a judge has what it knows about revocation, for `crls` of `openTrust` in `@entente/tls`: a snapshot that is there at once, and a call for each
 * new one. What it gives need not be verified.
 */
export type RevocationSource = Store<RevocationKnowledge>;
