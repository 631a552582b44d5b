import type { MutationPatch, PatchList } from '../patch.ts';

const names = (title: string): MutationPatch['test'] => ({
  file: 'packages/commands/test/explain/broken-servers.test.ts',
  title,
});

/** That `entente explain` says what is wrong with a server, and nothing good of one that it has not asked to the end. */
export const patches: PatchList = {
  name: 'explain',
  list: [
    {
      name: 'not-judged',
      off: 'a program is told that a server is authorised, which nothing has judged',
      file: 'packages/commands/src/explain/print-explained.ts',
      find: 'evidence: verdict.evidence.map(asJudgedHere),',
      replace: 'evidence: verdict.evidence.filter((one) => one !== undefined || asJudgedHere(one)),',
      test: {
        file: 'packages/commands/src/commands/explain.test.ts',
        title: 'dials and fetches at the addresses that it is given, of hosts that DNS does not know',
      },
    },
    {
      name: 'silent-publisher',
      off: 'the reader is told to download lists from a publisher that says nothing',
      file: 'packages/commands/src/explain/print-explained.ts',
      find: '|^no complete answer within /',
      replace: '/',
      test: {
        file: 'packages/commands/src/commands/explain.test.ts',
        title: 'says of a publisher that is down that it has to answer, and not that this side may ask it',
      },
    },
    {
      name: 'client-refused',
      off: 'a server that does not let this side in counts as good',
      file: 'packages/commands/src/explain/print-explained.ts',
      find: 'if (connection.refusal !== undefined)',
      replace: 'if (connection.refusal === undefined && isIdentityShown && now < 0)',
      test: names('it requires a certificate of its clients (-tls1_3)'),
    },
    {
      name: 'late-alert',
      off: 'the alert that a server of TLS 1.3 sends after the handshake is not awaited',
      file: 'packages/tls/src/dial/probe.ts',
      find: "if (socket.getProtocol() !== 'TLSv1.3') return end();",
      replace: 'end();',
      test: names('it requires a certificate of its clients (-tls1_3)'),
    },
    {
      name: 'early-alert',
      off: 'what a server of TLS 1.2 has shown before its alert is lost',
      file: 'packages/tls/src/dial/probe.ts',
      find: 'if (/^ERR_SSL_.*ALERT/.test(alert) && hasShown) {',
      replace: 'if (/^ERR_SSL_.*ALERT/.test(alert) && secured !== undefined && hasShown) {',
      test: names('it requires a certificate of its clients (-tls1_2)'),
    },
    {
      name: 'ends-soon',
      off: 'a certificate that is about to end passes',
      file: 'packages/commands/src/explain/print-explained.ts',
      find: 'endsAt - now < warnDays * dayMs',
      replace: 'endsAt < now',
      test: names('its certificate ends soon'),
    },
    {
      name: 'words-behind',
      off: 'what came in the clear behind the answer to STARTTLS is taken for what came over TLS',
      file: 'packages/commands/src/explain/starttls.ts',
      find: "if (this.#heard.length > 0) throw this.refused('further bytes in the clear after its answer');",
      replace: '',
      test: names('somebody has put words behind its answer to STARTTLS'),
    },
    {
      name: 'too-old',
      off: 'it is not asked which version a server speaks',
      file: 'packages/commands/src/explain/ask-server.ts',
      find: 'if (!isAboutVersion(code)) return unanswered(asked, code, error);',
      replace: 'if (code !== undefined) return unanswered(asked, code, error);',
      test: names('it speaks nothing newer than TLS 1.1'),
    },
    {
      name: 'self-signed',
      off: 'a self-signed certificate is said to lack an intermediate',
      file: 'packages/trust/src/reasons/path-reasons.ts',
      find: `return depth === 0 && subject === issuer
        ? 'have a certificate issued`,
      replace: `return depth === 1 && subject === issuer
        ? 'have a certificate issued`,
      test: names('its certificate is self-signed'),
    },
  ],
};
