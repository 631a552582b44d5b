import { request } from 'node:https';
import { networkTrust } from '@entente/testkit/repository';
import { agent } from '@entente/tls';
import { links } from '@entente/topology';
import { places } from '../network/whole-contoso.ts';
import type { DemoDelivery } from '../report/demo-report.ts';
import type { Scene } from './chapter.ts';

/** Where a page of somebody outside is asked, and what it has to say. */
interface Asking {
  readonly port: number;
  readonly agent: ReturnType<typeof agent>;
  readonly cookie?: string;
  readonly body?: object;
}

interface Answered {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
  readonly cookie: string;
}

/** Alice asks web services from outside: signs in, and finds bob in the address book. */
export async function signInOutside({ contoso, stage, whole }: Scene): Promise<DemoDelivery> {
  const alice = contoso.user('alice');
  const startedAt = performance.now();
  await using trust = await networkTrust(contoso);
  // The page is asked by the name of the reverse proxy, which must be in the certificate.
  const own = agent({ trust, allow: [places.www] });
  const port = whole.portOf(places.reverseProxy, 'web');
  try {
    const { address, password } = alice.user;
    const signedIn = await ask('POST', '/api/sign-in', { port, agent: own, body: { address, password } });
    if (signedIn.status !== 200) throw new Error(`the sign-in was answered ${signedIn.status}`);
    const found = await ask('GET', '/api/people?q=bob', { port, agent: own, cookie: signedIn.cookie });
    if (!JSON.stringify(found.json).includes('bob@contoso.example'))
      throw new Error(`the search was answered ${found.status} ${JSON.stringify(found.json)}`);
    const tookMs = Math.round(performance.now() - startedAt);
    const asked = ['POST /api/sign-in', 'GET /api/people'];
    for (const what of asked) stage.carried.push({ row: links.reverseProxyToWebServices.row, what });
    // Web services keep no verifiers: that the password is right, and that the session stands, only a front end can tell.
    for (const what of ['sign-in', 'session'])
      stage.carried.push({ row: links.webServicesToFrontEnd.row, what });
    return {
      what: 'sign-in',
      from: address,
      to: 'the address book',
      through: [places.reverseProxy, places.webServices, alice.user.home],
      tookMs,
    };
  } finally {
    own.destroy();
  }
}

function ask(method: string, path: string, { agent, body, cookie, port }: Asking): Promise<Answered> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        agent,
        host: '127.0.0.1',
        port,
        servername: places.www,
        method,
        path,
        headers: {
          host: `${places.www}:${port}`,
          ...(cookie === undefined ? {} : { cookie }),
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      },
      (answer) => {
        let heard = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          heard += part;
        });
        answer.once('error', reject);
        answer.once('end', () => {
          const [field = ''] = answer.headers['set-cookie'] ?? [];
          const json = JSON.parse(heard) as Answered['json'];
          resolve({ status: answer.statusCode ?? 0, json, cookie: field.split(';')[0] ?? '' });
        });
      },
    );
    asked.once('error', reject);
    asked.end(text);
  });
}
