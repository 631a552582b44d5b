import type { MutationPatch, PatchList } from '../patch.ts';

const publicServer = 'packages/host/src/plain-http/public-server.ts';
const asked = (title: string): MutationPatch['test'] => ({
  file: 'packages/host/src/plain-http/public-server.test.ts',
  title,
});

/** What every server does once. */
export const patches: PatchList = {
  name: 'host',
  list: [
    {
      name: 'nearest-field',
      off: 'a misspelt field of a configuration is refused without the one that is meant',
      file: 'packages/host/src/config.ts',
      find: 'const meant = nearestName(key, fields);',
      replace: 'const meant = nearestName(key, []);',
      test: {
        file: 'packages/host/src/config.test.ts',
        title: 'refuses an unknown field and names its line and column',
      },
    },
    {
      name: 'misspelt-program',
      off: 'a misspelt part of a program is left out without a word',
      file: 'packages/host/src/run.ts',
      find: '    checkProgram(program);\n',
      replace: '',
      test: {
        file: 'packages/host/test/run-server.test.ts',
        title: 'refuses a program that is misspelt before it is told to stop',
      },
    },
    {
      name: 'header-deadlines',
      off: 'a connection that is handed to a server, and never sends a whole header, stays for ever',
      file: publicServer,
      find: 'setHeaderDeadlines(server, limits);',
      replace: '',
      test: asked(
        'closes them too where it does not listen itself, and is handed its connections, and so one that begins a second header and stops',
      ),
    },
    {
      name: 'places-of-an-address',
      off: 'one address takes every connection of the plain HTTP of an authority or edge',
      file: 'packages/host/src/plain-http/fair-places.ts',
      find: 'if (own >= maxPerGroup) return { admitted: false };',
      replace: '',
      test: {
        file: 'apps/authority-server/test/plain-http.test.ts',
        title: 'keeps one address from taking the places of others: silent connections shut no reader out',
      },
    },
    {
      name: 'places-of-others',
      off: 'silent connections of many addresses shut readers out',
      file: 'packages/host/src/plain-http/fair-places.ts',
      find: 'displaced = this.#displaceable(own + 1);',
      replace: '',
      test: asked('answers a reader while silent connections have taken every place'),
    },
    {
      name: 'answer-deadline',
      off: 'a client that does not read its answer keeps the connection',
      file: publicServer,
      find: '    endInTime(outgoing, answerTimeoutMs);\n',
      replace: '    if (answerTimeoutMs < 0) endInTime(outgoing, answerTimeoutMs);\n',
      test: asked('closes a connection whose answer is not taken in time'),
    },
    {
      name: 'management-address',
      off: 'anybody reads how a server is',
      file: 'packages/host/src/management/management-config.ts',
      find: "inside.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')",
      replace: "inside.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') || address !== ''",
      test: {
        file: 'packages/host/src/management/answer-management.test.ts',
        title: 'is never 0.0.0.0: no public address, not every address, no name',
      },
    },
    {
      name: 'management-host',
      off: 'a page in a browser of the machine reads how a server is',
      file: 'packages/host/src/management/answer-management.ts',
      find: 'if (!isOurs(request.host, managed.fqdn)) return',
      replace: "if (!isOurs(request.host, managed.fqdn) && managed.fqdn === '') return",
      test: {
        file: 'packages/host/src/management/answer-management.test.ts',
        title:
          'is not said to who asks for host rebound.example: a page in a browser may have pointed its own name here',
      },
    },
    {
      name: 'checked-configuration',
      off: 'a configuration is called valid that was not looked at',
      file: 'packages/host/src/run.ts',
      find: '      await program.check(configFile);\n',
      replace: '',
      test: { file: 'packages/host/test/run-server.test.ts', title: 'ends with status 2 where it is not' },
    },
    {
      name: 'long-parsing',
      off: 'ten thousand chunks of one octet are parsed in one turn of the event loop, and everybody waits for them',
      file: 'packages/host/src/plain-http/read-in-pieces.ts',
      find: 'if (reading.parsedIn === turn.count && turn.isOver) {',
      replace: 'if (reading.parsedIn < 0) {',
      test: {
        file: 'packages/host/src/plain-http/read-in-pieces.test.ts',
        title:
          'chunks of one octet hold nobody up: what takes longer than a turn may is parsed in the next ones',
      },
    },
    {
      name: 'gathered-ahead',
      off: 'memory for the longest body is taken when its first octet has come',
      file: 'packages/trust/src/octets/gathered-octets.ts',
      find: 'Math.min(Math.max(length, this.#octets.length * 2, leastOctets), this.#max)',
      replace: 'Math.max(this.#max, leastOctets)',
      test: {
        file: 'packages/trust/src/octets/gathered-octets.test.ts',
        title: 'take no more than twice their memory, however small the parts are',
      },
    },
    {
      name: 'management-remedy',
      off: 'the remedy for a management address where outsiders are served names the address that is refused',
      file: 'packages/host/src/management/management-config.ts',
      find: "outside === '127.0.0.1' ? '127.0.0.2'",
      replace: "outside === '' ? '127.0.0.2'",
      test: {
        file: 'packages/host/src/management/answer-management.test.ts',
        title: 'leads away from 127.0.0.1 where outsiders are served there, also where it was left out',
      },
    },
    {
      name: 'folder-not-writable',
      off: 'a folder in which no file can be created is said to be a file that may not be read',
      file: 'packages/host/src/fault.ts',
      find: 'if (fault.path !== undefined && isToBeCreated(fault.path)) {',
      replace: 'if (fault.path !== undefined && isToBeCreated(fault.code)) {',
      test: {
        file: 'packages/host/src/fault.test.ts',
        title: 'is that of the folder, with the user, where a file is to be created: EACCES',
      },
    },
    {
      name: 'file-in-place-of-a-folder',
      off: 'a file where a folder was to be created is a defect of the program',
      file: 'packages/host/src/fault.ts',
      find: "case 'EEXIST': {",
      replace: "case 'EXIST': {",
      test: {
        file: 'packages/host/src/fault.test.ts',
        title: 'says what is in the place of a folder, or of a file that was to be new',
      },
    },
    {
      name: 'link-without-an-end',
      off: 'a link that leads to itself is a defect of the program',
      file: 'packages/host/src/fault.ts',
      find: "['ELOOP', ['the path",
      replace: "['LOOP', ['the path",
      test: {
        file: 'packages/host/src/fault.test.ts',
        title: 'is one that an operator can fix, with a sentence and a remedy: ELOOP',
      },
    },
    {
      name: 'fqdn-in-capitals',
      off: 'a configuration with a name that the topology never lists is valid',
      file: 'packages/host/src/names-config.ts',
      find: '(name) => name === name.toLowerCase(),',
      replace: "(name) => name !== '',",
      test: {
        file: 'packages/host/src/names-config.test.ts',
        title: 'are its own in lower case, as the topology lists it, which the start compares it with',
      },
    },
    {
      name: 'address-of-letters',
      off: 'of an address that is none nothing is said of what was expected',
      file: 'packages/host/src/names-config.ts',
      find: ", 'expected an IP address, e.g. 192.0.2.7, found something else'),",
      replace: '),',
      test: {
        file: 'packages/host/src/names-config.test.ts',
        title: 'lead to IP addresses, and what was expected is said of anything else',
      },
    },
    {
      name: 'empty-file',
      off: 'an empty configuration is said to be of a wrong type, and nothing says what it needs',
      file: 'packages/host/src/config.ts',
      find: '  if (value === null || value === undefined) throw empty(file, schema);\n',
      replace: '',
      test: {
        file: 'packages/host/src/config.test.ts',
        title: 'says of an empty file that it is empty, and what it needs: ""',
      },
    },
    {
      name: 'managed-outside-at-start-alone',
      off: '--check-config does not notice that an edge would be managed where it serves outsiders',
      file: 'apps/edge-server/src/check-config.ts',
      find: '  refuseManagementOutside(management, outside.address, configFile);\n',
      replace: '',
      test: {
        file: 'packages/testkit/test/bad-configuration.test.ts',
        title: 'edge-server: managed where outsiders are served, with --check-config once it has joined',
      },
    },
  ],
};
