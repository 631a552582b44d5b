import type { MutationPatch, PatchList } from '../patch.ts';

const dial = 'packages/tls/src/dial/';
const pkcs12 = 'packages/tls/src/credential/pkcs12/';

const test =
  (file: string) =>
  (title: string): MutationPatch['test'] => ({ file, title });
const stream = test('packages/tls/test/trusted-stream.test.ts');
const files = test('packages/tls/test/identity-files.test.ts');
const bodies = test('packages/tls/test/request-bodies.test.ts');
const allowed = test('packages/trust/test/authorise.test.ts');

/** What programs that use `@entente/tls` alone rest on: connections that are given at once, files of identities, names that are allowed. */
export const patches: PatchList = {
  name: 'tls-library',
  list: [
    {
      name: 'missing-allow-is-named',
      off: 'the compiler asks for clientCertificate where allow is missing',
      file: 'packages/tls/src/listen/serve-options.ts',
      find: 'export type ServeOptions = (ListenOptions & MutualServeOptions) | PlainServeOptions;',
      replace: 'export type ServeOptions = MutualServeOptions | PlainServeOptions;',
      test: test('packages/tls/test/compiler-messages.test.ts')(
        'names the option that is misspelt, missing or not awaited with node:https, and not the module',
      ),
    },
    {
      name: 'stream-of-one-that-is-revoked',
      off: 'a pool keeps a connection whose server is not trusted any more',
      file: `${dial}trusted-stream.ts`,
      find: "socket.on('error', (error) => this.destroy(error));",
      replace: "socket.on('error', () => {});",
      test: stream('is closed with the reason when the certificate of its server is revoked'),
    },
    {
      name: 'words-before-tls',
      off: 'what somebody has put before the TLS of a PostgreSQL server is overlooked',
      file: `${dial}postgres-tls.ts`,
      find: 'if (answer.length === 1 && answer[0] === agreed) return;',
      replace: 'if (answer[0] === agreed) return;',
      test: stream('does not begin with a server before whose TLS somebody added a message'),
    },
    {
      name: 'mac-of-a-file',
      off: 'a PKCS#12 file that somebody has changed is read',
      file: `${pkcs12}read-pkcs12.ts`,
      find: 'if (!mac(authenticated, passphrase))',
      replace: 'if (mac === undefined)',
      test: files('is refused where a byte of its contents was changed'),
    },
    {
      name: 'file-without-mac',
      off: 'a PKCS#12 file without a MAC is read',
      file: `${pkcs12}read-pkcs12.ts`,
      find: "if (mac === undefined) return { ok: false, why: 'a file without a MAC', passphrase: false };",
      replace: 'if (mac === undefined) return { ok: true, value: { keys: [], certificates: [] } };',
      test: files('is refused without a MAC'),
    },
    {
      name: 'address-is-exact',
      off: 'an IP address in a list lets another address pass',
      file: 'packages/trust/src/identity/allow-names.ts',
      find: 'addresses.add(ipText(address));',
      replace: 'addresses.add(ipText(address)).add(ipText(address).slice(0, -1));',
      test: allowed(
        'lets a peer pass by an IP address of its certificate, however either is spelt, and by no other',
      ),
    },
    {
      name: 'address-is-of-a-certificate',
      off: 'a URI that reads like an IP address counts as one',
      file: 'packages/trust/src/identity/allow-names.ts',
      find: 'peer.ipAddresses?.find((address) => addresses.has(address));',
      replace: '[...(peer.ipAddresses ?? []), ...peer.uris].find((address) => addresses.has(address));',
      test: allowed(
        'lets a peer pass by an IP address of its certificate, however either is spelt, and by no other',
      ),
    },
    {
      name: 'refreshed-within-an-hour',
      off: 'a fetched list is not fetched again before it expires',
      file: 'packages/trust/src/node/fetch/revocation-fetcher.ts',
      find: 'const defaultRefreshEveryMs = 3_600_000;',
      replace: 'const defaultRefreshEveryMs = Number.POSITIVE_INFINITY;',
      test: test('packages/trust/src/node/fetch/refreshed-lists.test.ts')(
        'is fetched again after an hour where no interval is given: one of a private CA may be current for a month',
      ),
    },
    {
      name: 'pem-for-pkcs12',
      off: 'PEM in the place of a PKCS#12 file is refused with a remedy that cannot help',
      file: 'packages/tls/src/credential/read-material.ts',
      find: "if (isPem(Buffer.from(bytes).toString('latin1'))) throw pemForPkcs12(place);",
      replace: '',
      test: files('is told from PEM, which has options of its own'),
    },
    {
      name: 'address-of-another-machine',
      off: 'who listens on an address of another machine is told to stop another process',
      file: 'packages/tls/src/listen/listen.ts',
      find: 'EADDRNOTAVAIL: noSuchAddress,',
      replace: '',
      test: test('packages/tls/test/serve-arguments.test.ts')(
        'is an address of this machine, and the fault says so where it is of another',
      ),
    },
    {
      name: 'promise-among-options',
      off: 'a credential that was not awaited is said to be an object of another kind',
      file: 'packages/tls/src/options/found-value.ts',
      find: "if (value instanceof Promise) return 'a promise';",
      replace: '',
      test: test('packages/tls/test/serve-arguments.test.ts')(
        'is said to be a promise where identity was not awaited',
      ),
    },
    {
      name: 'url-of-a-request',
      off: 'a URL that an HTTP client is asked for is taken for a request',
      file: `${dial}request-of.ts`,
      find: 'if (!isRequest && !isUrl) throw unlike(of, foundValue(given));',
      replace: 'if (!isRequest) return given as Request;',
      test: test('packages/tls/test/http-client.test.ts')(
        'may be a URL or its text, with what fetch takes beside it',
      ),
    },
    {
      name: 'module-is-blamed',
      off: 'the compiler blames the module where an option of serve is wrong with node:tls',
      file: 'packages/tls/src/listen/serve.ts',
      find: 'export function serve<M extends PlatformModule>(\n  module: M,\n  options: ServeOptions,\n  handler: HandlerOf<M>,\n): Promise<TrustedServer<ServerOf<M>>>;',
      replace:
        "export function serve(\n  module: import('./platform-server.ts').TlsModule,\n  options: ServeOptions,\n  handler: SocketHandler,\n): Promise<TrustedServer<tls.Server>>;\nexport function serve(\n  module: import('./platform-server.ts').HttpsModule,\n  options: ServeOptions,\n  handler: RequestListener,\n): Promise<TrustedServer<HttpsServer>>;",
      test: test('packages/tls/test/compiler-messages.test.ts')('names the option too with tls'),
    },
    {
      name: 'body-longer-than-said',
      off: 'what a body has beyond the content-length of its request is the next request of the connection',
      file: `${dial}request-body.ts`,
      find: 'if (found > length) throw',
      replace: 'if (found > 2 ** 40) throw',
      test: bodies(
        'is not sent where it is longer: no server takes the rest for a request (a part of a stream)',
      ),
    },
    {
      name: 'body-shorter-than-said',
      off: 'a server waits for the rest of a body that has ended',
      file: `${dial}request-body.ts`,
      find: 'if (found < length) throw',
      replace: 'if (found < 0) throw',
      test: bodies('is given up at once where it is shorter'),
    },
    {
      name: 'length-of-no-body',
      off: 'a server takes the next request of the connection for the body of one that has none',
      file: `${dial}request-body.ts`,
      find: 'if (length > 0) throw',
      replace: 'if (length < 0) throw',
      test: bodies('is given up at once where it is shorter'),
    },
    {
      name: 'length-that-is-a-number',
      off: 'a content-length that no server reads is sent',
      file: `${dial}request-body.ts`,
      find: 'if (!/^\\d+$/.test(said)) throw',
      replace: 'if (said.length > 2 ** 20) throw',
      test: bodies("is not sent where that is '5, 5'"),
    },
    {
      name: 'cookies-apart',
      off: 'the cookies of an answer are one text, of which none can be read',
      file: `${dial}http-exchange.ts`,
      find: 'headers.append(name, one)',
      replace: 'headers.set(name, one)',
      test: test('packages/tls/test/http-answers.test.ts')(
        'an answer has each of its cookies apart: their values have commas',
      ),
    },
    {
      name: 'many-listeners-of-a-client',
      off: 'a process is warned of a leak where an HTTP client has more than ten requests under way',
      file: `${dial}http-client.ts`,
      find: '  setMaxListeners(0, stop);\n',
      replace: '',
      test: test('packages/tls/test/http-answers.test.ts')(
        'many requests at once are no leak that the process is warned of',
      ),
    },
    {
      name: 'no-common-protocol',
      off: 'a server that takes no protocol of this side is said to refuse its certificate',
      file: `${dial}connect.ts`,
      find: '    if (isAboutProtocol(error)) return this.#noCommonProtocol(error);\n',
      replace: '',
      test: test('packages/tls/test/offered-protocols.test.ts')(
        'a server that takes none of the protocols offered is said to be one, and not to refuse a certificate',
      ),
    },
    {
      name: 'certificate-in-der',
      off: 'a certificate in DER is said to be found where a PEM block is expected',
      file: 'packages/tls/src/credential/read-material.ts',
      find: 'isPem(certificatePem) && !chain.ok',
      replace: '!chain.ok',
      test: files('is refused with how a certificate in DER gets PEM'),
    },
  ],
};
