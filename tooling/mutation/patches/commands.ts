import type { MutationPatch, PatchList } from '../patch.ts';

const commands = 'packages/commands/src';
const mayIssue = 'packages/authority/src/may-issue.ts';
const routes = 'packages/authority/src/routes/certificate-routes.ts';

const signedFiles = (title: string): MutationPatch['test'] => ({
  file: 'packages/commands/test/signed-files.test.ts',
  title,
});
const confirming = (title: string): MutationPatch['test'] => ({
  file: 'packages/commands/test/confirm.test.ts',
  title,
});
const sent = (title: string): MutationPatch['test'] => ({
  file: 'packages/commands/test/authority-commands.test.ts',
  title,
  inOrder: true,
});
const judged = (title: string): MutationPatch['test'] => ({
  file: `${commands}/authority/member-state.test.ts`,
  title,
});
const stated = (title: string): MutationPatch['test'] => ({
  file: 'packages/commands/test/network-state.test.ts',
  title,
  inOrder: true,
});
const issuing = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/may-issue.test.ts',
  title,
});
const ordered = (title: string): MutationPatch['test'] => ({
  file: 'apps/authority-server/test/certificate-orders.test.ts',
  title,
  inOrder: true,
});

/** What the command line refuses or asks, and what administrators may order of the authority. */
export const patches: PatchList = {
  name: 'commands',
  list: [
    {
      name: 'pasted-serial',
      off: 'one certificate in 256 is not found by the serial number that OpenSSL shows',
      file: 'packages/commands/src/authority/certificates.ts',
      find: "const isNegative = even >= '80';",
      replace: 'const isNegative = even === undefined;',
      test: {
        file: 'packages/commands/src/authority/read-serial.test.ts',
        title: 'is the one that the ledger has, however it was written',
      },
    },
    {
      name: 'program-of-role',
      off: 'a mediation server is said to be started by a program of the reader',
      file: `${commands}/commands/join-token.ts`,
      find: "  ['mediation', 'entente-pool-server'],\n",
      replace: '',
      test: sent('join-token names the program that the role of the server asks for'),
    },
    {
      name: 'first-certificate',
      off: 'a gateway without a certificate is said to join',
      file: `${commands}/authority/first-certificate.ts`,
      find: "['gateway', 'reverse-proxy']",
      replace: "['reverse-proxy']",
      test: stated(
        'status says what each server has and acts on, and ends with status 1 where something needs attention',
      ),
    },
    {
      name: 'issuer-revoked',
      off: 'a certificate below a revoked issuing authority is shown as valid',
      file: `${commands}/authority/certificates.ts`,
      find: "if (issuerRevoked === true) return 'issuer revoked';",
      replace: "if (issuerRevoked === true && notAfter < 0) return 'issuer revoked';",
      test: judged(
        'whose certificate is below a revoked issuing authority has none that is valid, and must join again',
      ),
    },
    {
      name: 'issuer-revoked-count',
      off: 'certificates below a revoked issuing authority are counted as valid',
      file: 'packages/authority/src/rollover/issued-by.ts',
      find: 'revocation === undefined && !revokedIssuers.has(issuer)',
      replace: 'revocation === undefined',
      test: {
        file: 'packages/authority/test/revoked-issuer.test.ts',
        title: 'counts none of them as valid, and no server as one that depends on the root by them',
      },
    },
    {
      name: 'unnamed-administrator',
      off: 'the ceremony certifies an administrator whom the topology does not name, and who can do nothing',
      file: 'packages/commands/src/commands/ca-init.ts',
      find: 'if (unnamed.length === 0) return;',
      replace: 'if (unnamed.length >= 0) return;',
      test: {
        file: 'packages/commands/src/commands/ca-init.test.ts',
        title:
          'refuses an administrator whom the topology does not name, at once and before it creates anything',
      },
    },
    {
      name: 'signed-files',
      off: 'a signed version is edited where the YAML was meant',
      file: `${commands}/topology/edit-topology.ts`,
      find: '  refuseSigned(file, text);\n',
      replace: '',
      test: signedFiles('is not changed by add, which names the YAML instead'),
    },
    {
      name: 'laid-out',
      off: 'a signed version counts as YAML once a program has laid it out',
      file: `${commands}/topology/read-topology.ts`,
      find: 'return /^\\s*\\{\\s*"(document|signatures)"\\s*:/.test(text);',
      replace: 'return text.startsWith(\'{"document":\');',
      test: signedFiles('is not changed either where a program has laid it out differently'),
    },
    {
      name: 'version-before',
      off: 'a version is approved against another one than it follows',
      file: `${commands}/authority/version-before.ts`,
      find: 'if (found !== undefined && topologyHash(found) === document.previous) return found;',
      replace: 'if (found !== undefined) return found;',
      test: signedFiles(
        'does not sign what it cannot compare: the version before is missing, or is another one',
      ),
    },
    {
      name: 'ending-of-others',
      off: 'status is silent about the certificates of other administrators and of stores that end',
      file: `${commands}/authority/ending-certificates.ts`,
      find: 'notAfter - now < endingMs && serial !== own',
      replace: 'notAfter < now && serial !== own',
      test: {
        file: `${commands}/authority/ending-certificates.test.ts`,
        title: 'of administrators and stores need attention in their last two weeks',
      },
    },
    {
      name: 'partner-of-an-anchor',
      off: 'a whole partner is removed although one of its roots may be meant',
      file: `${commands}/commands/topology-remove.ts`,
      find: 'refusePartner(given);',
      replace: '',
      test: {
        file: 'packages/commands/test/partner-entry.test.ts',
        title: 'has roots that come and go one by one, and keeps everything else of its entry',
      },
    },
    {
      name: 'dropped-options',
      off: 'an option of a partner that counts for nothing is taken without a word',
      file: `${commands}/topology/add/add-partner.ts`,
      find: 'refuseUnused(given);\n',
      replace: '\n',
      test: {
        file: 'packages/commands/test/partner-entry.test.ts',
        title: 'is added with no option that its kind has no place for: --address 192.0.2.7',
      },
    },
    {
      name: 'begin-again',
      off: 'an administrator who has another version than the one before is led to write a first version',
      file: `${commands}/authority/version-before.ts`,
      find: "{hasNone ? beginAgain : ''}`",
      replace: '{beginAgain}`',
      test: signedFiles(
        'does not sign what it cannot compare: the version before is missing, or is another one',
      ),
    },
    {
      name: 'approve-asks',
      off: 'a version is approved without being asked about',
      file: `${commands}/commands/topology-approve.ts`,
      find: '}, given.yes);',
      replace: '}, true);',
      test: signedFiles(
        'shows what changes from the version before, and signs nothing that nobody has confirmed',
      ),
    },
    {
      name: 'approve-complete',
      off: 'a version with all its signatures is approved again',
      file: `${commands}/commands/topology-approve.ts`,
      find: 'if (inForce !== undefined && topologyHash(inForce) === topologyHash(document)) {',
      replace: 'if (inForce !== undefined && topologyHash(inForce) === "") {',
      test: signedFiles(
        'is left by approve where it has all its signatures or another version is in force: topology.signed.json',
      ),
    },
    {
      name: 'no-terminal',
      off: 'what standard input happens to have is taken for an answer',
      file: `${commands}/topology/confirm.ts`,
      find: 'if (input.isTTY !== true) {',
      replace: 'if (input.isTTY === undefined) {',
      test: confirming('cannot be given without a terminal: --yes is named, whatever standard input says'),
    },
    {
      name: 'only-yes',
      off: 'every answer that begins with y is a yes',
      file: `${commands}/topology/confirm.ts`,
      find: '/^y(es)?$/i',
      replace: '/^y/i',
      test: confirming('is not given by "yesterday\\n": nothing is done'),
    },
    {
      name: 'publish-pending',
      off: 'publish succeeds with nothing to publish, while the newest version needs signatures',
      file: `${commands}/commands/topology-publish.ts`,
      find: '  if (waiting !== undefined) {\n',
      replace: '  if (waiting !== undefined && waiting.next === "") {\n',
      test: sent(
        'topology publish says that nothing was published where the newest version still needs signatures',
      ),
    },
    {
      name: 'publish-asks',
      off: 'a version that takes something away is published without being asked about',
      file: `${commands}/commands/topology-publish.ts`,
      find: '  if (changes.some(takesAway)) {\n',
      replace: '  if (changes.length < 0) {\n',
      test: sent(
        'topology publish asks before it takes something away, and --dry-run shows it and sends nothing',
      ),
    },
    {
      name: 'revoke-asks',
      off: 'certificates are revoked without being asked about',
      file: `${commands}/commands/cert-revoke.ts`,
      find: '}, options.yes);',
      replace: '}, true);',
      test: sent('cert revoke asks first, and --dry-run shows what it would revoke and revokes nothing'),
    },
    {
      name: 'rollback-asks',
      off: 'a rollback replaces the YAML without being asked about',
      file: `${commands}/commands/topology-rollback.ts`,
      find: '}, yes);',
      replace: '}, true);',
      test: {
        file: 'packages/commands/test/going-back.test.ts',
        title: 'writes nothing before it is confirmed, and keeps what the YAML had',
      },
    },
    {
      name: 'json-faults',
      off: 'a program that asked for JSON gets a sentence',
      file: `${commands}/cli.ts`,
      find: 'const fault = asJson ? describeFault(error, place) : undefined;',
      replace: 'const fault = args.length < 0 ? describeFault(error, place) : undefined;',
      test: {
        file: 'packages/commands/test/faults.test.ts',
        title: 'is one JSON object on standard output, and nothing else: entente topology check missing.yaml',
      },
    },
    {
      name: 'own-name-only',
      off: 'an administrator gets the certificate of another one',
      file: mayIssue,
      find: "return requester.kind === 'administrator' && requester.name === subject;",
      replace: "return requester.kind === 'administrator';",
      test: issuing(
        'gives an administrator the next certificate of their own, and nobody else that of an administrator',
      ),
    },
    {
      name: 'not-the-authority',
      off: 'an administrator gets a certificate of the authority',
      file: mayIssue,
      find: "return requester.kind === 'administrator' ? subject !== authority : requester.server === subject;",
      replace: "return requester.kind === 'administrator' ? authority !== '' : requester.server === subject;",
      test: issuing(
        'gives an administrator a certificate for a server that the topology lists, and never for the authority',
      ),
    },
    {
      name: 'named-administrators',
      off: 'an administrator whom the topology does not name orders certificates',
      file: mayIssue,
      find: '(current === undefined || !isNamed(current, requester.name))) {',
      replace: 'current === undefined) {',
      test: issuing(
        'gives nothing to an administrator whom the topology does not name, and to none before there is one',
      ),
    },
    {
      name: 'list-guard',
      off: 'every member reads which certificates there are',
      file: routes,
      find: "app.get('/certificates', async (c) => {\n    const { caller } = c.env;\n    const refused = guard('administrator', caller);",
      replace:
        "app.get('/certificates', async (c) => {\n    const { caller } = c.env;\n    const refused = guard('member', caller);",
      test: ordered('are for administrators only'),
    },
    {
      name: 'revoked-meanwhile',
      off: 'an administrator whose certificate was revoked gets another one on an open connection',
      file: routes,
      find: 'if ((await findIssued(opened.ledger, issuance, serialHex))?.revocation !== undefined) {',
      replace: "if ((await findIssued(opened.ledger, issuance, serialHex))?.subject === '') {",
      test: {
        file: 'packages/authority/test/revoked-requester.test.ts',
        title: 'an administrator whose certificate was revoked on an open connection gets no other one',
      },
    },
    {
      name: 'behind-topology',
      off: 'a server with an older topology needs nothing',
      file: `${commands}/authority/member-state.ts`,
      find: 'if (standing.topology < state.topology.version)',
      replace: 'if (standing.topology < 0)',
      test: judged('is behind with an older topology, an older list, or without the list'),
    },
    {
      name: 'behind-list',
      off: 'a server with a list of another authority is up to date',
      file: `${commands}/authority/member-state.ts`,
      find: 'list.issuer === issuer && list.shard === shard',
      replace: 'list.shard === shard',
      test: judged('is behind with an older topology, an older list, or without the list'),
    },
    {
      name: 'silent-server',
      off: 'a server that has stopped needs nothing',
      file: `${commands}/authority/member-state.ts`,
      find: 'if (isSilentSince(lastSeen, members))',
      replace: 'if (members.at < lastSeen)',
      test: judged('is silent after more than three minutes without a report'),
    },
    {
      name: 'never-reported',
      off: 'a server that never reports needs nothing',
      file: `${commands}/authority/member-state.ts`,
      find: '...(owesReport && isSilentSince(members.since, members)',
      replace: '...(owesReport && members.at < 0',
      test: judged(
        'that has a certificate and has not reported is silent once the authority has run for three minutes',
      ),
    },
    {
      name: 'last-third',
      off: 'a certificate in the last third of its life needs nothing',
      file: `${commands}/authority/member-state.ts`,
      find: 'if ((until - now) * 3 >= lifetime) return [];',
      replace: 'if (until >= now) return [];',
      test: judged('has a certificate about to end in the last third of its life'),
    },
    {
      name: 'certificate-in-use',
      off: 'a server is judged by a certificate that it does not use',
      file: `${commands}/authority/member-state.ts`,
      find: 'Date.parse(report.standing.certificateEnd)',
      replace: 'certificate.notAfter',
      test: judged('is judged by the certificate that it uses, although a newer one was issued'),
    },
    {
      name: 'health-of-authority',
      off: 'what fails at the authority does not fail the status',
      file: `${commands}/commands/status.ts`,
      find: '...problems.map(({ message, part }) =>',
      replace: '...problems.slice(problems.length).map(({ message, part }) =>',
      test: stated('status says what fails at the authority, with the remedy'),
    },
    {
      name: 'audit-of-all',
      off: 'an authority that reads no actor shows what all have done as what one has done',
      file: 'packages/commands/src/authority/audit.ts',
      find: 'if (actor !== undefined && records.some((one) => one.actor !== actor)) throw ofEverybody();',
      replace: '',
      test: {
        file: 'packages/commands/src/authority/audit.test.ts',
        title: 'is refused where the authority answers with the records of all',
      },
    },
    {
      name: 'emergency-key',
      off: 'the key of an administrator is taken for the emergency',
      file: 'packages/commands/src/commands/topology-init.ts',
      find: 'given.emergency !== undefined && given.administrator.includes(given.emergency)',
      replace: "given.emergency === '' && given.administrator.includes(given.emergency)",
      test: {
        file: 'packages/commands/test/emergency-key.test.ts',
        title: 'refuses the key of an administrator as that of the emergency',
      },
    },
  ],
};
