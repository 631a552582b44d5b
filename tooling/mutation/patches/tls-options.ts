import type { MutationPatch, PatchList } from '../patch.ts';

const options = 'packages/tls/src/options/';
const serveModule = 'packages/tls/src/listen/platform-server.ts';

const test =
  (file: string) =>
  (title: string): MutationPatch['test'] => ({
    file: `packages/tls/test/${file}.test.ts`,
    title,
  });
const ofOptions = test('options');
const ofServe = test('serve-arguments');

/** What callers without a compiler may pass: the module, the options, and what their functions answer. */
export const patches: PatchList = {
  name: 'tls-options',
  list: [
    {
      name: 'open-after-a-fault',
      off: 'a listener that could not be made goes on listening',
      file: 'packages/tls/src/listen/serve.ts',
      find: '    if (server.listening) server.close();\n    for (const stop of stops)',
      replace: '    for (const stop of stops)',
      test: {
        file: 'packages/tls/test/own-validity.test.ts',
        title: 'leaves nothing open where what is called fails',
      },
    },
    {
      name: 'expired-at-start',
      off: 'a listener begins to present an expired certificate, and says nothing',
      file: 'packages/tls/src/listen/own-validity.ts',
      find: 'if (now >= notBefore && now <= notAfter) return;',
      replace: 'if (now >= notBefore) return;',
      test: {
        file: 'packages/tls/test/own-validity.test.ts',
        title:
          'is reported where it has expired; the listener listens, and a renewed one is presented without a word',
      },
    },
    {
      name: 'addresses-of-an-agent',
      off: 'an agent resolves a host whose address it was given',
      file: 'packages/tls/src/dial/agent.ts',
      find: 'host: this.#addresses?.get(host) ?? host,',
      replace: 'host,',
      test: {
        file: 'packages/tls/test/http-clients.test.ts',
        title: 'dials the address that it is given for a host, which has to prove the name of the host',
      },
    },
    {
      name: 'tls-server',
      off: 'a module that makes a plain server is served in the clear',
      file: serveModule,
      find: 'if (server instanceof tls.Server && !server.listening) return server;',
      replace: "if (typeof server === 'object') return server as tls.Server;",
      test: ofServe('is refused where what it makes is not a TLS server: node:http'),
    },
    {
      name: 'unknown-option',
      off: 'an option that does not exist is overlooked',
      file: options,
      find: 'throw unknownOption(key, rules, place);',
      replace: 'continue;',
      test: ofOptions('do not include rejectUnauthorized of node:tls: no option turns a check off'),
    },
    {
      name: 'option-of-a-prototype',
      off: 'options that are inherited are overlooked',
      file: options,
      find: 'return prototype === null || Object.getPrototypeOf(prototype) === null;',
      replace: 'return prototype !== undefined;',
      test: ofOptions('count only where they are its own, whatever a prototype has'),
    },
    {
      name: 'polluted-prototype',
      off: 'a changed Object.prototype sets options',
      file: options,
      find: 'const read = Object.create(null) as Record<string, unknown>;',
      replace: 'const read = {} as Record<string, unknown>;',
      test: ofOptions('is not taken from a prototype that somebody else has changed'),
    },
    {
      name: 'missing-option',
      off: 'an option that has no default may be missing',
      file: options,
      find: 'if (missing === undefined || read[name] !== undefined) continue;',
      replace: 'if (missing !== null) continue;',
      test: ofOptions('is missed by connect: allow'),
    },
    {
      name: 'allow-is-given',
      off: 'a listener starts without saying who may connect',
      file: 'packages/tls/src/listen/serve-shape.ts',
      find: 'if (options.allow !== undefined) return options;',
      replace: 'if (options !== undefined) return options;',
      test: ofOptions('is missed by serve: allow'),
    },
    {
      name: 'limits-in-range',
      off: 'a limit that is not a number turns itself off',
      file: options,
      find: 'if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value;',
      replace: "if (typeof value === 'number') return value;",
      test: {
        file: 'packages/tls/test/bounds.test.ts',
        title: 'refuses to start with maxConnectionsPerAddress NaN: no limit can be turned off',
      },
    },
    {
      name: 'name-to-expect',
      off: 'a client may expect no name at all',
      file: 'packages/tls/src/dial/outbound-shape.ts',
      find: "expectation('sip-domain', 'host', 'https', 'service'),",
      replace: "expectation('inbound', 'sip-domain', 'host', 'https', 'service'),",
      test: ofOptions('is refused by connect where it means nothing: {"expect":{"mode":"inbound"}}'),
    },
    {
      name: 'answer-of-allow',
      off: 'anything that looks like a yes lets a peer in',
      file: 'packages/tls/src/trust/allow.ts',
      find: 'return (peer, link) => checked(allow(peer, link), of);',
      replace: 'return of === undefined ? (peer, link) => checked(allow(peer, link), of) : allow;',
      test: ofServe('refuse the peer where allow answers something like a yes, and the fault says so'),
    },
    {
      name: 'dispatcher-that-dials',
      off: 'a class that dials by itself sends requests over connections that nobody has judged',
      file: 'packages/tls/src/dial/connects-by-option.ts',
      find: 'return asked;',
      replace: 'return asked || true;',
      test: ofOptions('refuses a class for the dispatcher that dials by itself'),
    },
    {
      name: 'refusal-that-throws',
      off: 'a connection stays open where the function that its refusal is reported to throws',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: 'callBack(this.#options.onRefusal, refusal, (fault) => this.#report(fault));',
      replace: 'void this.#options.onRefusal?.(refusal);',
      test: ofServe('keep no connection open whose refusal they cannot take'),
    },
    {
      name: 'log-of-refusals',
      off: 'a log without the method that writes is taken, and the first refused peer ends the process',
      file: 'packages/tls/src/log/log-refusal.ts',
      find: "  aLog.read(log, place.within('first argument'));\n",
      replace: '  void aLog;\n',
      test: {
        file: 'packages/tls/src/log/log-refusal.test.ts',
        title: 'is refused at once where it cannot be written to: a text',
      },
    },
    {
      name: 'limit-of-refusals',
      off: 'a limit of lines that counts nothing is taken, and the first refused peer ends the process',
      file: 'packages/tls/src/log/log-refusal.ts',
      find: "  aLimit.read(limit, place.within('second argument'));\n",
      replace: '  void aLimit;\n',
      test: {
        file: 'packages/tls/src/log/log-refusal.test.ts',
        title: 'has no limit but one that counts',
      },
    },
    {
      name: 'no-anchors',
      off: 'a trust without a single anchor is opened, and refuses everybody',
      file: 'packages/tls/src/trust/open-trust-shape.ts',
      find: "if (value.length === 0 && member === 'anchors')",
      replace: "if (value.length === 1 && member === 'crls')",
      test: ofOptions('is refused by openTrust where it means nothing: {"anchors":[]}'),
    },
    {
      name: 'passphrase-of-a-clear-key',
      off: 'a passphrase for a key that is in the clear protects nothing, without a word',
      file: 'packages/tls/src/credential/read-material.ts',
      find: "if (!isEncrypted && (passphrase ?? '') !== ''",
      replace: "if (!isEncrypted && passphrase === ''",
      test: test('credential')(
        'refuses a key in the clear for which there is a passphrase with ENTENTE_KEY_UNREADABLE, the place and a remedy',
      ),
    },
    {
      name: 'host-with-a-scheme',
      off: 'a host with a scheme is listed, and nothing is ever fetched from it',
      file: 'packages/tls/src/trust/open-trust-shape.ts',
      find: '/^(\\*|(\\*\\.)?[^\\s/:*[\\]]+)$/.test(value)',
      replace: "value !== ''",
      test: ofOptions(
        'is refused by openTrust where it means nothing: {"fetch":{"hosts":["http://ca.example"]}}',
      ),
    },
    {
      name: 'sentence-without-the-option',
      off: 'the sentence about an option does not say which one it is',
      file: 'packages/tls/src/options/option-rule.ts',
      find: "if (path === '') return `expected",
      replace: "if (path !== '.') return `expected",
      test: ofOptions('is named by the sentence too, in a list and in a group'),
    },
    {
      name: 'class-after-the-options',
      off: 'a dispatcher without a class speaks of an option of it',
      file: 'packages/tls/src/dial/dispatcher.ts',
      find: "  aClass.read(Dispatcher, new OptionPlace('dispatcher', 'first argument'));\n",
      replace: '  void OptionPlace;\n',
      test: ofOptions('refuses a class for the dispatcher that dials by itself'),
    },
    {
      name: 'misspelt-scope',
      off: 'after a change whose scope is misspelt no open connection is judged again',
      file: 'packages/tls/src/trust/create-trust.ts',
      find: "scope: readOptions(scope, changeScope, 'announce')",
      replace: 'scope',
      test: {
        file: 'packages/tls/test/arguments.test.ts',
        title: 'refuses to announce a scope with a misspelt list: no connection would be judged again',
      },
    },
    {
      name: 'place-to-hold',
      off: 'a port is held other than the one that was meant',
      file: 'packages/tls/src/listen/listen.ts',
      find: "readOptions(place, listenShape, 'holdPort')",
      replace: 'place',
      test: {
        file: 'packages/tls/test/arguments.test.ts',
        title: 'refuses a misspelt option and a port that is a text, and names them',
      },
    },
    {
      name: 'place-of-a-request',
      off: 'a client that has proven who it is loses its connection, because its request was given in the place of its socket',
      file: 'packages/tls/src/listen/unproven-places.ts',
      find: '  below<HasPlace[typeof placeKey]>(connection, placeKey)?.();',
      replace: '  (connection as HasPlace)[placeKey]?.();',
      test: {
        file: 'packages/tls/test/arguments.test.ts',
        title: 'finds the connection below a request, as peerOf does',
      },
    },
  ],
};
