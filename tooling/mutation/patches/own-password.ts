import type { MutationPatch, PatchList } from '../patch.ts';

const changes = 'packages/front-end/src/password-changes.ts';
const proof = 'packages/sip-relay/src/admission/password-proof.ts';
const sealing = 'packages/sip/src/digest/sealed-verifiers.ts';
const routes = 'packages/authority/src/routes/password-routes.ts';

const frontEnd = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/password-changes.test.ts',
  title,
});
const sealed = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip/src/digest/sealed-verifiers.test.ts',
  title,
});
const authority = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/account-servers.test.ts',
  title,
  inOrder: true,
});
const revoked =
  'is told nothing and changes nothing once its certificate is revoked, on a connection that is still open';

/** A user changes the password, and nobody else does; what servers learn about passwords. */
export const patches: PatchList = {
  name: 'own-password',
  list: [
    {
      name: 'proven-before',
      off: 'a telephone that was left unattended is enough to change the password',
      file: 'packages/front-end/src/front-end.ts',
      find: 'needsProof: changesPassword,',
      replace: '',
      test: frontEnd('proves it with this request, whatever was proven on the connection before'),
    },
    {
      name: 'vouched-for',
      off: 'a server that vouches for a user changes the password',
      file: 'packages/front-end/src/front-end.ts',
      find: '(isAsked ? undefined : refuseUnprovenChange(request, sender)) ??',
      replace: '(isAsked || sender.isInsider ? undefined : refuseUnprovenChange(request, sender)) ??',
      test: frontEnd('is believed by no word of another server'),
    },
    {
      name: 'somebody-else',
      off: 'a request for another user is taken for one of the sender',
      file: proof,
      find: 'if (addressOfRecord(request.uri) !== user || addressOfRecord(request.to.uri) !== user)',
      replace: 'if (addressOfRecord(request.uri) !== user)',
      test: frontEnd('changes no other one: To names somebody else'),
    },
    {
      name: 'algorithm-brought-in',
      off: 'a user brings MD5 in',
      file: changes,
      find: 'return { to: Object.fromEntries(algorithms.map((algorithm) => [algorithm, opened.ha1[algorithm]])) };',
      replace: 'return { to: opened.ha1 };',
      test: frontEnd(
        'keeps the algorithms of the account: none comes in, and none is left without a verifier',
      ),
    },
    {
      name: 'changes-at-once',
      off: 'a user has any number of changes under way',
      file: changes,
      find: 'if (this.#underWay.has(user)) return oneAtATime(user);',
      replace: '',
      test: frontEnd('has one change under way at a time'),
    },
    {
      name: 'seal-of-anybody',
      off: 'what is on its way can be replaced',
      file: sealing,
      find: "text = opening.update(sealed.subarray(0, -tagBytes)).toString('utf8') + opening.final('utf8');",
      replace: "text = opening.update(sealed.subarray(0, -tagBytes)).toString('utf8');",
      test: sealed('are not opened where one bit of the seal was changed'),
    },
    {
      name: 'seal-without-name',
      off: 'a seal of one user opens for another',
      file: sealing,
      find: 'const info = JSON.stringify([label, username, realm]);',
      replace: 'const info = JSON.stringify([label, realm, typeof username]);',
      test: sealed('are not opened with that of the same verifier of another user'),
    },
    {
      name: 'any-size',
      off: 'a body of any size is parsed',
      file: sealing,
      find: 'if (Buffer.byteLength(body) > maxBodyBytes) return undefined;',
      replace: '',
      test: sealed('are refused where the body has more than 2048 octets'),
    },
    {
      name: 'any-server',
      off: 'a server that verifies no passwords changes them',
      file: routes,
      find: "if (reader.view !== 'verifiers') return noVerifiers;",
      replace: '',
      test: authority('is a front end: other servers and administrators change none'),
    },
    {
      name: 'any-number',
      off: 'a user changes the password without end over one server',
      file: routes,
      find: 'const taken = own.ok ? overall.take(address) : own;',
      replace: 'const taken = overall.take(address);',
      test: authority('changes five of one user in an hour, and keeps no other server or user from a change'),
    },
    {
      name: 'one-count',
      off: 'one server uses up what a user may change over the others',
      file: routes,
      find: "const own = changes.take([server, address].join(' '));",
      replace: "const own = changes.take([server.length, address].join(' '));",
      test: authority('changes five of one user in an hour, and keeps no other server or user from a change'),
    },
    {
      name: 'other-body',
      off: 'an edge puts an older body in the place of the one that was sent',
      file: proof,
      find: 'return coversBody(request, provenBy, user) ? undefined : otherRequest;',
      replace: 'return coversBody.length > 0 ? undefined : otherRequest;',
      test: frontEnd(
        'is refused an older body in the place of the one that was sent, though the same password has sealed both',
      ),
    },
    {
      name: 'held-back',
      off: 'an edge delivers a change of the password minutes later',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: 'nonceLifetimeMs: needsProof?.(request) === true ? proofLifetimeMs : nonceLifetimeMs,',
      replace: 'nonceLifetimeMs,',
      test: frontEnd('is asked again where the request was held back for longer than its sender waits'),
    },
    {
      name: 'revoked-server',
      off: 'a server whose certificate is revoked changes passwords over a connection that is still open',
      file: routes,
      find: "return caller.kind === 'server' ? (await revokedCaller(authority, caller))?.refusal : undefined;",
      replace: 'return undefined;',
      test: authority(revoked),
    },
    {
      name: 'revoked-reader',
      off: 'a server whose certificate is revoked is told the verifiers over a connection that is still open',
      file: 'packages/authority/src/routes/account-routes.ts',
      find: 'if (revoked !== undefined) return refusals.request(revoked.refusal, caller);',
      replace: '',
      test: authority(revoked),
    },
  ],
};
