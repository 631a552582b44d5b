import type { MutationPatch, PatchList } from '../patch.ts';

const closed = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/test/closed-trust.test.ts',
  title,
});
const unheard = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/test/unheard-faults.test.ts',
  title,
});

const failed = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/test/failed-handshakes.test.ts',
  title,
});

const handler = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/test/failing-handlers.test.ts',
  title,
});

const remedy = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/test/option-remedies.test.ts',
  title,
});

/** A trust that was disposed of, and faults of an application of which nothing hears. */
export const patches: PatchList = {
  name: 'tls-faults',
  list: [
    {
      name: 'misspelt-method',
      off: 'a request with a misspelt method is a GET',
      file: 'packages/tls/src/dial/request-of.ts',
      find: '  checkInit(init, of);\n',
      replace: '',
      test: {
        file: 'packages/tls/test/request-bodies.test.ts',
        title: 'is refused where its metod may be method: without that it would be another request',
      },
    },
    {
      name: 'credential-that-does-not-fit',
      off: 'a renewed certificate whose key does not fit is never heard of, until the present one ends',
      file: 'packages/tls/src/credential/load-credential.ts',
      find: '(fault) => reportFault(options.onFault, fault),',
      replace: '(fault) => options.onFault?.(fault),',
      test: {
        file: 'packages/tls/test/followed-files.test.ts',
        title: 'warns of it where no onFault hears of it, and stays what it was',
      },
    },
    {
      name: 'closed-trust-judges',
      off: 'a trust that was disposed of admits by what it knew then',
      file: 'packages/tls/src/trust/create-trust.ts',
      find: 'disposed === undefined ? supplier.judge.judge(presented, question) : closedVerdict(),',
      replace: 'supplier.judge.judge(presented, question),',
      test: closed('admits nobody at a listener that goes on'),
    },
    {
      name: 'closed-trust-as-option',
      off: 'a listener opens with a trust that was disposed of',
      file: 'packages/tls/src/options/peer-rules.ts',
      find: 'if (read.isClosed !== true) return read;',
      replace: 'if (read !== undefined) return read;',
      test: closed('is a fault where it is to judge, because it learns of no revocation any more'),
    },
    {
      name: 'fault-of-allow-ends-the-process',
      off: 'a peer for which allow throws ends the process',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: '    reportFault(this.#options.onFault, fault);\n',
      replace: '    this.#options.onFault?.(fault);\n',
      test: unheard('is a warning of the process, once for each fault'),
    },
    {
      name: 'warned-once',
      off: 'a flood of peers is a flood of warnings',
      file: 'packages/tls/src/fault/warn-of-fault.ts',
      find: '  told.add(text);\n',
      replace: '',
      test: unheard('is a warning of the process, once for each fault'),
    },
    {
      name: 'rejected-answer',
      off: 'an answer of allow that is rejected ends the process',
      file: 'packages/tls/src/trust/allow.ts',
      find: '  if (isThenable(answer)) hearRejection(answer, () => {});\n',
      replace: '',
      test: unheard('that answers a promise that is rejected admits nobody and ends nothing'),
    },
    {
      name: 'rejected-callback',
      off: 'what a promise of onRefusal is rejected with is reported nowhere',
      file: 'packages/tls/src/fault/call-back.ts',
      find: '    hearRejection(told(value), failed);\n',
      replace: '    Promise.resolve(told(value)).catch(() => {});\n',
      test: {
        file: 'packages/tls/test/failing-callbacks.test.ts',
        title: 'as onRefusal of a listener is a fault, and the listener goes on',
      },
    },
    {
      name: 'fault-of-on-fault',
      off: 'what onFault itself fails of is said nowhere',
      file: 'packages/tls/src/fault/call-back.ts',
      find: '  else callBack(onFault, fault, warnOfFault);\n',
      replace: '  else callBack(onFault, fault, () => {});\n',
      test: {
        file: 'packages/tls/test/failing-callbacks.test.ts',
        title: 'as onFault of a listener is a warning of the process',
      },
    },
    {
      name: 'refusal-replaced-by-a-fault',
      off: 'what onRefusal of a client fails of is said nowhere',
      file: 'packages/tls/src/dial/connect.ts',
      find: '    callBack(this.#options.onRefusal, refusal, warnOfFault);\n',
      replace: '    callBack(this.#options.onRefusal, refusal, () => {});\n',
      test: {
        file: 'packages/tls/test/failing-callbacks.test.ts',
        title: 'as onRefusal of a client is a warning, and the refusal stays what it is',
      },
    },
    {
      name: 'sent-before-the-close',
      off: 'a server that ends a request without an answer is said to have refused our certificate',
      file: 'packages/tls/src/refusal/refused-by-peer.ts',
      find: 'socket.bytesWritten > written ? { sent: true }',
      replace: 'socket.bytesWritten < written ? { sent: true }',
      test: {
        file: 'packages/tls/test/failing-callbacks.test.ts',
        title: 'may have refused what was sent as well as the certificate',
      },
    },
    {
      name: 'failed-handshake-untold',
      off: 'of a handshake that fails nothing is told',
      file: 'packages/tls/src/refusal/failed-handshake.ts',
      find: 'for (const prefix of [ofOpenSsl, ofNode]) {',
      replace: 'for (const prefix of [ofNode]) {',
      test: failed('is told to onRefusal where the client speaks plain HTTP'),
    },
    {
      name: 'silent-client-untold',
      off: 'of a client that says nothing until its time is over nothing is told',
      file: 'packages/tls/src/refusal/failed-handshake.ts',
      find: 'for (const prefix of [ofOpenSsl, ofNode]) {',
      replace: 'for (const prefix of [ofOpenSsl]) {',
      test: failed('is told to onRefusal where the client says nothing until its time is over'),
    },
    {
      name: 'short-name-of-an-option',
      off: 'the fault of loadCredential with cert leads to another function',
      file: 'packages/tls/src/options/read-options.ts',
      find: 'platform !== undefined && !isShort',
      replace: 'platform !== undefined',
      test: remedy('names the one that is meant, before what the platform calls so'),
    },
    {
      name: 'default-that-there-is-not',
      off: 'the fault of a port that has to be given speaks of its default',
      file: 'packages/tls/src/options/option-rule.ts',
      find: 'this.missing === undefined\n',
      replace: 'place !== undefined\n',
      test: remedy('speaks of a default where there is one'),
    },
    {
      name: 'pem-for-der',
      off: 'PEM in the place of DER is a tag that was not expected',
      file: 'packages/x509/src/der/decode-der.ts',
      find: 'if (isPem(latin1Text(plain, 0, Math.min(plain.length, begin.length))))',
      replace: 'if (plain.length < 0)',
      test: { file: 'packages/x509/test/pem.test.ts', title: 'is said to be PEM' },
    },
    {
      name: 'text-without-blocks',
      off: 'the name of a file in the place of its text is a text without certificates',
      file: 'packages/x509/src/certificate/pem.ts',
      find: '  if (blocks.value.length === 0) {',
      replace: '  if (blocks.value.length > 2 ** 30) {',
      test: {
        file: 'packages/x509/test/pem.test.ts',
        title: 'refuses certificates of what has no block: expected at least one PEM block, found none',
      },
    },
    {
      name: 'wide-text',
      off: 'a file in UTF-16 is a text without certificates',
      file: 'packages/x509/src/certificate/pem.ts',
      find: 'blocks.length === 0 && isWide(source)',
      replace: 'blocks.length > 2 ** 30 && isWide(source)',
      test: {
        file: 'packages/x509/test/pem.test.ts',
        title: 'refuses UTF-16 by its name: little-endian, with mark',
      },
    },
    {
      name: 'blamed-url',
      off: 'the URL of a request is blamed for its body, method or header',
      file: 'packages/tls/src/dial/request-of.ts',
      find: 'throw isMade(url) ? unlikeInit(of, why, cause) : unlike(of, why, cause);',
      replace: 'throw isMade(url) ? unlike(of, why, cause) : unlike(of, why, cause);',
      test: {
        file: 'packages/tls/test/request-bodies.test.ts',
        title: 'is refused where it has a body with GET, and not for the URL',
      },
    },
    {
      name: 'stream-without-duplex',
      off: 'a stream is refused as body where duplex is left out',
      file: 'packages/tls/src/dial/request-of.ts',
      find: "{ duplex: 'half', ...init }",
      replace: 'init',
      test: {
        file: 'packages/tls/test/request-bodies.test.ts',
        title: 'may have a stream as body, and need not say that it is sent before the answer is read',
      },
    },
    {
      name: 'handler-that-throws',
      off: 'a request whose handler throws ends the process',
      file: 'packages/tls/src/listen/failing-handler.ts',
      find: '    } catch (fault) {\n      failed(fault, first, second);\n',
      replace: '    } catch (fault) {\n      queueMicrotask(() => Promise.reject(fault));\n',
      test: handler('answers 500 with nothing of what it has set, and goes on to answer'),
    },
    {
      name: 'handler-that-is-rejected',
      off: 'a request whose handler is rejected ends the process',
      file: 'packages/tls/src/listen/failing-handler.ts',
      find: 'hearRejection(handler.call(this, first, second), (fault) => failed(fault, first, second));',
      replace: 'handler.call(this, first, second);',
      test: handler('answers 500 with nothing of what it has set, and goes on to answer'),
    },
    {
      name: 'half-an-answer',
      off: 'an answer that its handler has not ended looks whole with HTTP/2',
      file: 'packages/tls/src/listen/failing-handler.ts',
      find: 'response.stream.close(internalError)',
      replace: 'response.stream.destroy()',
      test: handler('ends its stream alone with HTTP/2'),
    },
    {
      name: 'half-an-answer-of-http-1',
      off: 'an answer that its handler has not ended looks whole',
      file: 'packages/tls/src/listen/failing-handler.ts',
      find: '    else response.destroy();\n',
      replace: '    else response.end();\n',
      test: handler('breaks an answer off that has begun, so that it does not look whole'),
    },
    {
      name: 'socket-of-a-failing-handler',
      off: 'a connection whose handler has failed is ended as if nothing were wrong',
      file: 'packages/tls/src/listen/failing-handler.ts',
      find: '    (socket as Duplex).destroy();\n',
      replace: "    (socket as Duplex).end('as if it were answered');\n",
      test: handler('closes the connection, and no other'),
    },
  ],
};
