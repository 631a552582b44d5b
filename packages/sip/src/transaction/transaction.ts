import type { InviteClientTransaction } from './invite-client.ts';
import type { InviteServerTransaction } from './invite-server.ts';
import type { NonInviteClientTransaction } from './non-invite-client.ts';
import type { NonInviteServerTransaction } from './non-invite-server.ts';

/** Either client transaction; distinguish them by `kind`. */
export type ClientTransaction<Context = unknown> =
  | InviteClientTransaction<Context>
  | NonInviteClientTransaction<Context>;

/** Either server transaction; distinguish them by `kind`. */
export type ServerTransaction<Context = unknown> =
  | InviteServerTransaction<Context>
  | NonInviteServerTransaction<Context>;

/** Any transaction; distinguish them by `kind`. */
export type Transaction<Context = unknown> = ClientTransaction<Context> | ServerTransaction<Context>;
