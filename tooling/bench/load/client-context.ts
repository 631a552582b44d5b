import { createSecureContext, type SecureContext } from 'node:tls';
import type { LoadTls } from './order.ts';

const contexts = new Map<string, SecureContext>();

/**
 * The settings of a client, made once for all its connections: each takes a third of a millisecond, and ten thousand of them would fill the
 * process. Nothing else is shared: every connection has a whole handshake.
 */
export function clientContext({ anchorPem, identity }: LoadTls): SecureContext {
  const key = `${anchorPem}${identity?.certificatePem ?? ''}`;
  let context = contexts.get(key);
  if (context === undefined) {
    const own = identity === undefined ? {} : { cert: identity.certificatePem, key: identity.keyPem };
    context = createSecureContext({ ca: anchorPem, minVersion: 'TLSv1.3', ...own });
    contexts.set(key, context);
  }
  return context;
}
