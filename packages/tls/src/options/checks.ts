import { Checks } from '@entente/options';
import { TlsFault } from '../fault/fault.ts';

const trusted =
  'the roots that are trusted are given to openTrust({ anchors }), whose result is the option trust';
const presented =
  'what this side presents is the option identity, from loadCredential({ certificate, key }) or loadCredential({ pkcs12, passphrase })';
const judged = 'every connection is judged, and no option turns that off';
const resumed = 'no session is resumed where the peer is judged';
const named = 'the name that the peer must have is the option expect';
const versions = "the lowest version is the option minVersion, 'TLSv1.2' or 'TLSv1.3'";

/** Options of `node:tls` that callers look for here, with what stands in their place. */
const platformOptions: ReadonlyMap<string, string> = new Map(
  Object.entries({
    rejectUnauthorized: judged,
    requestCert:
      "which clients need a certificate is the option clientCertificate: 'required', 'optional' or 'none'",
    ca: trusted,
    allowPartialTrustChain: trusted,
    crl: 'revocation lists are given to openTrust({ crls }), whose result is the option trust',
    cert: presented,
    key: presented,
    pfx: presented,
    passphrase: presented,
    SNICallback: presented,
    secureContext: presented,
    checkServerIdentity: named,
    servername: named,
    session: resumed,
    ticketKeys: resumed,
    sessionIdContext: resumed,
    sessionTimeout: resumed,
    maxCachedSessions: resumed,
    maxVersion: versions,
    secureProtocol: versions,
    secureOptions: versions,
    socket: 'a TCP connection that is open already is the option over of connect',
    ciphers: 'the cipher suites are those of the platform',
    ALPNProtocols: 'protocols are the option alpn',
    ALPNCallback: 'protocols are the option alpn',
  }).map(([name, where]) => [name, `leave it out: ${where}`]),
);

/** Refuses options and arguments with `ENTENTE_OPTION_INVALID`. */
export const checks = new Checks({
  fault: (parts) => new TlsFault('ENTENTE_OPTION_INVALID', parts),
  instead: platformOptions,
});
