import type { MutationPatch, PatchList } from '../patch.ts';

const authorise = 'packages/topology/src/matrix/authorise.ts';
const rules = 'packages/topology/src/matrix/link-rules.ts';
const verify = 'packages/topology/src/signing/';
const signers = verify;

const authoriseTest = (title: string): MutationPatch['test'] => ({
  file: 'packages/topology/test/authorise.test.ts',
  title,
});
const matrixTest = (title: string): MutationPatch['test'] => ({
  file: 'packages/topology/test/allow-matrix.test.ts',
  title,
});
const signingTest = (title: string): MutationPatch['test'] => ({
  file: 'packages/topology/test/signing.test.ts',
  title,
});

const canonicalTest = (title: string): MutationPatch['test'] => ({
  file: 'packages/topology/src/signing/read-canonical.test.ts',
  title,
});

/** The checks of the signed topology: who is in it, on which link, and who had to sign it. */
export const patches: PatchList = {
  name: 'topology',
  list: [
    {
      name: 'misspelt-direction',
      off: 'a link whose direction is misspelt counts as one that this end has opened',
      file: authorise,
      find: '    checkDirection(link.direction);\n',
      replace: '',
      test: authoriseTest('allows nobody in the direction inbond, which is none'),
    },
    {
      name: 'unknown-role',
      off: 'a role that there is not is an error without place and remedy',
      file: 'packages/topology/src/network/build-topology.ts',
      find: 'if (Object.hasOwn(defaultPorts, role)) return;',
      replace: 'if (Object.hasOwn(defaultPorts, role) || of !== undefined) return;',
      test: {
        file: 'packages/topology/test/network.test.ts',
        title: 'is refused with the role and the server (frontend)',
      },
    },
    {
      name: 'membership',
      off: 'a server that is not in the topology is let in',
      file: authorise,
      find: "if ('reason' in selected) return refused(selected);",
      replace: "if ('reason' in selected) return { ok: true, server: 'x', role: 'front-end', row: 0 };",
      test: authoriseTest('refuses a valid certificate that is not in the topology'),
    },
    {
      name: 'one-server',
      off: 'a certificate that names two servers is either of them',
      file: authorise,
      find: 'if (found.length > 1) return ambiguous(found);',
      replace: "if (found.length > 1) return { server: found[0]!, interface: 'internal' };",
      test: authoriseTest('refuses a certificate that names two servers'),
    },
    {
      name: 'pool-member',
      off: 'any server may answer for a pool',
      file: authorise,
      find: 'if (pool !== undefined && server.pool !== pool) return notInPool(server, pool);',
      replace: '',
      test: authoriseTest('refuses a server that answers for a pool it is not in'),
    },
    {
      name: 'role-on-link',
      off: 'two roles that no row of the matrix links may talk',
      file: authorise,
      find: 'if (rules.length === 0) return refused(roleRefusal(ours.end, theirs, local.service));',
      replace: 'if (rules.length === 0) return { ok: true, server: server.fqdn, role: server.role, row: 0 };',
      test: authoriseTest('refuses the external certificate of an edge on an internal link'),
    },
    {
      name: 'opening-direction',
      off: 'either side may open a link',
      file: authorise,
      find: 'rules.find((rule) => includesSide(rule.mayOpen, openerSide(rule, inbound)));',
      replace: 'rules[0];',
      test: matrixTest(
        'lets an outbound-only application be dialled and answer with requests, but open nothing',
      ),
    },
    {
      name: 'outbound-only',
      off: 'an application flagged outbound-only may dial us',
      file: rules,
      find: "return row.protection === 'MTLS' && end.server?.flags.outboundOnly === true;",
      replace: 'return false;',
      test: matrixTest(
        'lets an outbound-only application be dialled and answer with requests, but open nothing',
      ),
    },
    {
      name: 'closed-link',
      off: 'a link that the topology closes stays open',
      file: rules,
      find: 'if (narrowing.closed) return undefined;',
      replace: '',
      test: authoriseTest('closes a link for everybody'),
    },
    {
      name: 'canonical',
      off: 'a signed text is read in any spelling, a field given twice included',
      file: verify,
      find: 'if (writtenAgain(value) === text) return { ok: true, value };',
      replace: 'if (writtenAgain(value) !== undefined) return { ok: true, value };',
      test: canonicalTest('refuses a field given twice'),
    },
    {
      name: 'signed-depth',
      off: 'a signed text may be nested as deep as it likes',
      file: verify,
      find: 'if (++depth > maxDepth)',
      replace: 'if (++depth > text.length)',
      test: canonicalTest('counts levels before it builds anything'),
    },
    {
      name: 'signed-length',
      off: 'a signed text may be of any length',
      file: verify,
      find: 'if (text.length > maxLength) {',
      replace: 'if (text.length < 0) {',
      test: canonicalTest('counts values and characters before it builds anything'),
    },
    {
      name: 'hidden-characters',
      off: 'a signed text may have characters that nobody can see',
      file: verify,
      find: 'if (at !== -1) {\n    const code',
      replace: 'if (at < -1) {\n    const code',
      test: canonicalTest('refuses a separator of lines'),
    },
    {
      name: 'field-proto',
      off: 'a signed text may have a field named __proto__',
      file: verify,
      find: "return text.includes('\"__proto__\":') ? 'The text has a field named __proto__.' : undefined;",
      replace: 'return undefined;',
      test: canonicalTest('refuses a field __proto__'),
    },
    {
      name: 'signature',
      off: 'a signature of the topology is not verified',
      file: signers,
      find: 'if (key === undefined || !isSignedBy(key, header, signature, payload)) continue;',
      replace: 'if (key === undefined) continue;',
      test: signingTest(
        'is refused unsigned, signed by a key that it does not list, or with a signature over another document',
      ),
    },
    {
      name: 'signature-count',
      off: 'fewer administrators than required may sign',
      file: verify,
      find: 'if (signers.inForce.size < needed) {',
      replace: 'if (signers.inForce.size < 0) {',
      test: signingTest('is refused under-signed, and with administrators that the join token does not name'),
    },
    {
      name: 'quorum-to-widen',
      off: 'one administrator may add a server',
      file: verify,
      find: 'const needed = oneIsEnough.has(effect) ? 1 : inForce.required;',
      replace: 'const needed = 1;',
      test: signingTest('needs one signature to remove a server, and a quorum to add one'),
    },
    {
      name: 'new-administrators-agree',
      off: 'the new administrators need not sign',
      file: verify,
      find: "if (effect === 'administrators' && signers.proposed.size < proposed.required) {",
      replace: 'if (signers.proposed.size < 0) {',
      test: signingTest('needs the old and the new set to change the administrators'),
    },
    {
      name: 'one-signature-each',
      off: 'one administrator may sign twice',
      file: signers,
      find: 'signers.add(key.id);',
      replace: "signers.add(key.id + '+'.repeat(signers.size));",
      test: signingTest('counts two signatures of one administrator as one'),
    },
    {
      name: 'administrators-of-the-token',
      off: 'a first topology may name any administrators',
      file: verify,
      find: 'if (found !== known.administratorSetHash) {',
      replace: 'if (found === undefined) {',
      test: signingTest('is refused under-signed, and with administrators that the join token does not name'),
    },
    {
      name: 'rollback',
      off: 'an older version replaces a newer one',
      file: verify,
      find: 'if (document.version < known.version) {',
      replace: 'if (document.version < 0) {',
      test: signingTest(
        'is refused older, forked, after a gap, of another network, expired, superseded or not yet issued',
      ),
    },
    {
      name: 'expiry',
      off: 'an expired topology is accepted',
      file: verify,
      find: 'if (knowledge.superseded !== true && isExpired(document, now)) {',
      replace: 'if (knowledge.superseded === true && isExpired(document, now)) {',
      test: signingTest(
        'is refused older, forked, after a gap, of another network, expired, superseded or not yet issued',
      ),
    },
    {
      name: 'announced-version',
      off: 'a version that the authority has superseded is accepted',
      file: verify,
      find: 'if (latest !== undefined && latest.version > document.version) {',
      replace: 'if (latest !== undefined && latest.version < 0) {',
      test: signingTest(
        'is refused where the authority has announced a later one, or another one of its version',
      ),
    },
    {
      name: 'confirmation',
      off: 'a topology that nobody has confirmed for weeks still lets servers pass',
      file: authorise,
      find: "if (standing.standing !== 'stale') return undefined;",
      replace: 'if (now > 0) return undefined;',
      test: authoriseTest('lets nobody pass after 96 hours, and says since when'),
    },
    {
      name: 'enforced-settings',
      off: 'a topology may promise what no program does',
      file: 'packages/topology/src/checks/check-document.ts',
      find: '  checkEnforcement(document, report);\n',
      replace: '',
      test: signingTest(
        'is refused where it sets what nothing enforces, by the signer and by the member that gets it',
      ),
    },
    {
      name: 'domain-without-home',
      off: 'a domain accepts users who can never register, and no check says so',
      file: 'packages/topology/src/checks/check-document.ts',
      find: '  checkHomes(document, report);\n',
      replace: '',
      test: {
        file: 'packages/topology-planning/test/checks.test.ts',
        title: 'a domain without a pool, none of whose users has a home, with code and place',
      },
    },
    {
      name: 'server-outside-domains',
      off: 'a server of a misspelt domain is signed without a word',
      file: 'packages/topology/src/checks/check-domains.ts',
      find: 'fqdn === domain ||',
      replace: 'fqdn.endsWith(domain) ||',
      test: {
        file: 'packages/topology-planning/test/checks.test.ts',
        title: 'a server whose name is in none of the domains, with code and place',
      },
    },
    {
      name: 'certificate-too-large',
      off: 'an edge gets a certificate that no edge of a partner takes, and no check has said so',
      file: 'packages/topology/src/checks/check-document.ts',
      find: '  checkCertificates(document, report);\n',
      replace: '',
      test: {
        file: 'packages/topology-planning/test/checks.test.ts',
        title:
          'an edge whose certificate would have more names than edges of partners take, with code and place',
      },
    },
    {
      name: 'entry-gives-home',
      off: 'a domain whose users have entries is said to give them no home',
      file: 'packages/topology/src/checks/check-homes.ts',
      find: 'users.some((address) =>',
      replace: "users.every((address) => address === '' &&",
      test: {
        file: 'packages/topology-planning/test/checks.test.ts',
        title: 'nothing, where an entry gives a user of such a domain a home, with code and place',
      },
    },
    {
      name: 'authority-out-of-reach',
      off: 'a topology may leave a server without any link to an authority, and no check says so',
      file: 'packages/topology/src/checks/check-document.ts',
      find: '  checkAuthorityLinks(document, report);\n',
      replace: '',
      test: {
        file: 'packages/topology-planning/test/checks.test.ts',
        title:
          'an edge that may not ask the authority and is not dialled by it, and administrators who may not ask, with code and place',
      },
    },
    {
      name: 'administrators-out-of-reach',
      off: 'a topology may close the link of administrators at every authority',
      file: 'packages/topology/src/checks/check-document.ts',
      find: '  checkAdministratorLinks(document, report);\n',
      replace: '',
      test: {
        file: 'packages/topology/test/administrator-link.test.ts',
        title: 'is not closed at every authority, in one entry or in two: it could never be opened again',
      },
    },
    {
      name: 'links-of-authority-by-one',
      off: 'one administrator closes the link over which the others would take it back',
      file: 'packages/topology/src/change/diff-topologies.ts',
      find: "quorumRows.has(row) ? 'quorum' : 'narrowing'",
      replace: "quorumRows.has(-row) ? 'quorum' : 'narrowing'",
      test: {
        file: 'packages/topology/test/narrowing.test.ts',
        title: 'quorum where the link of administrators is closed',
      },
    },
    {
      name: 'last-director',
      off: 'one administrator removes the last director, and outsiders reach front ends past it',
      file: 'packages/topology/src/change/diff-topologies.ts',
      find: "  ['director', [links.edgeToDirector.row]],",
      replace: '',
      test: {
        file: 'packages/topology/test/narrowing.test.ts',
        title: 'quorum where the last director is removed: outsiders reach front ends past it',
      },
    },
    {
      name: 'last-authority',
      off: 'one administrator removes the last authority',
      file: 'packages/topology/src/change/diff-topologies.ts',
      find: "  ['authority', [links.memberToAuthority.row, links.authorityToEdge.row, links.administratorToAuthority.row]],",
      replace: '',
      test: {
        file: 'packages/topology/test/signing.test.ts',
        title: 'needs a quorum to remove the last authority, because nothing could be taken back after it',
      },
    },
    {
      name: 'only-director-of-an-edge',
      off: 'one administrator removes the only director that an edge may send to, where another one stands elsewhere',
      file: 'packages/topology/src/change/diff-topologies.ts',
      find: '(after.links ?? []).some(({ row }) => rows.includes(row));',
      replace: '(after.links ?? []).some(({ row }) => rows.includes(-row));',
      test: {
        file: 'packages/topology/test/narrowing.test.ts',
        title:
          'quorum where a director is removed, and its link of edges narrower somewhere: it may be the only one that somebody reaches',
      },
    },
  ],
};
