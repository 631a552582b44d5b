import https from 'node:https';
import { loadCredential, openTrust, peerOf, serve } from '@entente/tls';

const trust = await openTrust({ anchors: 'ca.crt', crls: 'ca.crl' });
const identity = await loadCredential({ certificate: 'localhost.crt', key: 'localhost.key', watch: true });
const allow = ['client.contoso.example'];
const onRefusal = ({ rejection, remoteAddress }) =>
  console.log(`${remoteAddress} ${rejection.reason}: ${rejection.message}; ${rejection.remedy}`);
const server = await serve(https, { trust, identity, allow, onRefusal, port: 24702 }, (request, response) => {
  response.end(`hello, ${peerOf(request).peer.dnsNames[0]}\n`);
});
console.log(`listening on port ${server.port}`);
