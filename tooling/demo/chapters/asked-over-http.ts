import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecurely } from 'node:https';
import type { Network } from '@entente/testkit';
import { networkTrust } from '@entente/testkit/repository';
import { agent, loadCredential, peerOf } from '@entente/tls';
import { links } from '@entente/topology';
import { decodeCrl } from '@entente/x509';
import type { DemoDelivery } from '../report/demo-report.ts';
import type { Scene } from './chapter.ts';

/** Somebody outside reads the revocation list at the edge, over HTTP: it is signed. The bundle for partners comes over HTTPS. */
export async function readPublishedObjects({ contoso, stage }: Scene): Promise<DemoDelivery> {
  const { edge } = contoso.organisation;
  const startedAt = performance.now();
  const at = (url: string) => ({ host: '127.0.0.1', port: new URL(url).port, path: new URL(url).pathname });
  const read = (url: string) => bodyOf((done) => getPlain({ ...at(url), agent: false }, done));
  const published = await read(contoso.crlUrl);
  await inForce(contoso, edge.fqdn, published);
  const mirrored = await read(contoso.outside.crlUrl);
  // What is revoked meanwhile gives both a new list.
  if (!mirrored.equals(published) && !mirrored.equals(await read(contoso.crlUrl)))
    throw new Error('expected the list of the authority at the edge, found another one');
  await using trust = await networkTrust(contoso);
  const judged = agent({ trust, allow: [edge.externalFqdn] });
  const bundle = await bodyOf((done) =>
    getSecurely(
      {
        agent: judged,
        host: '127.0.0.1',
        port: edge.externalPorts.bundle,
        servername: edge.externalFqdn,
        path: '/trust-bundle',
      },
      done,
    ),
  ).finally(() => judged.destroy());
  if (bundle.length === 0) throw new Error('the bundle is empty');
  const tookMs = Math.round(performance.now() - startedAt);
  const { protection, row } = links.outsiderToEdge;
  stage.used(
    { link: row, from: 'anybody outside', to: edge.externalFqdn, protection, tls: 'none', cipher: '' },
    'revocation list',
    'trust bundle (HTTPS)',
  );
  return {
    what: 'revocation list',
    from: 'ca.contoso.example',
    to: 'anybody outside',
    through: [edge.fqdn],
    tookMs,
  };
}

/** Waits until a server has a list, or a newer one of the same issuer: an authority publishes it a moment before its members have it. */
async function inForce({ processes }: Network, fqdn: string, der: Buffer): Promise<void> {
  const list = decodeCrl(der);
  if (!list.ok) throw new Error(`the list of the authority: ${list.error.message}`);
  const { crlNumber = 0n, issuer } = list.value;
  await processes
    .find(({ name }) => name === fqdn)
    ?.waitFor(
      `list ${crlNumber}`,
      (line) =>
        line.event === 'revocation-list' &&
        line.issuer === issuer.toString() &&
        Number(line.number) >= Number(crlNumber),
    );
}

/** An administrator lists the accounts, by a client certificate. */
export async function readAccounts({ contoso, stage }: Scene): Promise<DemoDelivery> {
  const { authority } = contoso.organisation;
  const startedAt = performance.now();
  await using trust = await networkTrust(contoso);
  const identity = await loadCredential(contoso.administrator.files);
  const judged = agent({ trust, identity, allow: [authority.fqdn] });
  let peer: ReturnType<typeof peerOf>;
  const accounts = await bodyOf((done) =>
    getSecurely(
      {
        agent: judged,
        host: '127.0.0.1',
        port: authority.httpsPort,
        servername: authority.fqdn,
        path: '/accounts',
      },
      (answer) => {
        peer = peerOf(answer.socket);
        done(answer);
      },
    ),
  ).finally(() => judged.destroy());
  if (!accounts.includes('alice@contoso.example')) throw new Error(`the authority answered ${accounts}`);
  const tookMs = Math.round(performance.now() - startedAt);
  // Both sides have shown a certificate, and judged that of the other.
  const protection = peer?.protection === 'MTLS' ? 'mutual HTTPS' : 'HTTPS';
  const entry = { link: links.administratorToAuthority.row, from: 'administrator', to: authority.fqdn };
  stage.used(
    { ...entry, protection, tls: String(peer?.protocol), cipher: String(peer?.cipher) },
    'topology',
    'join tokens',
    'accounts',
  );
  return { what: 'accounts', from: authority.fqdn, to: 'administrator', through: [], tookMs };
}

/** The body of a good answer. */
function bodyOf(
  ask: (done: (answer: IncomingMessage) => void) => ReturnType<typeof getPlain>,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const asked = ask((answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('error', reject);
      answer.once('end', () => {
        const body = Buffer.concat(parts);
        if (answer.statusCode === 200) resolve(body);
        else reject(new Error(`${asked.path} was answered ${answer.statusCode} ${body}`));
      });
    });
    asked.once('error', reject);
  });
}
