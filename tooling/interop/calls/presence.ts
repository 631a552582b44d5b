import { readFile } from 'node:fs/promises';
import { createTokenSource, dialAsUser, UserAgent } from '@entente/sip-endpoint';
import type { Network } from '@entente/testkit';
import { openTrust } from '@entente/tls';
import type { Telephone } from '../programs/telephone.ts';

/** Whose presence a document is (RFC 3863 §4.1.1). */
const document = /<presence [^>]*entity="(?:sip|pres):([^";]+)/;

/**
 * A user agent of ours subscribes to the presence of a telephone, over another front end than the telephone's own: it is told the state, renews the
 * subscription along the route of the dialog, and ends it.
 *
 * @param network - of both
 * @param telephone - the notifier
 * @param subscriber - user part of the one who subscribes, and the port at which it registers
 * @throws Error that names the part that failed
 */
export async function presenceOf(
  network: Network,
  telephone: Telephone,
  subscriber: { readonly user: string; readonly port: number },
): Promise<string> {
  const { addresses, anchorsFile, organisation } = network;
  const { domain, users } = organisation;
  const account = users.find(({ address }) => address === `${subscriber.user}@${domain}`);
  if (account === undefined) throw new Error(`${domain} has no user ${subscriber.user}`);
  await using trust = await openTrust({
    anchors: { pem: await readFile(anchorsFile, 'utf8') },
    fetch: {
      hosts: [],
      privateHosts: [...addresses.keys()],
      lookUp: async (host) => [addresses.get(host) ?? '127.0.0.1'],
    },
  });
  await using agent = new UserAgent({
    addressOfRecord: `sip:${account.address}`,
    credentials: { secret: { username: subscriber.user, password: account.password } },
    server: { name: domain, address: '127.0.0.1', port: subscriber.port },
    dial: dialAsUser({ trust }),
    newToken: createTokenSource(),
    events: {},
  });
  const registered = await agent.register();
  if (registered.status !== 200) throw new Error(`the subscriber was answered ${registered.status}`);
  const states: string[] = [];
  let told: (() => void) | undefined;
  const first = new Promise<void>((resolve) => {
    told = resolve;
  });
  const outcome = await agent.subscribe(`sip:${telephone.address}`, 'presence', {
    // Renewed after half of it.
    expiresSeconds: 4,
    accept: 'application/pidf+xml',
    onNotify: ({ bodyText }, { state }) => {
      states.push(`${state} ${document.exec(bodyText)?.[1] ?? bodyText}`);
      if (states.length > 1) told?.();
    },
  });
  if (!outcome.ok) throw new Error(`SUBSCRIBE was answered ${outcome.response.status}`);
  // The state comes once for the first SUBSCRIBE and once for the one that renews it.
  await first;
  outcome.subscription.unsubscribe();
  const { cause, status } = await outcome.subscription.ended;
  if (cause !== 'notifier') throw new Error(`it ended otherwise: ${cause} ${status ?? ''}`);
  if (states[0] !== `active ${telephone.address}`) throw new Error(`the first state was ${states[0]}`);
  return `told ${states.join(', ')}`;
}
