import { checkOptions } from '../ground/check-options.ts';
import { aFunction, aText, checkValues, duration, having, yesOrNo } from '../ground/check-values.ts';
import type { Clock, RandomBytes } from '../ground/signer.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createJoinToken, type JoinToken, joinTokenSecretHash, maxJoinTokenMs } from './join-token.ts';

/** What {@link issueJoinToken} needs. */
export interface JoinTokenOptions {
  /** Keeps the hash of the secret, and who may use it until when. */
  readonly ledger: Ledger;
  /** The life of the token begins at its time. */
  readonly clock: Clock;
  /** Source of the secret, 16 octets. */
  readonly random: RandomBytes;
}

/** The content of a token. */
export interface JoinTokenOrder {
  /** Base URL of the authority, `https://…`. */
  readonly authority: string;
  /** FQDN of the one server that may use the token. */
  readonly server: string;
  /** Lower-case hexadecimal SHA-256 of the root's SubjectPublicKeyInfo: the only root that the joining server trusts. */
  readonly rootSpkiHash: string;
  /** Lower-case hexadecimal SHA-256 of the administrator set that signs the topology. */
  readonly administratorsHash: string;
  /** Milliseconds, at most one hour. Default one hour. */
  readonly lifetimeMs?: number;
  /** Name of the administrator who issues it. */
  readonly createdBy: string;
  /** The certificates that the server has are revoked when the token has been used. Default false: it must have none. */
  readonly replace?: boolean;
}

/**
 * Issues a join token and stores its hash.
 * @param options - ledger, time and randomness
 * @param order - its content
 * @returns the token, which is stored nowhere else
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` if a field is not of its form or the life is too long
 */
export async function issueJoinToken(options: JoinTokenOptions, order: JoinTokenOrder): Promise<JoinToken> {
  checkOptions(options, ['ledger', 'clock', 'random'], [], 'issueJoinToken');
  checkOptions(
    order,
    ['authority', 'server', 'rootSpkiHash', 'administratorsHash', 'createdBy'],
    ['lifetimeMs', 'replace'],
    'issueJoinToken',
  );
  checkValues(
    options,
    { ledger: having('a ledger', 'addToken'), clock: aFunction, random: aFunction },
    'issueJoinToken',
  );
  checkValues(order, { lifetimeMs: duration, replace: yesOrNo, createdBy: aText }, 'issueJoinToken');
  const now = options.clock();
  // Whole seconds, as in the text form.
  const notAfter = Math.floor((now + (order.lifetimeMs ?? maxJoinTokenMs)) / 1000) * 1000;
  const { authority, server, rootSpkiHash, administratorsHash } = order;
  const token = createJoinToken(
    { authority, server, rootSpkiHash, administratorsHash, notAfter },
    options.random,
    now,
  );
  await options.ledger.addToken({
    secretHash: joinTokenSecretHash(token.secret),
    server,
    notAfter,
    createdBy: order.createdBy,
    ...(order.replace === true ? { replace: true } : {}),
  });
  return token;
}
