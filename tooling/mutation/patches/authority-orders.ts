import type { MutationPatch, PatchList } from '../patch.ts';

const audited = (title: string): MutationPatch['test'] => ({
  file: 'apps/authority-server/test/audit.test.ts',
  title,
  inOrder: true,
});

/** Who may send commands to the authority of a domain, and what becomes of them. */
export const patches: PatchList = {
  name: 'authority-orders',
  list: [
    {
      name: 'token-to-the-revoked',
      off: 'a thief whose certificate is revoked is given a join token',
      file: 'packages/authority/src/routes/join-token-routes.ts',
      find: 'if (revoked !== undefined) return revoked.refusal;',
      replace: 'void revoked;',
      test: {
        file: 'packages/authority/test/token-creators.test.ts',
        title:
          'is not given to one whose certificate is revoked, and for less than an hour not to one who had another that was',
      },
    },
    {
      name: 'token-ended-while-signing',
      off: 'a certificate is given away though the right to it has ended while it was signed',
      file: 'packages/pki/src/enrolment/enrol-handler.ts',
      find: '  if (late !== undefined) {\n    await withdraw(options, outcome.serialHex, requester);',
      replace: '  if (late === null) {\n    await withdraw(options, outcome.serialHex, requester);',
      test: {
        file: 'packages/pki/test/enrolment.test.ts',
        title:
          'gives away no certificate, and takes none from its server, where the token is taken back while it is signed',
      },
    },
    {
      name: 'revoked-in-turn',
      off: 'orders that wait for their turn are carried out though the certificate of their administrator was revoked',
      file: 'packages/authority/src/routes/account-order-routes.ts',
      find: 'return revoked && refusals.request(revoked.refusal, caller);',
      replace: 'return void revoked;',
      test: {
        file: 'packages/authority/test/order-under-way.test.ts',
        title:
          'is refused as well where the certificate of its administrator was revoked before its turn, and changes no account',
      },
    },
    {
      name: 'named-administrators',
      off: 'a certificate of an administrator counts although the topology does not name them',
      file: 'packages/authority/src/administrators.ts',
      find: 'if (!isNamed(topology, name)) return unnamedAdministrator(topology, name);',
      replace: "if (!isNamed(topology, name) && name === '') return unnamedAdministrator(topology, name);",
      test: {
        file: 'apps/authority-server/test/administrators.test.ts',
        title: 'is cut off, whatever their certificate says',
        inOrder: true,
      },
    },
    {
      name: 'token-for-closed-link',
      off: 'a join token is given for a server that cannot reach the authority',
      file: 'packages/authority/src/routes/join-token-routes.ts',
      find: 'if (!mayAskAuthority(topology, server)) return refusals.request(linkClosed(server), caller);',
      replace: 'if (!mayAskAuthority(topology, server)) linkClosed(server);',
      test: {
        file: 'apps/authority-server/test/certificate-orders.test.ts',
        title:
          'is not given for a server for which the topology has closed the link to the authority: it could never join',
        inOrder: true,
      },
    },
    {
      name: 'token-creators-named',
      off: 'a join token counts although the topology no longer names the administrator who ordered it',
      file: 'packages/authority/src/token-creators.ts',
      find: 'if (unable !== undefined) return tokenRevoked(createdBy, unable.message);',
      replace: '',
      test: {
        file: 'packages/authority/test/token-creators.test.ts',
        title:
          'counts no more once the topology does not name the administrator who ordered it: token-revoked',
        inOrder: true,
      },
    },
    {
      name: 'token-creators-revoked',
      off: 'a join token counts although a certificate of the administrator who ordered it was revoked since',
      file: 'packages/authority/src/token-creators.ts',
      find: 'if (revoked === undefined) return undefined;',
      replace: "if (revoked === undefined || createdBy !== '') return undefined;",
      test: {
        file: 'packages/authority/test/token-creators.test.ts',
        title:
          'counts no more once a certificate of the administrator who ordered it was revoked, and one ordered later does',
        inOrder: true,
      },
    },
    {
      name: 'removed-administrators',
      off: 'the certificate of an administrator who was removed stays valid',
      file: 'packages/authority/src/unlisted-certificates.ts',
      find: 'for (const { name, issuedUntil } of removed) {',
      replace: 'for (const { name, issuedUntil } of removed.slice(removed.length)) {',
      test: {
        file: 'apps/authority-server/test/administrators.test.ts',
        title: 'loses open connections and commands at once, and the certificate',
        inOrder: true,
      },
    },
    {
      name: 'ordered-first',
      off: 'a revocation takes effect of which the audit trail has nothing',
      file: 'packages/authority/src/routes/revocation-routes.ts',
      find: "await authority.audit.record({ ...entry, action: 'revocation-ordered', details: {} });",
      replace: '',
      test: {
        file: 'packages/authority/test/audit-unavailable.test.ts',
        title: 'is not carried out: a certificate is revoked only once the trail has who ordered it',
        inOrder: true,
      },
    },
    {
      name: 'taken-away-first',
      off: 'a topology takes certificates away before the audit trail has it',
      file: 'packages/authority/src/domain-revocations.ts',
      find: 'await before(serialsOf);',
      replace: '',
      test: audited('has a revocation before it is done: who ordered it, and what it is about'),
    },
    {
      name: 'order-under-way',
      off: 'a command counts that was under way when its administrator was removed',
      file: 'packages/authority/src/routes/order.ts',
      find: "return guard('administrator', caller) ?? order ?? {};",
      replace: 'return order ?? {};',
      test: {
        file: 'packages/authority/test/order-under-way.test.ts',
        title: 'is refused: a token, a revocation, and the next topology',
      },
    },
    {
      name: 'publisher-under-way',
      off: 'a topology counts that a removed administrator was sending',
      file: 'packages/authority/src/publication/topology-publication.ts',
      find: 'if (refusal !== undefined) return { accepted: false, refusal };\n    const who',
      replace: 'const who',
      test: {
        file: 'packages/authority/test/order-under-way.test.ts',
        title: 'is refused: a token, a revocation, and the next topology',
      },
    },
    {
      name: 'last-authority',
      off: 'one administrator revokes the only authority',
      file: 'packages/authority/src/domain-revocations.ts',
      find: 'if (others.length > 0) return undefined;',
      replace: 'if (others.length >= 0) return undefined;',
      test: {
        file: 'apps/authority-server/test/last-authority.test.ts',
        title:
          'is not revoked by one administrator, neither by its name nor by the serial number of its certificate',
      },
    },
    {
      name: 'own-certificate-revoked',
      off: 'an authority goes on with a certificate of its own that is revoked',
      file: 'packages/authority/src/own-certificate.ts',
      find: 'if (revocation !== undefined) revokedSerial = serialHex;',
      replace: '',
      test: {
        file: 'apps/authority-server/test/last-authority.test.ts',
        title: 'issues itself another certificate where its own was revoked',
      },
    },
    {
      name: 'one-list',
      off: 'each of many revocations that arrive together signs a list of its own',
      file: 'packages/pki/src/revocation/crl-publisher.ts',
      find: 'next ??= last = last.catch(() => 0).then(sign);',
      replace: 'next = last = last.catch(() => 0).then(sign);',
      test: {
        file: 'packages/pki/test/publication.test.ts',
        title:
          'signs one list for calls that arrive while an earlier one waits, and another for one that arrives later',
      },
    },
    {
      name: 'list-covers-callers',
      off: 'a revocation is acknowledged with a list that had read the ledger before',
      file: 'packages/pki/src/revocation/crl-publisher.ts',
      find: '    next = undefined;\n    isBehind = true;',
      replace: '    isBehind = true;',
      test: {
        file: 'packages/pki/test/publication.test.ts',
        title:
          'signs one list for calls that arrive while an earlier one waits, and another for one that arrives later',
      },
    },
    {
      name: 'ordered-certificates',
      off: 'the audit trail does not have the certificates that administrators order',
      file: 'packages/authority/src/routes/certificate-routes.ts',
      find: 'onSigned: ({ notAfter, serialHex: serial, subject }) =>',
      replace:
        'onSigned: ({ notAfter, serialHex: serial, subject }) =>\n        serialHex !== serial ? undefined :',
      test: audited('has each order of an administrator once, done or refused'),
    },
    {
      name: 'ended-holds',
      off: 'the audit trail does not have who ended a hold',
      file: 'packages/authority/src/routes/revocation-routes.ts',
      find: "await audit.record({ ...entry, action: 'hold-ended',",
      replace: "if (serialHex === '') await audit.record({ ...entry, action: 'hold-ended',",
      test: audited('has each order of an administrator once, done or refused'),
    },
    {
      name: 'published-again',
      off: 'the audit trail does not have a version that was published again',
      file: 'packages/authority/src/publication/topology-publication.ts',
      find: '      await recordPublished();\n      return result;',
      replace: '      return result;',
      test: audited('has each order of an administrator once, done or refused'),
    },
    {
      name: 'every-refusal',
      off: 'the audit trail has a refusal only where the log has a line',
      file: 'packages/authority/src/refusals.ts',
      find: "const note: RefusalLog['note'] = (problem, caller) => {\n    audit?.refused(",
      replace:
        "const note: RefusalLog['note'] = (problem, caller) => {\n    if (limit.line({ name: 'audited', admitted: true }) !== undefined) audit?.refused(",
      test: audited('has every refusal of an administrator, also where the log leaves out lines'),
    },
    {
      name: 'ordered-without-end',
      off: 'an administrator orders certificates without end',
      file: 'packages/authority/src/routes/certificate-routes.ts',
      find: "caller, context, 'certificate'",
      replace: "caller, { ...context, limited: () => undefined }, 'certificate'",
      test: {
        file: 'apps/authority-server/test/request-limits.test.ts',
        title: 'is told to wait, refused orders counted too, and servers are not affected',
      },
    },
    {
      name: 'released-without-end',
      off: 'an administrator ends holds without end',
      file: 'packages/authority/src/routes/revocation-routes.ts',
      find: "context, 'command');",
      replace: "{ ...context, limited: () => undefined }, 'command');",
      test: {
        file: 'packages/authority/test/order-limits.test.ts',
        title:
          'revocations, ends of holds and topologies of an administrator are counted together, refused ones too',
      },
    },
    {
      name: 'carried-out-again',
      off: 'what a topology takes away stays valid where the publication could not be recorded at first',
      file: 'packages/authority/src/publication/topology-publication.ts',
      find: 'if (isRepeated && begun === undefined) {',
      replace: 'if (isRepeated) {',
      test: {
        file: 'packages/authority/test/audit-unavailable.test.ts',
        title: 'is carried out and recorded when it is sent again: a topology revokes what it has taken away',
        inOrder: true,
      },
    },
    {
      name: 'topology-recorded-first',
      off: 'a topology is in force of which nobody knows who published it',
      file: 'packages/authority/src/publication/topology-publication.ts',
      find: 'if (refused === undefined) await recordOrdered(next);',
      replace: 'if (refused !== undefined) await recordOrdered(next);',
      test: {
        file: 'packages/authority/test/audit-unavailable.test.ts',
        title: 'is not carried out: a topology is stored and in force only once the trail has who ordered it',
        inOrder: true,
      },
    },
    {
      name: 'trail-is-no-topology',
      off: 'an authority says until the next publication that a topology could not be stored, because the trail took no record once',
      file: 'packages/authority/src/publication/topology-publication.ts',
      find: '        fault === unrecorded ||\n',
      replace: '',
      test: {
        file: 'packages/authority/test/audit-unavailable.test.ts',
        title: 'is not carried out: a topology is stored and in force only once the trail has who ordered it',
        inOrder: true,
      },
    },
    {
      name: 'remedy-of-the-machine',
      off: 'an authority whose disk is full says that its log be read',
      file: 'packages/authority/src/health/health.ts',
      find: 'if (found === undefined) return { message, remedy: defectRemedy };',
      replace: "if (found === undefined || code !== 'EACCES') return { message, remedy: defectRemedy };",
      test: {
        file: 'packages/authority/src/health/health.test.ts',
        title: 'says what to do about a fault of the machine, also about one that brings no remedy',
      },
    },
    {
      name: 'server-of-the-authority',
      off: 'entente status says nothing of an authority whose log cannot be written',
      file: 'apps/authority-server/src/create-authority-server.ts',
      find: '      member: authority,\n',
      replace: '',
      test: {
        file: 'apps/authority-server/test/health.test.ts',
        title:
          'has what is wrong with its server besides, such as a log that takes no lines, for as long as that is so',
      },
    },
    {
      name: 'first-state-unsigned',
      off: 'a member is told that no topology is published where its trust state cannot be signed',
      file: 'packages/authority/src/routes/trust-state-routes.ts',
      find: '{ ...noState, ...untold }',
      replace: 'noState',
      test: {
        file: 'packages/authority/test/untold-changes.test.ts',
        title:
          'is no missing topology where it is the first since a start: a member that asks learns what keeps it from being signed',
        inOrder: true,
      },
    },
    {
      name: 'open-files-nearly-used-up',
      off: 'a server that soon closes each new connection is well',
      file: 'packages/host/src/management/open-files.ts',
      find: 'counted.open < counted.most * enough',
      replace: 'counted.most >= 0',
      test: {
        file: 'packages/host/src/management/open-files.test.ts',
        title:
          'a process that has nearly all open files that it may have is a problem that says how many, and what to do',
      },
    },
    {
      name: 'trail-hides-no-topology',
      off: 'an authority whose topologies cannot be stored is well once the trail takes no record either',
      file: 'packages/authority/src/health/health.ts',
      find: 'if (this.#failed.has(part) && recovered(fault)) throw fault;',
      replace: '',
      test: {
        file: 'packages/authority/src/health/health.test.ts',
        title: 'keeps what failed before where the next fault is not of this part',
      },
    },
    {
      name: 'order-counted-first',
      off: 'the body of an order that is one too many is read before it is refused',
      file: 'packages/authority/src/routes/order.ts',
      find: "const refused = guard('administrator', caller) ?? limited(what, caller);\n  if (refused !== undefined) return refused;\n  const order = await readObject(request, maxBytes);",
      replace:
        "const refused = guard('administrator', caller);\n  if (refused !== undefined) return refused;\n  const order = await readObject(request, maxBytes);\n  const tooMany = limited(what, caller);\n  if (tooMany !== undefined) return tooMany;",
      test: {
        file: 'packages/authority/test/order-limits.test.ts',
        title: 'an order that is one too many is refused before anything of it is read',
        inOrder: true,
      },
    },
    {
      name: 'removed-before-a-crash',
      off: 'an administrator who was removed keeps a certificate where the authority is killed when the version is stored',
      file: 'packages/authority/src/publication/resume-publication.ts',
      find: 'Math.max(one.issuedUntil, orderedAt)',
      replace: 'Math.min(one.issuedUntil, orderedAt)',
      test: {
        file: 'packages/authority/test/removed-before-a-crash.test.ts',
        title:
          'an administrator whom a version has removed keeps nothing of before it was published, also where the authority has ended in that moment',
      },
    },
    {
      name: 'recorded-first',
      off: 'a certificate is given out that could not be recorded',
      file: 'packages/authority/src/routes/certificate-routes.ts',
      find: 'audit.record({\n          ...entry,',
      replace: 'audit.note({\n          ...entry,',
      test: {
        file: 'packages/authority/test/audit-unavailable.test.ts',
        title: 'is not acknowledged: nobody gets the certificate',
      },
    },
  ],
};
