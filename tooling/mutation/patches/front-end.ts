import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'front-end',
  list: [
    {
      name: 'dial-outside',
      off: 'anyone calls the telephone network',
      file: 'packages/front-end/src/',
      find: 'if (outside !== undefined) return refuse(outside);',
      replace: '',
      test: {
        file: 'packages/front-end/src/account-rights.test.ts',
        title: 'counts as soon as the account has another right',
      },
    },
    {
      name: 'devices-end',
      off: 'requests in a dialog reach the device of a user who was signed out',
      file: 'packages/front-end/src/',
      find: 'if (this.#options.isSignedOut(user, flow)) return undefined;',
      replace: '',
      test: {
        file: 'tooling/scenarios/accounts/in-force.test.ts',
        title:
          'disabled: signed out everywhere, told so with the right password alone; others notice nothing',
        inOrder: true,
      },
    },
    {
      name: 'rights-over-directors',
      off: 'a user outside calls telephone numbers without the right to',
      file: 'packages/front-end/src/',
      find: "return isInsider && servers.get(origin.server ?? '')?.role === 'front-end';",
      replace:
        "return isInsider && ['front-end', 'director'].includes(servers.get(origin.server ?? '')?.role ?? '');",
      test: {
        file: 'packages/front-end/src/account-rights.test.ts',
        title: 'is refused over a director too, which asks nothing but who the user is',
      },
    },
    {
      name: 'copies-of-any-server',
      off: 'a server of another pool says where the users of ours are',
      file: 'packages/front-end/src/',
      find: 'if (!members().includes(from)) return notOfOurPool(from);',
      replace: '',
      test: {
        file: 'packages/front-end/test/pool.test.ts',
        title: 'is refused where it is of another pool, of a user or of nobody',
      },
    },
    {
      name: 'link',
      off: 'a front end lets any server of the topology in',
      file: 'packages/front-end/src/',
      find: "const allow = member.authorise({ fqdn, interface: 'internal', service: 'sip' });",
      replace:
        "const allow: ReturnType<typeof member.authorise> = () => ({ ok: true, server: 'x', role: 'front-end', row: links.frontEndToFrontEnd.row });",
      test: {
        file: 'packages/testkit/test/network.test.ts',
        title:
          'refuses a gateway of the topology connects to a front end, which no row of the allow matrix allows: role-not-allowed-on-link',
      },
    },
    {
      name: 'own-path',
      off: 'a client says by a Path of its own which server inside gets what others send it',
      file: 'packages/front-end/src/',
      find: 'registerChange(isClient ? withoutOwnPath(request) : request, aor, {',
      replace: 'registerChange(isClient && clock() < 0 ? withoutOwnPath(request) : request, aor, {',
      test: {
        file: 'packages/front-end/test/wire.test.ts',
        title: 'leads nowhere: he is reached over his own connection, and no server inside hears of it',
      },
    },
    {
      name: 'policies',
      off: 'what a policy refuses is relayed',
      file: 'packages/front-end/src/',
      find: `      if (refused !== undefined) return refuse(refused);
      const rules`,
      replace: '      const rules',
      test: {
        file: 'packages/front-end/test/policies.test.ts',
        title: 'that refuses a MESSAGE keeps it from whom it is for',
      },
    },
    {
      name: 'policies-of-the-registrar',
      off: 'a registration is kept that a policy refuses',
      file: 'packages/front-end/src/',
      find: 'asked = { refused: answer };',
      replace: 'asked = { refused: answer && undefined };',
      test: {
        file: 'packages/front-end/test/policies.test.ts',
        title:
          'that refuses a REGISTER leaves no binding, and the log names the plugin in a field of its own',
      },
    },
    {
      name: 'vouchers-not-compromised',
      off: 'a server is believed about registrations after its certificate was revoked for its key',
      file: 'packages/front-end/src/',
      find: 'return this.#isOfPool(server) && !this.#isCompromised(serialHex);',
      replace: 'return this.#isOfPool(server);',
      test: {
        file: 'packages/front-end/src/pool/vouchers.test.ts',
        title:
          'is believed no longer by a certificate whose key may be compromised, and again by its next one',
      },
    },
    {
      name: 'csrf',
      off: 'a change needs the cookie alone',
      file: 'packages/front-end/src/',
      find: 'return isSame(opened.session.csrf, csrf) ? opened : no(csrfMismatch);',
      replace: 'return opened;',
      test: {
        file: 'tooling/scenarios/web-services/web-services.test.ts',
        title: 'is refused without the value of the session that a page of ours was told',
      },
    },
    {
      name: 'guesses-unbound',
      off: 'passwords are guessed at web services without limit',
      file: 'packages/front-end/src/',
      find: 'if (waitMs > 0) return tooManyAttempts(waitMs);',
      replace: '',
      test: {
        file: 'tooling/scenarios/web-services/web-hostile.test.ts',
        title:
          'is limited: after five wrong passwords the right one is not looked at either, while a telephone there registers',
      },
    },
    {
      name: 'session-of-old-password',
      off: 'sessions outlive the password they began with',
      file: 'packages/front-end/src/',
      find: 'if (proofOf(record) !== proof) return undefined;',
      replace: '',
      test: {
        file: 'tooling/scenarios/web-services/web-services.test.ts',
        title:
          'needs the present one, is in force at once, and ends every session but the one it was changed in',
      },
    },
    {
      name: 'password-unproven',
      off: 'a session is enough to change the password',
      file: 'packages/front-end/src/',
      find: 'this.#prove({ username, realm: domain }, { client, from }, request.password, record) ??',
      replace: '',
      test: {
        file: 'tooling/scenarios/web-services/web-services.test.ts',
        title:
          'needs the present one, is in force at once, and ends every session but the one it was changed in',
      },
    },
    {
      name: 'vouched-for',
      off: 'a server that vouches for a user changes the password',
      file: 'packages/front-end/src/',
      find: '(isAsked ? undefined : refuseUnprovenChange(request, sender)) ??',
      replace: '(isAsked || sender.isInsider ? undefined : refuseUnprovenChange(request, sender)) ??',
      test: {
        file: 'packages/front-end/src/password-changes.test.ts',
        title: 'is believed by no word of another server',
      },
    },
  ],
};
