import { dispatcher, loadCredential, openTrust } from '@entente/tls';
import { Agent, request } from 'undici';

const trust = await openTrust({ anchors: 'ca.crt', crls: 'ca.crl' });
const name = 'client.contoso.example';
const identity = await loadCredential({ certificate: `${name}.crt`, key: `${name}.key` });
const trusted = dispatcher(Agent, { trust, identity, allow: ['localhost'] });
const { body } = await request('https://localhost:24702/', { dispatcher: trusted });
console.log(await body.text());
await trusted.close();
