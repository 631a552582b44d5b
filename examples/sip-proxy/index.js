import { randomUUID } from 'node:crypto';
import tls from 'node:tls';
import { dialServer } from '@entente/sip-endpoint';
import { beginsDialog, forwardRequest, refusal } from '@entente/sip-proxy';
import { FlowNames, ProxyRuntime } from '@entente/sip-relay';
import { loadCredential, openTrust, serve } from '@entente/tls';

const { ANCHORS, CERTIFICATE, CRLS, KEY, NEXT_PORT = '5061', PORT = '5062' } = process.env;
const [domain, local] = ['contoso.example', 'proxy.contoso.example'];
const link = { row: 0, name: 'SIP' };
const next = { name: 'registrar.contoso.example', address: '127.0.0.1', port: Number(NEXT_PORT), link };
const trust = await openTrust({ anchors: ANCHORS, crls: CRLS });
const identity = await loadCredential({ certificate: CERTIFICATE, key: KEY });
const refused = refusal('relay-not-allowed', 403, 'another domain', `Send requests for ${domain}.`);

const policy = {
  admit: (_request, origin) => origin,
  decide(request) {
    if (request.uri.host !== domain) return { kind: 'refuse', refusal: refused };
    const recordRoute = beginsDialog(request) ? `<sip:${local}:${PORT};transport=tls;lr>` : undefined;
    const build = (_target, via) => forwardRequest(request, { via, recordRoute });
    const target = { uri: request.uriText, flow: undefined, routes: [], instance: undefined };
    return { kind: 'relay', targets: [[target]], rules: { nextHop: () => next, build } };
  },
};
const proxy = new ProxyRuntime({
  policy,
  sentBy: { host: local, port: Number(PORT) },
  isOurVia: (host) => host === local,
  flows: new FlowNames(),
  newToken: randomUUID,
  log: console,
  dial: (hop) => dialServer(hop, { trust, identity, allow: [hop.name], local }),
});
const options = { trust, identity, host: '127.0.0.1', port: Number(PORT), clientCertificate: 'none' };
const { port } = await serve(tls, options, (socket) => proxy.accept(socket, link));
console.log('listening:', port);
