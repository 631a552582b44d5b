import { authority, named, type OpensslAuthority, type OpensslCertificate } from './openssl-authority.ts';
import { clearServer, opensslServer, type Running } from './openssl-server.ts';

/** A server, and what `entente explain` is given besides its address. */
export interface Asked {
  readonly server: Running;
  readonly args: readonly string[];
}

/** What the table is made of: a root with its list, a good certificate, and somebody else's root. */
export interface Made {
  readonly openssl: OpensslAuthority;
  readonly root: OpensslCertificate;
  readonly list: string;
  readonly good: OpensslCertificate;
  readonly client: OpensslCertificate;
  readonly stranger: OpensslCertificate;
}

/** A fault of a server, what a person is told, and what cures it. */
export interface BrokenServer {
  readonly fault: string;
  readonly broken: (made: Made) => Promise<Asked>;
  readonly says: RegExp;
  readonly remedy: RegExp;
  /** What the remedy says, done. */
  readonly cured: (made: Made) => Promise<Asked>;
}

export const name = 'www.contoso.example';
const good = named(`DNS:${name}`);

/** Arguments that name who is asked for and who is trusted. */
export const asking = ({ list, root }: Made, asked = name): readonly string[] => [
  ...['--name', asked, '--anchors', root.certificate, '--crls', list],
];

const shown = ({ certificate, key }: OpensslCertificate, ...more: readonly string[]) =>
  opensslServer(['-cert', certificate, '-key', key, ...more]);
/** As a server of long ago. */
const weakly = ['-cipher', 'ALL:@SECLEVEL=0'];

const goodServer = async (made: Made): Promise<Asked> => ({
  server: await shown(made.good),
  args: asking(made),
});

/** A certificate of the root that differs from a good one. */
const issued =
  (parts: Parameters<OpensslAuthority['issue']>[1], ...options: readonly string[]) =>
  async (made: Made): Promise<Asked> => {
    const certificate = await made.openssl.issue(made.root, { extensions: good, ...parts });
    return { server: await shown(certificate, ...options), args: asking(made) };
  };

/** A certificate of an intermediate, with the list of that. */
const below =
  (extensions: readonly string[], isShown = true, parts: Parameters<OpensslAuthority['issue']>[1] = {}) =>
  async (made: Made): Promise<Asked> => {
    const { list, openssl, root } = made;
    const middle = await openssl.issue(root, { subject: 'Contoso Issuing', extensions });
    const certificate = await openssl.issue(middle, { extensions: good, ...parts });
    const server = await shown(certificate, ...(isShown ? ['-cert_chain', middle.certificate] : []));
    const lists = await openssl.list(middle);
    await openssl.append(list, lists);
    return { server, args: asking(made) };
  };

const withOptions =
  (...options: readonly string[]) =>
  async (made: Made): Promise<Asked> => ({ server: await shown(made.good, ...options), args: asking(made) });

const inTheClear =
  (
    protocol: string,
    greeting: string | undefined,
    answers: readonly (string | Uint8Array)[],
    goesOn = true,
  ) =>
  async (made: Made): Promise<Asked> => {
    const words = { answers, ...(greeting === undefined ? {} : { greeting }) };
    const server = await clearServer(words, goesOn ? await shown(made.good) : undefined);
    return { server, args: [...asking(made), ...(protocol === '' ? [] : ['--starttls', protocol])] };
  };

const hello = '220 mail.contoso.example ESMTP\r\n';
const offer = '250-mail.contoso.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n';
const ldap = (result: number) => Buffer.from([0x30, 0x0c, 2, 1, 1, 0x78, 7, 0x0a, 1, result, 4, 0, 4, 0]);
const smtp = inTheClear('smtp', hello, [offer, '220 go ahead\r\n']);

