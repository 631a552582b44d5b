import type { MutationPatch, PatchList } from '../patch.ts';

const hostilePeers = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/test/hostile-peers.test.ts',
  title,
});

/** What a client goes on sending although it leads to nothing. */
export const patches: PatchList = {
  name: 'failing-targets',
  list: [
    {
      name: 'unreachable-unexplained',
      off: 'a user hears 504, and not that it is a server of ours that is not reached',
      file: 'packages/sip-relay/src/relay/explain-failure.ts',
      find: 'if (!wasUnreachable || !isServerFailure(answer.status)) return answer;',
      replace: "if (wasUnreachable || answer.has('Entente-Diagnostics')) return answer;",
      test: {
        file: 'packages/sip-relay/src/relay/not-dialled.test.ts',
        title:
          'the sender of a request for a server that is not reached hears why, where that is somebody who may know',
      },
    },
    {
      name: 'refused-client-is-held-up',
      off: 'a client takes all processor time with requests that are refused',
      file: 'packages/sip-endpoint/src/connection/refusal-pause.ts',
      find: 'this.#socket.pause();',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/hostile-bytes.test.ts',
        title:
          'answers requests of a client beyond what it may have under way, keeps nothing of them, and reads on twice a second',
      },
    },
    {
      name: 'failing-target-rests',
      off: 'what a client goes on sending to a target that answers nothing is carried there each time',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: "if (connection.asksInVain(request)) return 'in-vain';",
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/hostile-bytes.test.ts',
        title:
          'refuses at once what goes on to a target where requests of the client led to nothing, and takes what goes elsewhere',
      },
    },
    {
      name: 'target-rests-alone',
      off: 'one target that answers nothing keeps a client from all others',
      file: 'packages/sip-endpoint/src/connection/failing-targets.ts',
      find: 'const key = addressOfRecord(uri) ?? uri.toString();',
      replace: "const key = 'any';",
      test: {
        file: 'packages/sip-endpoint/src/connection/failing-targets.test.ts',
        title: 'rest alone, under each way to write their address',
      },
    },
    {
      name: 'dialogs-do-not-rest',
      off: 'a peer that subscribes and answers NOTIFY with 500 has its victim refused',
      file: 'packages/sip-endpoint/src/connection/failing-targets.ts',
      find: 'if (to.tag !== undefined || ',
      replace: 'if (',
      test: {
        file: 'packages/sip-endpoint/src/connection/failing-targets.test.ts',
        title: 'never have a REGISTER, a CANCEL or a request in a dialog refused, nor are those counted',
      },
    },
    {
      name: 'few-failing-targets',
      off: 'a client that writes many addresses has a server remember them all',
      file: 'packages/sip-endpoint/src/connection/failing-targets.ts',
      find: 'if (this.#targets.size === maxTargets) return;',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/connection/failing-targets.test.ts',
        title: 'are few, however many addresses a client writes, and forgotten when nothing fails',
      },
    },
    {
      name: 'failing-client-rests',
      off: 'a client takes all processor time with requests to a device that answers nothing',
      file: 'packages/sip-relay/src/relay/relay.ts',
      find: 'if (isServerFailure(answer.status)) connection.failed(server.request);',
      replace: '',
      test: hostilePeers('has those that go on asking it refused at once, and leaves them all else'),
    },
    {
      name: 'silent-hop-in-the-log',
      off: 'nothing in the log says why a caller heard 408',
      file: 'packages/sip-relay/src/relay/relayed-request.ts',
      find: 'if (failure !== undefined) this.#owner.lost(this, failure);',
      replace: '',
      test: {
        file: 'packages/sip-relay/src/relay/try-elsewhere.test.ts',
        title:
          'is reported with its name where nothing comes back, or the connection is lost, and it goes nowhere else',
      },
    },
    {
      name: 'lines-about-a-hop',
      off: 'requests to a dead server fill the log, one line each',
      file: 'packages/sip-relay/src/log/unreachable-log.ts',
      find: 'if (leftOut === undefined) return;',
      replace: '',
      test: {
        file: 'packages/sip-relay/src/log/unreachable-log.test.ts',
        title: 'has no line of its own where there are many, and those of another server have theirs',
      },
    },
    {
      name: 'known-hop-sooner',
      off: 'a server that is back is dialled after fifteen seconds, although many wait for it',
      file: 'packages/sip-endpoint/src/connection/dial-backoff.ts',
      find: "return host === undefined && address !== '';",
      replace: 'return false;',
      test: {
        file: 'packages/sip-endpoint/src/connection/dial-backoff.test.ts',
        title:
          'is dialled again sooner where the topology names its address: it dials nobody itself, and many wait for it',
      },
    },
  ],
};
