import type { PatchList } from '../patch.ts';

const commands = 'packages/commands/src';

/** Remedies that lead to what helps, and to nothing that costs more. */
export const patches: PatchList = {
  name: 'remedies',
  list: [
    {
      name: 'ended-administrator',
      off: 'an administrator whose certificate has ended is led to what is done for a lost key, and at the last to a new network',
      file: `${commands}/authority/connect-authority.ts`,
      find: '  return notAfter <= now\n',
      replace: '  return notAfter <= 0\n',
      test: {
        file: `${commands}/authority/refused-us.test.ts`,
        title: 'an administrator whose certificate has ended is told what can be seen of it',
      },
    },
    {
      name: 'joined-before',
      off: 'a server that has joined is given a second configuration, whose token it does not look at',
      file: `${commands}/authority/missing-certificate.ts`,
      find: 'hasHad ? anotherCertificate(',
      replace: 'hasHad && isExternal ? anotherCertificate(',
      test: {
        file: `${commands}/authority/missing-certificate.test.ts`,
        title: 'a server whose last certificate was revoked joins again once its folder is moved aside',
      },
    },
    {
      name: 'expired-before',
      off: 'a server whose last certificate has expired is taken for one that has never joined',
      file: `${commands}/authority/missing-certificate.ts`,
      find: ', expired: true }',
      replace: ' }',
      test: {
        file: `${commands}/authority/missing-certificate.test.ts`,
        title: 'a server whose last certificate expired joins again once its folder is moved aside',
      },
    },
    {
      name: 'start-on-a-full-disk',
      off: 'an authority that does not start on a full disk is said to need no restart',
      file: 'packages/store-sql/src/worker/execute.ts',
      find: ', and a request, a command or a start is repeated',
      replace: '',
      test: {
        file: 'packages/store-sql/test/failing-storage.test.ts',
        title: 'is in the standing since it began, until a change is stored',
      },
    },
    {
      name: 'signer-of-a-mount-point',
      off: 'a restore whose folder was emptied is refused, as nothing says whose backup it is',
      file: 'packages/pki/src/node/backup/restore-faults.ts',
      find: ', and with --signer and the hash that entente ca backup printed',
      replace: '',
      test: {
        file: 'packages/pki/test/backup.test.ts',
        title: 'says that a mount point cannot be set aside',
      },
    },
    {
      name: 'another-root-at-the-root',
      off: 'a request for another root of the domain is not said to be that',
      file: 'packages/pki/src/rollover/examine-request.ts',
      find: 'if (request.root !== spkiHash(root.der)) {',
      replace: "if (request.root === '') {",
      test: {
        file: 'packages/pki/test/another-root.test.ts',
        title: 'is refused with the names of both roots, by the root and by the authority',
      },
    },
    {
      name: 'another-root-at-the-authority',
      off: 'the answer of another root of the domain is not said to be that',
      file: 'packages/pki/src/rollover/verify-answer.ts',
      find: 'if (answer.root !== spkiHash(root.der)) {',
      replace: "if (answer.root === '') {",
      test: {
        file: 'packages/pki/test/another-root.test.ts',
        title: 'is refused with the names of both roots, by the root and by the authority',
      },
    },
    {
      name: 'retired-a-day-early',
      off: 'a root is said to be ready to be retired while open connections depend on it',
      file: 'packages/authority/src/rollover/root-status.ts',
      find: 'return now < since + dialledAgainMs\n',
      replace: 'return now < since\n',
      test: {
        file: 'packages/authority/test/root-rollover.test.ts',
        title:
          'refuses to retire the first root while an administrator has no certificate below the next, and names them',
        inOrder: true,
      },
    },
    {
      name: 'answer-under-way',
      off: 'a request whose answer was brought is said to wait for the key of the root',
      file: 'packages/authority/src/rollover/rollover.ts',
      find: 'else if (await folder.exists(request)) waiting.push(request);',
      replace: 'if (await folder.exists(request)) waiting.push(request);',
      test: {
        file: 'packages/authority/test/root-rollover.test.ts',
        title: 'lets the next root certify an authority once it is active, which takes over an hour later',
        inOrder: true,
      },
    },
    {
      name: 'retire-warns',
      off: 'topology root retire says nothing of a root that was tainted a moment ago',
      file: `${commands}/commands/topology-root.ts`,
      find: 'const warnings = isTainted ? tooEarly(',
      replace: 'const warnings = isTainted && signed === undefined ? tooEarly(',
      test: {
        file: 'packages/commands/test/root-verbs.test.ts',
        title: 'topology root retire warns where the version that taints the root may be younger than a day',
        inOrder: true,
      },
    },
    {
      name: 'expired-at-rest',
      off: 'a network that stood still for a week comes up with front ends that every server refuses',
      file: 'packages/network-folder/src/join-again.ts',
      find: 'now <= Date.parse(certificate.validTo)',
      replace: 'now > 0',
      test: {
        file: 'packages/network-folder/src/join-again.test.ts',
        title: 'joins again where its certificate has expired, and what it kept is set aside',
      },
    },
    {
      name: 'revoked-at-rest',
      off: 'a front end that was revoked joins again by itself',
      file: 'packages/network-folder/src/join-again.ts',
      find: 'rows.slice(own).some(isWithdrawn)',
      replace: 'rows.slice(own).length === 0',
      test: {
        file: 'packages/network-folder/src/join-again.test.ts',
        title: 'does not join again by itself where its certificate was revoked',
      },
    },
    {
      name: 'unknown-at-rest',
      off: 'a front end of which the authority knows nothing joins again by itself',
      file: 'packages/network-folder/src/join-again.ts',
      find: 'const isLost = own < 0 || ',
      replace: 'const isLost = ',
      test: {
        file: 'packages/network-folder/src/join-again.test.ts',
        title: 'does not join again by itself where its certificate is of another authority',
      },
    },
    {
      name: 'pool-that-is-there',
      off: 'a pool that is there is to be added once more, which is refused',
      file: 'packages/topology/src/checks/check-homes.ts',
      find: "({ domains, role }) => role === 'front-end' &&",
      replace: "({ domains, role }) => role === 'edge' &&",
      test: {
        file: 'packages/commands/test/pool-homes.test.ts',
        title: 'says at once how it becomes the home of users, and so does check: by a command that works',
      },
    },
    {
      name: 'port-beyond',
      off: 'a port that there is none of is refused without its option',
      file: `${commands}/topology/add/read-port.ts`,
      find: 'port >= 1 && port <= 65_535',
      replace: 'port >= 0',
      test: {
        file: `${commands}/topology/add/read-port.test.ts`,
        title: 'is refused with the option and the range: "99999"',
      },
    },
    {
      name: 'letters-beyond-ascii',
      off: 'a name with letters beyond ASCII is refused without its form in DNS',
      file: 'packages/topology/src/document/shape-problems.ts',
      find: 'asciiProblem(code, path, issue.input) ??',
      replace: '',
      test: {
        file: 'packages/topology-planning/test/shapes.test.ts',
        title: 'are refused in a name of a server with its form in DNS',
      },
    },
    {
      name: 'no-topology',
      off: 'a file without content is a document that must be fields',
      file: 'packages/topology/src/document/shape-problems.ts',
      find: 'if (input === null && path.length === 0) return emptyProblem;',
      replace: '',
      test: {
        file: 'packages/topology-planning/test/shapes.test.ts',
        title: 'is refused with what it needs and the command that writes it: ""',
      },
    },
    {
      name: 'line-ends',
      off: 'an edit of a topology with the line ends of Windows changes every line',
      file: `${commands}/topology/edit-topology.ts`,
      find: 'withLineEndsOf(text, document.toString(style))',
      replace: 'document.toString(style)',
      test: {
        file: 'packages/commands/test/line-ends.test.ts',
        title:
          'topology add keeps the line ends of the file, and with them every line that it does not change',
      },
    },
    {
      name: 'bare-duration',
      off: 'a number alone counts milliseconds where people mean seconds',
      file: `${commands}/read-duration.ts`,
      find: "unit = 's'",
      replace: "unit = 'ms'",
      test: {
        file: `${commands}/read-duration.test.ts`,
        title: 'is a whole number with its unit, or of seconds: 2',
      },
    },
    {
      name: 'chmod-with-spaces',
      off: 'a command to paste leads to another file where the path has spaces',
      file: 'packages/store-sql/src/refuse-exposed-database.ts',
      find: 'shellWord(path)',
      replace: '(path)',
      test: {
        file: 'packages/store-sql/test/exposed-database.test.ts',
        title: 'is not opened where others may read or write it: it has the digests of the users',
      },
    },
    {
      name: 'held-certificate',
      off: 'a server whose certificate is on hold is said to have none, and to join again',
      file: `${commands}/authority/member-state.ts`,
      find: "if (worth === 'on hold' && endsAlive(certificate, members.at)) held.set(key, certificate);",
      replace: '',
      test: {
        file: `${commands}/authority/member-state.test.ts`,
        title: 'has none where the last one is on hold, and need not join again',
      },
    },
    {
      name: 'join-for-a-hold',
      off: 'a server whose certificate is on hold is to join again, although the hold can end',
      file: `${commands}/authority/missing-certificate.ts`,
      find: "if (onHold !== undefined) return endOfHold(onHold.serial).join('; ');",
      replace: '',
      test: {
        file: `${commands}/authority/missing-certificate.test.ts`,
        title:
          'a server whose last certificate is on hold does not join again: the hold ends, or becomes final',
      },
    },
    {
      name: 'help-for-programs',
      off: 'a program that asks for the commands as JSON gets text',
      file: `${commands}/cli.ts`,
      find: "if (asJson && args[0] === 'help' && ",
      replace: "if (asJson && args[0] === 'commands' && ",
      test: {
        file: 'packages/commands/test/command-list.test.ts',
        title: 'lists every command with its arguments and options, as one JSON object',
      },
    },
  ],
};
