import { randomBytes, randomUUID } from 'node:crypto';
import tls from 'node:tls';
import { createCredentialRecord, ReplayWindow } from '@entente/sip';
import { SipEndpoint } from '@entente/sip-endpoint';
import * as sip from '@entente/sip-proxy';
import { MemoryLocations } from '@entente/sip-proxy/locations';
import { loadCredential, openTrust, serve } from '@entente/tls';

const { ANCHORS, CERTIFICATE, CRLS, KEY, PASSWORD = '', PORT = '5061' } = process.env;
const [realm, username, nonceLifetimeMs, salt] = ['contoso.example', 'alice', 300_000, () => randomBytes(8)];
const alice = createCredentialRecord({ username, realm, password: PASSWORD });
const credentials = (name) => (name === username ? alice : undefined);
const window = new ReplayWindow({ lifetimeMs: nonceLifetimeMs });
const digest = { realm, credentials, nonceKey: randomBytes(32), salt, nonceLifetimeMs, window };
const other = sip.refusal('method-not-allowed', 405, 'not REGISTER', 'Register.', [['Allow', 'REGISTER']]);
const locations = new MemoryLocations();

function decide(request, flow, now = Date.now()) {
  const refusal = sip.validateRequest(request, { isOurVia: () => false });
  if (refusal !== undefined || request.method !== 'REGISTER') return { refusal: refusal ?? other };
  const user = sip.authenticate(request, { ...digest, now });
  if (user.outcome !== 'authenticated') return user;
  const address = sip.registeredAddress(request, [`${username}@${realm}`]);
  if (!address.ok) return address;
  const context = { now, toTag: randomUUID(), ...(request.vias.length === 1 && { flow }) };
  return locations.update(address.aor, now, sip.registerChange(request, address.aor, context));
}
const onRequest = (transaction, { id }) => {
  const { refusal, response } = decide(transaction.request, `${id}`);
  transaction.respond(response ?? sip.responseForRefusal(transaction.request, refusal, randomUUID()));
};
const user = { onRequest, onAck() {}, onClosed: ({ id }) => void locations.removeFlow(`${id}`) };
const dial = () => Promise.reject(new Error('a registrar dials nobody'));
const endpoint = new SipEndpoint({ sentBy: { host: realm }, newToken: randomUUID, dial, user });
const trust = await openTrust({ anchors: ANCHORS, crls: CRLS });
const identity = await loadCredential({ certificate: CERTIFICATE, key: KEY });
const options = { trust, identity, host: '127.0.0.1', port: Number(PORT), clientCertificate: 'none' };
const { port } = await serve(tls, options, (socket) => endpoint.accept(socket, { row: 0, name: 'SIP' }));
console.log('listening:', port);
