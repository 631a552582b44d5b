import type { AssertedIdentity, PreprocessedRequest } from '@entente/sip-proxy';
import type { RequestOrigin } from '@entente/sip-relay';

/** Roles of servers that send requests to a mediation server. */
export type SenderRole = 'front-end' | 'gateway' | 'edge';

/** Who sends a request, found out once. */
export interface MediationSender {
  /** FQDN of the server. */
  readonly server: string;
  /** Role of the server, as the topology has it. */
  readonly role: SenderRole;
  /** Whom the server vouches for; nobody where it is not a front end. */
  readonly identity: Extract<AssertedIdentity, { ok: true }>;
  /** What is left of the Route. */
  readonly routes: PreprocessedRequest;
  /** The connection it came over. */
  readonly origin: RequestOrigin;
}
