import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import {
  createCredentialRecord,
  createResponse,
  nonceSaltBytes,
  ReplayWindow,
  type SipRequest,
  type SipResponse,
  StreamFramer,
} from '@entente/sip';
import { authenticate, responseForRefusal } from '@entente/sip-proxy';
import type { Network } from '@entente/testkit';

/** When the first server dies: as soon as it has challenged, or once it has accepted the answer, and closes the connection. */
export type ServerDies = 'after its challenge' | 'after the registration';

/** Two servers of a pool behind one port. */
export interface PoolOfTwo extends AsyncDisposable {
  readonly port: number;
  /** Status of each answer to REGISTER, with ` stale` where the challenge said `stale=true`. */
  readonly answers: readonly string[];
}

const nonceLifetimeMs = 300_000;

/**
 * Starts the two. What challenges and verifies is that of a front end.
 *
 * @param network - its CA issues the certificate
 * @param user - who will register
 * @param dies - when the first one is gone
 */
export async function startPoolOfTwo(
  network: Network,
  user: Network['organisation']['users'][number],
  dies: ServerDies,
): Promise<PoolOfTwo> {
  const { domain } = network.organisation;
  const { chainPem, keyPem } = await network.insider.issue({ dnsNames: [domain], crlUrl: network.crlUrl });
  const [username = ''] = user.address.split('@');
  const algorithm = user.md5 === true ? 'MD5' : 'SHA-256';
  const { password } = user;
  const record = createCredentialRecord({ username, realm: domain, password }, [algorithm]);
  const key = randomBytes(32);
  const poolNonceKeys = { current: { epoch: 1, key }, keyOf: () => key };
  const newServer = () => {
    const nonceKey = randomBytes(32);
    const window = new ReplayWindow({ lifetimeMs: nonceLifetimeMs });
    return (request: SipRequest): SipResponse => {
      const result = authenticate(request, {
        realm: domain,
        credentials: () => record,
        allowMd5For: () => algorithm === 'MD5',
        now: Date.now(),
        nonceKey,
        poolNonceKeys,
        salt: () => randomBytes(nonceSaltBytes),
        nonceLifetimeMs,
        window,
      });
      return result.outcome === 'authenticated'
        ? createResponse(request, 200, undefined, {
            toTag: 'pool',
            headers: { Contact: request.get('Contact') ?? '' },
          })
        : responseForRefusal(request, result.refusal, 'pool');
    };
  };
  const lastOfFirst = dies === 'after its challenge' ? 1 : 2;
  const first = newServer();
  const second = newServer();
  const answers: string[] = [];
  const server = tls.createServer({ cert: chainPem, key: keyPem }, (socket) => {
    const framer = new StreamFramer();
    socket.on('error', () => {});
    socket.on('data', (bytes) =>
      framer.push(bytes, {
        message(message) {
          if (message.kind !== 'request') return;
          const response = (answers.length < lastOfFirst ? first : second)(message);
          const isStale = response.get('WWW-Authenticate')?.includes('stale=true') === true;
          answers.push(`${response.status}${isStale ? ' stale' : ''}`);
          if (response.status === 200 && answers.length === lastOfFirst) socket.end(response.wire);
          else socket.write(response.wire);
        },
        error: () => void socket.destroy(),
        keepAlive: () => void socket.write('\r\n'),
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    answers,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
