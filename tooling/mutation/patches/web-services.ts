import type { MutationPatch, PatchList } from '../patch.ts';

const access = 'packages/front-end/src/web/web-access.ts';
const sessions = 'packages/front-end/src/web/web-sessions.ts';
const port = 'packages/front-end/src/web/web-port.ts';
const asked = 'packages/web-services/src/asked-from.ts';
const users = 'packages/web-services/src/answer-users.ts';
const serving = 'packages/web-services/src/serve-web-services.ts';

const at =
  (file: string) =>
  (title: string): MutationPatch['test'] => ({ file: `tooling/web-services/${file}.test.ts`, title });
const services = at('web-services');
const hostile = at('web-hostile');
const link = at('web-links');

/** Web services: who may ask whom, what a session is, and what anybody may send. */
export const patches: PatchList = {
  name: 'web-services',
  list: [
    {
      name: 'any-server-asks-front-end',
      off: 'a server of any role asks a front end for sessions',
      file: port,
      find: "allow: member.authorise({ fqdn, interface: 'internal', service: 'web' }),",
      replace: 'allow: () => ({ ok: true }),',
      test: link('refuses another role: role-not-allowed-on-link'),
    },
    {
      name: 'any-server-is-proxy',
      off: 'a server of any role brings requests as a reverse proxy',
      file: serving,
      find: "allow: member.authorise({ fqdn, interface: 'internal', service: 'proxied' }),",
      replace: 'allow: () => ({ ok: true }),',
      test: link('refuses another role: role-not-allowed-on-link'),
    },
    {
      name: 'proxy-without-certificate',
      off: 'anybody brings requests as a reverse proxy',
      file: serving,
      find: "clientCertificate: 'required',",
      replace: "clientCertificate: 'optional',",
      test: link('refuses a client without certificate, and one that speaks no TLS'),
    },
    {
      name: 'any-front-end',
      off: 'passwords are handed to any server with a certificate of our CA',
      file: 'packages/web-services/src/front-ends.ts',
      find: "allow: member.authorise({ fqdn, interface: 'internal', service: 'web' }),",
      replace: 'allow: () => ({ ok: true }),',
      test: link('hand no password to a certificate of two servers: identity-ambiguous'),
    },
    {
      name: 'listener-of-closed-row',
      off: 'a front end listens for web services that may send it nothing',
      file: 'packages/topology/src/matrix/takes-from.ts',
      find: "row === link.row && maySend && service !== 'store'",
      replace: "row === link.row && service !== 'store' && (maySend || !maySend)",
      test: link('has no listener where the topology closes the row, or lets no requests be sent on it'),
    },
    {
      name: 'client-of-anybody',
      off: 'a user says by a header which address the request comes from',
      file: asked,
      find: "return { client: incoming.socket.remoteAddress ?? '', where: 'inside', origin };",
      replace:
        "return { client: forwardedFor(incoming.headers['x-forwarded-for']) ?? incoming.socket.remoteAddress ?? '', where: 'inside', origin };",
      test: hostile(
        'counts by the address of the connection where no reverse proxy has brought it, whatever it says',
      ),
    },
    {
      name: 'first-client-address',
      off: 'what a client outside has written about its address counts',
      file: asked,
      find: ".split(',').pop()?.trim()",
      replace: ".split(',').shift()?.trim()",
      test: hostile(
        'counts by the address that the reverse proxy has noted, whatever its client has written before it',
      ),
    },
    {
      name: 'any-host',
      off: 'web services answer by any name',
      file: asked,
      find: "if (!ownNames(topology, fqdn).includes(name ?? '')) return { problem: otherHost };",
      replace: '',
      test: hostile('over plain HTTP, or by another name, is not answered'),
    },
    {
      name: 'other-origin',
      off: 'a page of another origin changes something',
      file: asked,
      find: 'if (from !== undefined && from !== origin) return otherOrigin;',
      replace: '',
      test: services('is refused where a page of somebody else has made the browser send it'),
    },
    {
      name: 'two-hosts',
      off: 'a request with two hosts is answered by the first of them',
      file: 'packages/host/src/plain-http/line.ts',
      find: 'if (hostsOf(incoming) > 1) {',
      replace: 'if (hostsOf(incoming) > 99) {',
      test: {
        file: 'tooling/web-services/smuggling.test.ts',
        title: 'answers 400 to a request with two hosts, and nothing that hides behind it',
      },
    },
    {
      name: 'csrf',
      off: 'a change needs the cookie alone',
      file: access,
      find: 'return isSame(opened.session.csrf, csrf) ? opened : no(csrfMismatch);',
      replace: 'return opened;',
      test: services('is refused without the value of the session that a page of ours was told'),
    },
    {
      name: 'csrf-of-sign-out',
      off: 'the end of a session needs the cookie alone',
      file: access,
      find: 'if (!isSame(found, csrf)) return no(csrfMismatch);',
      replace: '',
      test: services('is refused without the value of the session that a page of ours was told'),
    },
    {
      name: 'own-guesses',
      off: 'a client that has guessed over SIP guesses on at web services',
      file: 'packages/front-end/src/serve-front-end.ts',
      find: '    guesses,\n    onPassword,\n    clock,',
      replace: '    guesses: new GuessLimit(),\n    onPassword,\n    clock,',
      test: hostile('over SIP holds up a sign-in from the same address'),
    },
    {
      name: 'guesses-unbound',
      off: 'passwords are guessed at web services without limit',
      file: access,
      find: 'if (waitMs > 0) return tooManyAttempts(waitMs);',
      replace: '',
      test: hostile(
        'is limited: after five wrong passwords the right one is not looked at either, while a telephone there registers',
      ),
    },
    {
      name: 'guesses-for-telephones',
      off: 'web services that were broken into hold up the telephones of a user, whose address they name',
      file: access,
      find: 'over: from };',
      replace: 'over: undefined && from };',
      test: {
        file: 'packages/front-end/src/web/web-access.test.ts',
        title:
          'holds up a sign-in over the same ones from the address that they name, and no telephone there',
      },
    },
    {
      name: 'session-of-old-password',
      off: 'sessions outlive the password they began with',
      file: sessions,
      find: 'if (proofOf(record) !== proof) return undefined;',
      replace: '',
      test: services(
        'needs the present one, is in force at once, and ends every session but the one it was changed in',
      ),
    },
    {
      name: 'session-of-disabled',
      off: 'sessions outlive the account',
      file: sessions,
      find: 'if (record === undefined || credentials.isDisabled?.(username, domain) === true) return undefined;',
      replace: 'if (record === undefined) return undefined;',
      test: services('and is signed out once the account is disabled'),
    },
    {
      name: 'session-from-before',
      off: 'a front end opens sessions that were ended before it began',
      file: access,
      find: "return 'problem' in found || found.isKnown ? found : no(sessionNotKnown);",
      replace: 'return found;',
      test: services('opens no session that was signed out before'),
    },
    {
      name: 'session-judged-by-nobody',
      off: 'a session that no front end can judge is asked for again and again, in place of a new one',
      file: 'packages/web-services/src/front-ends.ts',
      find: 'problem = nobodySignedIn;',
      replace: '',
      test: services('opens no session that was signed out before'),
    },
    {
      name: 'session-of-no-domain',
      off: 'who has a cookie of an address that no domain of ours has is told to try again later, and keeps the cookie',
      file: 'packages/web-services/src/front-ends.ts',
      find: 'let problem = this.#mayBeOurs(user) ? noFrontEnd : nobodySignedIn;',
      replace: 'let problem: WebProblem = noFrontEnd;',
      test: services(
        'is over at once, and taken from the browser, where no front end of ours has the user: "alice@northwind.example"',
      ),
    },
    {
      name: 'session-of-nobody',
      off: 'who has a cookie of an address without a user is told to try again later, and keeps the cookie',
      file: 'packages/web-services/src/front-ends.ts',
      find: 'return at > 0 &&',
      replace: 'return',
      test: services(
        'is over at once, and taken from the browser, where no front end of ours has the user: "@contoso.example"',
      ),
    },
    {
      name: 'session-known-elsewhere',
      off: 'who is signed in is signed out when a front end starts again',
      file: 'packages/web-services/src/front-ends.ts',
      find: "if (answer.ok || answer.problem.reason !== 'session-not-known') return answer;",
      replace: 'return answer;',
      test: services('leaves users signed in whom another front end knows'),
    },
    {
      name: 'sign-out-with-old-accounts',
      off: 'a front end that knows less of an account keeps a session that its user has ended',
      file: 'packages/front-end/src/web/web-access.ts',
      find: 'const found = this.#sessions.csrfOf(token);',
      replace: 'const found = this.#sessions.open(token)?.session.csrf;',
      test: {
        file: 'packages/front-end/src/web/web-access.test.ts',
        title: 'ends the session also at a server that has old accounts, or another password, for a while',
      },
    },
    {
      name: 'sign-out-untold',
      off: 'a front end that did not answer at a sign-out never hears of it',
      file: 'packages/web-services/src/front-ends.ts',
      find: 'this.#untold.add(fqdn, body, this.#now, isKnown)',
      replace: 'fqdn !== undefined',
      test: hostile('hears of it before it is asked anything else'),
    },
    {
      name: 'made-up-sign-outs',
      off: 'sign-outs of sessions that were made up keep users from signing out',
      file: 'packages/web-services/src/untold-sign-outs.ts',
      find: 'isKnown ? this.#max : this.#maxUnknown',
      replace: 'this.#max + this.#maxUnknown',
      test: {
        file: 'packages/web-services/src/untold-sign-outs.test.ts',
        title: 'of sessions that nobody has opened take no place of others',
      },
    },
    {
      name: 'sign-outs-of-one-session',
      off: 'one session, signed out with each of its tokens, keeps everybody from signing out',
      file: 'packages/web-services/src/untold-sign-outs.ts',
      find: 'return noted.body.token === token || (noted.isKnown && isKnown);',
      replace: 'return noted.body.token === token;',
      test: {
        file: 'packages/web-services/src/untold-sign-outs.test.ts',
        title: 'of one session take one place, whichever of its tokens they come with: the newest is told',
      },
    },
    {
      name: 'sign-out-of-claimed-session',
      off: 'a made-up sign-out stands for that of a session, which goes on at a front end that was away',
      file: 'packages/web-services/src/untold-sign-outs.ts',
      find: 'return noted.body.token === token || (noted.isKnown && isKnown);',
      replace: 'return noted.body.token === token || isKnown || noted.isKnown;',
      test: {
        file: 'packages/web-services/src/untold-sign-outs.test.ts',
        title: 'of a session that nobody has opened stand for no other that claims the same value',
      },
    },
    {
      name: 'sign-out-of-old-session',
      off: 'tokens of sessions that are long over are signed out as if they were open',
      file: sessions,
      find: 'this.#options.clock() - sealed.begun >= longestMs) return undefined;',
      replace: 'this.#options.clock() - sealed.begun < 0) return undefined;',
      test: {
        file: 'packages/front-end/src/web/web-sessions.test.ts',
        title:
          'has a value that its page was told as long as it may go on, however old the token is, and no longer',
      },
    },
    {
      name: 'session-after-sign-out',
      off: 'a session goes on after its user has signed out',
      file: sessions,
      find: 'if (this.#ended.has(userOf(sealed), name, sealedAt)) return undefined;',
      replace: '',
      test: services(
        'with the password that the front end has a verifier of, and has a session until signing out',
      ),
    },
    {
      name: 'password-unproven',
      off: 'a session is enough to change the password',
      file: access,
      find: 'this.#prove({ username, realm: domain }, { client, from }, request.password, record) ??',
      replace: '',
      test: services(
        'needs the present one, is in force at once, and ends every session but the one it was changed in',
      ),
    },
    {
      name: 'device-still-proven',
      off: 'a device that was signed out goes on sending on its connection',
      file: 'packages/front-end/src/web/user-devices.ts',
      find: 'signedIn.signOutOn(user, flow)',
      replace: "user === '' && signedIn.signOutOn(user, flow)",
      test: {
        file: 'packages/front-end/src/web/user-devices.test.ts',
        title: 'has proven nothing on its connection any more, whatever other users and devices have',
      },
    },
    {
      name: 'body-unbound',
      off: 'a body of any size is kept',
      file: 'packages/host/src/https/read-text.ts',
      find: "if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) return unfit;",
      replace: 'maxBytes = Number.MAX_SAFE_INTEGER;',
      test: hostile('is bounded: body, header and form'),
    },
    {
      name: 'search-unbound',
      off: 'a user reads the whole address book',
      file: users,
      find: 'const waitSec = this.#searches.take(session.address, 1, this.#options.clock());',
      replace: 'const waitSec = 0;',
      test: services('is refused after so many that nobody reads the whole book'),
    },
    {
      name: 'inside-told-outside',
      off: 'names of the inside are told outside',
      file: 'packages/web-services/src/discovery.ts',
      find: "where === 'inside' ? inside(topology, domain)",
      replace: 'where !== undefined ? inside(topology, domain)',
      test: services('is told outside by those of edges alone: nothing of the inside leaves'),
    },
    {
      name: 'proxy-checks-no-name',
      off: 'nginx takes any server of our CA for web services',
      file: 'packages/topology-planning/src/plans/proxy-configuration.ts',
      find: "'        proxy_ssl_verify on;',",
      replace: "'        proxy_ssl_verify off;',",
      test: at('real-proxies')('refuses web services by name, although their CA is ours'),
    },
    {
      name: 'ended-of-everybody',
      off: 'one user who signs out again and again ends the sessions of everybody',
      file: 'packages/front-end/src/web/ended-sessions.ts',
      find: `ended.names.clear();
      ended.voidUntil = now;`,
      replace: `ended.names.clear();
      this.#voidUntil = now;`,
      test: {
        file: 'packages/front-end/src/web/ended-sessions.test.ts',
        title:
          'of one user cost nobody else a session: where they are too many, all of that user’s until then have ended',
      },
    },
    {
      name: 'ended-opens-again',
      off: 'sessions that were ended open again where they are too many to be remembered',
      file: 'packages/front-end/src/web/ended-sessions.ts',
      find: `this.#size = 0;
      this.#voidUntil = now;`,
      replace: 'this.#size = 0;',
      test: {
        file: 'packages/front-end/src/web/ended-sessions.test.ts',
        title:
          'that are more in all than are remembered end the sessions of everybody until then: none that was ended opens again',
      },
    },
  ],
};