/** Servers as people meet them; each is made with openssl. */
export const brokenServers: readonly BrokenServer[] = [
  {
    fault: 'its certificate has ended',
    broken: issued({ days: [-60, -2] }),
    says: /certificate: ended .* 2 days ago[\s\S]*✗ refused: certificate-expired/,
    remedy: /→ renew the certificate/,
    cured: issued({}),
  },
  {
    fault: 'its certificate has not begun',
    broken: issued({ days: [3, 60] }),
    says: /✗ refused: certificate-not-yet-valid/,
    remedy: /→ check the clock .* or wait/,
    cured: issued({ days: [0, 60] }),
  },
  {
    fault: 'its certificate is self-signed',
    broken: async (made) => ({
      server: await shown(await made.openssl.issue(undefined, { extensions: good })),
      args: asking(made),
    }),
    says: /✗ refused: unknown-issuer[\s\S]*self-signed/,
    remedy: /→ have a certificate issued by a CA whose root is among the anchors/,
    cured: goodServer,
  },
  {
    fault: 'nobody here trusts its CA',
    broken: async (made) => ({
      server: await shown(await made.openssl.issue(made.stranger, { extensions: good })),
      args: asking(made),
    }),
    says: /✗ refused: unknown-issuer[\s\S]*issued by "CN=Fabrikam Root", which is unknown/,
    remedy: /→ add the root to the anchors if you trust it/,
    cured: async ({ openssl, stranger }) => ({
      server: await shown(await openssl.issue(stranger, { extensions: good })),
      args: ['--name', name, '--anchors', stranger.certificate, '--crls', await openssl.list(stranger)],
    }),
  },
  {
    fault: 'it leaves the intermediate out',
    broken: below(authority, false),
    says: /✗ refused: unknown-issuer[\s\S]*issued by "CN=Contoso Issuing", which is unknown/,
    remedy: /→ .*configure the peer to present the missing intermediate/,
    cured: below(authority),
  },
  {
    fault: 'its certificate is for another name',
    broken: issued({ extensions: named('DNS:mail.contoso.example') }),
    says: /✗ refused: name-mismatch[\s\S]*found .*mail\.contoso\.example/,
    remedy: /→ connect to a name that the certificate carries/,
    cured: async (made) => ({
      ...(await issued({ extensions: named('DNS:mail.contoso.example') })(made)),
      args: asking(made, 'mail.contoso.example'),
    }),
  },
  {
    fault: 'its certificate names it in the subject alone',
    broken: issued({ subject: name, extensions: good.slice(0, 3) }),
    says: /✗ refused: name-mismatch[\s\S]*found no usable name/,
    remedy: /→ have a certificate issued that names www\.contoso\.example in subjectAltName/,
    cured: issued({ subject: name }),
  },
  {
    fault: 'its certificate names an IP address alone',
    broken: issued({ extensions: named('IP:127.0.0.1') }),
    says: /✗ refused: name-mismatch[\s\S]*found .*127\.0\.0\.1/,
    remedy: /→ connect to a name that the certificate carries/,
    cured: async (made) => ({
      ...(await issued({ extensions: named('IP:127.0.0.1') })(made)),
      args: asking(made, '127.0.0.1'),
    }),
  },
  {
    fault: 'it is asked by an IP address that its certificate does not name',
    broken: async (made) => ({ server: await shown(made.good), args: asking(made, '127.0.0.1') }),
    says: /✗ refused: name-mismatch[\s\S]*expected the name 127\.0\.0\.1/,
    remedy: /→ connect to a name that the certificate carries/,
    cured: goodServer,
  },
  {
    fault: 'its wildcard stands for one label, and there are two',
    broken: async (made) => ({
      ...(await issued({ extensions: named('DNS:*.contoso.example') })(made)),
      args: asking(made, 'a.www.contoso.example'),
    }),
    says: /✗ refused: name-mismatch/,
    remedy: /→ .*have a certificate issued for a\.www\.contoso\.example/,
    cured: async (made) => ({
      ...(await issued({ extensions: named('DNS:a.www.contoso.example') })(made)),
      args: asking(made, 'a.www.contoso.example'),
    }),
  },
  {
    fault: 'its certificate is one of a client',
    broken: issued({ extensions: good.map((one) => one.replace('serverAuth', 'clientAuth')) }),
    says: /✗ refused: extended-key-usage-missing/,
    remedy: /→ have the certificate issued with the extended key usage serverAuth/,
    cured: issued({}),
  },
  {
    fault: 'its key is too small',
    broken: issued({ key: 'rsa1024' }, ...weakly),
    says: /✗ refused: key-too-small/,
    remedy: /→ .*2048/,
    cured: issued({ key: 'rsa2048' }),
  },
  {
    fault: 'its certificate is signed with SHA-1',
    broken: issued({ digest: 'sha1' }, ...weakly),
    says: /✗ refused: algorithm-not-allowed/,
    remedy: /→ have the certificate issued again with ECDSA .*SHA-256/,
    cured: issued({ digest: 'sha256' }),
  },
  {
    fault: 'its intermediate is no CA',
    broken: below(['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature']),
    says: /✗ refused: not-a-ca/,
    remedy: /→ have the certificate below it issued by a CA/,
    cured: below(authority),
  },
  {
    fault: 'its intermediate may vouch for other names alone',
    broken: below([...authority, 'nameConstraints=critical,permitted;DNS:fabrikam.example']),
    says: /✗ refused: name-constraint-violated/,
    remedy: /→ ./,
    cured: below([...authority, 'nameConstraints=critical,permitted;DNS:contoso.example']),
  },
  {
    fault: 'its certificate is revoked',
    broken: async (made) => {
      const { openssl, root } = made;
      const certificate = await openssl.issue(root, { extensions: good });
      const list = await openssl.list(root, [certificate]);
      return { server: await shown(certificate), args: asking({ ...made, list }) };
    },
    says: /✗ refused: revoked/,
    remedy: /→ issue the holder a new certificate for a new key/,
    cured: issued({}),
  },
  {
    fault: 'the revocation list of its CA is out of date',
    broken: async (made) => ({
      server: await shown(made.good),
      args: asking({ ...made, list: await made.openssl.list(made.root, [], [-60, -30]) }),
    }),
    says: /✗ refused: revocation-stale/,
    remedy: /→ ./,
    cured: goodServer,
  },
  {
    fault: 'there is no revocation list of its CA',
    broken: async (made) => ({
      server: await shown(made.good),
      args: ['--name', name, '--anchors', made.root.certificate],
    }),
    says: /✗ refused: revocation-unknown/,
    remedy: /→ the certificate does not say where the CRL of its issuer is: .*\n.*Next:\n.*--crls <file/s,
    cured: goodServer,
  },
  {
    fault: 'it speaks nothing newer than TLS 1.1',
    broken: withOptions('-tls1_1', ...weakly),
    says: /✗ .*expected TLS 1\.2 or 1\.3, found a server that speaks nothing newer than TLSv1\.1/,
    remedy: /→ turn TLS 1\.2 and 1\.3 on at the server/,
    cured: withOptions('-tls1_2'),
  },
  {
    fault: 'it speaks TLS 1.0 alone',
    broken: withOptions('-tls1', ...weakly),
    says: /found a server that speaks nothing newer than TLSv1\n/,
    remedy: /→ turn TLS 1\.2 and 1\.3 on at the server/,
    cured: withOptions('-tls1_3'),
  },
  {
    fault: 'it offers no suite that anybody should take',
    broken: withOptions('-tls1_2', '-cipher', 'eNULL:@SECLEVEL=0'),
    says: /expected a TLS server that accepts a cipher suite of ours, found none/,
    remedy: /→ let the server offer suites of TLS 1\.3/,
    cured: withOptions('-tls1_2', '-cipher', 'ECDHE-ECDSA-AES256-GCM-SHA384'),
  },
  ...(['-tls1_2', '-tls1_3'] as const).map(
    (version): BrokenServer => ({
      fault: `it requires a certificate of its clients (${version})`,
      broken: async (made) => ({
        server: await shown(made.good, version, '-Verify', '1', '-CAfile', made.root.certificate),
        args: asking(made),
      }),
      says: /✓ trusted[\s\S]*✗ expected a server that lets everybody in, found one that requires a certificate of its clients/,
      remedy: /→ give a certificate that it accepts, and its key: --cert <file> --key <file>/,
      cured: async (made) => ({
        server: await shown(made.good, version, '-Verify', '1', '-CAfile', made.root.certificate),
        args: [...asking(made), '--cert', made.client.certificate, '--key', made.client.key],
      }),
    }),
  ),
  {
    fault: 'it does not accept the certificate that it is shown',
    broken: async (made) => {
      const { certificate, key } = await made.openssl.issue(made.stranger, { extensions: good });
      return {
        server: await shown(
          ...([made.good, '-Verify', '1', '-verify_return_error', '-CAfile', made.root.certificate] as const),
        ),
        args: [...asking(made), '--cert', certificate, '--key', key],
      };
    },
    says: /✗ expected a server that accepts our certificate, found that it ends the connection \(ERR_SSL_/,
    remedy: /→ .*give a certificate of a CA that it trusts/,
    cured: async (made) => ({
      server: await shown(
        ...([made.good, '-Verify', '1', '-verify_return_error', '-CAfile', made.root.certificate] as const),
      ),
      args: [...asking(made), '--cert', made.client.certificate, '--key', made.client.key],
    }),
  },
  {
    fault: 'its certificate ends soon',
    broken: async (made) => ({
      ...(await issued({ days: [-60, 5.5] })(made)),
      args: [...asking(made), '--warn-days', '14'],
    }),
    says: /✓ trusted[\s\S]*✗ expected certificates that are valid for 14 days and longer, found one that ends .*, in 5 days/,
    remedy: /→ renew it now/,
    cured: async (made) => ({ ...(await goodServer(made)), args: [...asking(made), '--warn-days', '14'] }),
  },
  {
    fault: 'it speaks HTTP in the clear',
    broken: inTheClear('', undefined, ['HTTP/1.1 400 Bad Request\r\n\r\n'], false),
    says: /found an answer that is not TLS/,
    remedy: /→ check the address and the port/,
    cured: goodServer,
  },
  {
    fault: 'it begins in the clear, with SMTP',
    broken: inTheClear('', hello, ['500 what?\r\n'], false),
    says: /found an answer that is not TLS/,
    remedy: /→ .*where it begins in the clear, give --starttls/,
    cured: smtp,
  },
  {
    fault: 'its mail server does not offer STARTTLS',
    broken: inTheClear('smtp', hello, ['250 mail.contoso.example\r\n'], false),
    says: /expected a server that begins TLS after STARTTLS \(smtp\), found an answer to EHLO without STARTTLS/,
    remedy: /→ turn STARTTLS on at the server/,
    cured: smtp,
  },
  {
    fault: 'somebody has put words behind its answer to STARTTLS',
    broken: inTheClear('smtp', hello, [offer, '220 go ahead\r\n250 and more\r\n'], false),
    says: /found further bytes in the clear after its answer/,
    remedy: /→ turn STARTTLS on at the server/,
    cured: smtp,
  },
  {
    fault: 'its mail server ends the connection after its answer to STARTTLS',
    broken: inTheClear('smtp', hello, [offer, '220 go ahead\r\n'], false),
    says: /✗ .*expected a TLS server, found ECONNRESET/,
    remedy: /→ check the address, the port and the protocol that --starttls names/,
    cured: smtp,
  },
  {
    fault: 'TLS is off at its PostgreSQL',
    broken: inTheClear('postgres', undefined, ['N'], false),
    says: /STARTTLS \(postgres\), found that TLS is off \(N\)/,
    remedy: /→ turn STARTTLS on at the server/,
    cured: inTheClear('postgres', undefined, ['S']),
  },
  {
    fault: 'its directory refuses StartTLS',
    broken: inTheClear('ldap', undefined, [ldap(2)], false),
    says: /STARTTLS \(ldap\), found the result 2 for StartTLS/,
    remedy: /→ turn STARTTLS on at the server/,
    cured: inTheClear('ldap', undefined, [ldap(0)]),
  },
];
