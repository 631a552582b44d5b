import { randomUUID } from 'node:crypto';
import { dialAsUser, UserAgent } from '@entente/sip-endpoint';
import { openTrust } from '@entente/tls';

const { ADDRESS = '', ANCHORS = './root_ca.crt', HOSTS = '{}', PASSWORD = '', PORT = '5061' } = process.env;
const { NAME = 'desk', DOMAIN = 'contoso.example', CALLEE = 'sip:bob@contoso.example' } = process.env;
// Where revocation lists are fetched from, and where DNS does not know the host, its address.
const hosts = new Map(Object.entries(JSON.parse(HOSTS)));
const trust = await openTrust({
  anchors: ANCHORS,
  fetch: { hosts: [], privateHosts: [...hosts.keys()], lookUp: async (host) => [hosts.get(host)] },
});

const desk = new UserAgent({
  addressOfRecord: `sip:${NAME}@${DOMAIN}`,
  credentials: { secret: { username: NAME, password: PASSWORD } },
  server: { name: DOMAIN, address: ADDRESS, port: Number(PORT) },
  dial: dialAsUser({ trust }),
  newToken: randomUUID,
  events: { onCall: (call) => void call.bridge(CALLEE) },
});
console.log('registered:', (await desk.register()).status);

process.once('SIGTERM', async () => {
  await desk.register(0);
  await desk[Symbol.asyncDispose]();
  await trust[Symbol.asyncDispose]();
});
