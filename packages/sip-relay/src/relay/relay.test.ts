import {
  createRequest,
  createResponse,
  defaultLimits,
  edit,
  type SipProblem,
  type SipResponse,
  Via,
} from '@entente/sip';
import {
  type ClientTransaction,
  type ClientUser,
  MessageBudget,
  type NextHop,
  type ServerTransaction,
  type SipConnection,
  type SipEndpoint,
} from '@entente/sip-endpoint';
import type { Target } from '@entente/sip-proxy';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeConnection } from '../../test/fake-connection.ts';
import { relayOfTest } from '../../test/relay-of-test.ts';
import type { RelayRules } from './relay-rules.ts';

const hop: NextHop = {
  name: 'fe2.contoso.example',
  address: '192.0.2.2',
  port: 5061,
  link: { row: 0, name: 'a test' },
};
const target: Target = {
  uri: 'sip:bob@contoso.example',
  flow: undefined,
  routes: [],
  instance: undefined,
};
const request = createRequest({
  method: 'MESSAGE',
  uri: target.uri,
  from: '<sip:alice@contoso.example>;tag=1',
  to: `<${target.uri}>`,
  callId: 'c',
  cseq: 1,
  via: 'SIP/2.0/TLS client.invalid;branch=z9hG4bK1',
});
const sender = { ledger: new MessageBudget().open('server', undefined), bytes: 1 };
const via = Via.from({ transport: 'TLS', host: 'fe1.contoso.example', branch: 'z9hG4bKours' });

/** A relay over an endpoint that reaches the hop when dialled, or at once; what it sends is answered by `answer`. */
function relay(
  rules: Partial<RelayRules<Target>>,
  {
    open,
    answer,
    onFault,
    down = false,
    faults = [],
    unreachable = [],
    tooLarge = [],
    message = request,
  }: {
    open: boolean;
    /** Whether the hop cannot be reached. */
    down?: boolean;
    /** Filled with what was thrown where no transaction is above. */
    faults?: unknown[];
    /** Filled with why a target was not reached. */
    unreachable?: unknown[];
    /** Filled with what a message exceeds. */
    tooLarge?: SipProblem[];
    /** What is relayed. */
    message?: typeof request;
    answer?: (sent: typeof request) => SipResponse;
    /** What the transaction layer does with what is thrown while it hands a response over. */
    onFault?: (error: unknown) => void;
  },
) {
  const answers: SipResponse[] = [];
  const connection = fakeConnection();
  const endpoint = {
    newToken: () => 'token',
    newBranch: () => 'token',
    connected: () => (open ? connection : undefined),
    reach: async () => {
      if (down) throw new Error('nobody listens');
      return connection;
    },
    fault: (error: unknown) => faults.push(error),
    suspect: () => false,
    via: () => via,
    forward(sent: typeof request, _connection: SipConnection, user: ClientUser) {
      const transaction = {
        request: sent,
        context: { connection },
        abandon() {},
      } as unknown as ClientTransaction;
      const hand = (response: SipResponse) => {
        try {
          user.onResponse(response, transaction);
        } catch (error) {
          if (onFault === undefined) throw error;
          onFault(error);
        }
      };
      if (answer !== undefined) queueMicrotask(() => hand(answer(sent)));
      return transaction;
    },
  } as unknown as SipEndpoint;
  const server = {
    request: message,
    context: {
      connection: fakeConnection(),
    },
    respond: (response: SipResponse) => answers.push(response) > 0,
  } as unknown as ServerTransaction;
  const relaying = relayOfTest({
    endpoint,
    onUnreachable: (_name, error) => unreachable.push(error),
    onTooLarge: (_server, problem) => tooLarge.push(problem),
  });
  relaying.relay(server, [[target]], { nextHop: () => hop, build: () => request, ...rules });
  return answers;
}

describe('a request that cannot be written for its next hop', () => {
  for (const open of [true, false]) {
    it(`is answered 500, and told, where the connection ${open ? 'is open' : 'had to be dialled'}`, async () => {
      const fault = new RangeError('does not fit');
      const told: unknown[] = [];
      const answers = relay(
        {
          build() {
            throw fault;
          },
        },
        { open, unreachable: told },
      );
      await expect.poll(() => answers.map(({ status }) => status)).toEqual([500]);
      expect(told).toEqual([fault]);
    });
  }
});

describe('a rule that throws', () => {
  afterEach(() => void vi.useRealTimers());
  const fault = new RangeError('of a plugin');
  const throwing = () => {
    throw fault;
  };

  it('about the next hop is answered 500, and told', () => {
    const told: unknown[] = [];
    const answers = relay({ nextHop: throwing }, { open: true, unreachable: told });
    expect(answers.map(({ status }) => status)).toEqual([500]);
    expect(told).toEqual([fault]);
  });

  it('after a hop could not be reached is told, and rejects nothing that nobody hears', async () => {
    const faults: unknown[] = [];
    const answers = relay({ answer: throwing }, { open: false, down: true, faults });
    await expect.poll(() => faults).toEqual([fault]);
    expect(answers.map(({ status }) => status)).toEqual([500]);
  });

  it('when the time of an INVITE is up is told, and ends no process', () => {
    vi.useFakeTimers();
    const faults: unknown[] = [];
    const via = 'SIP/2.0/TLS client.invalid;branch=z9hG4bK2';
    const { from, to, callId } = request;
    const message = createRequest({ method: 'INVITE', uri: target.uri, from, to, callId, cseq: 1, via });
    const answers = relay({ answer: throwing, build: () => message }, { open: true, faults, message });
    vi.advanceTimersByTime(200_000);
    expect(faults).toEqual([fault]);
    expect(answers.map(({ status }) => status)).toEqual([500]);
  });
});

describe('a message that its next hop would refuse', () => {
  const fields = (count: number) => new Array(count).fill(['X-Filler', 'x'] as const);
  const grown = (count: number) =>
    createRequest({
      method: 'MESSAGE',
      uri: target.uri,
      from: request.from,
      to: request.to,
      callId: 'c',
      cseq: 1,
      via,
      headers: fields(count),
    });

  for (const open of [true, false]) {
    it(`is not sent, and its sender hears 513 (connection ${open ? 'open' : 'dialled'})`, async () => {
      const sent: unknown[] = [];
      const tooLarge: SipProblem[] = [];
      const answers = relay(
        { build: () => grown(defaultLimits.maxHeaders) },
        { open, tooLarge, answer: (message) => void sent.push(message) as never },
      );
      await expect.poll(() => answers.map(({ status }) => status)).toEqual([513]);
      expect(sent).toEqual([]);
      expect(tooLarge.map(({ code }) => code)).toEqual(['too-many-headers']);
    });
  }

  it('is not sent back, and the sender hears 502 instead', async () => {
    const answers = relay(
      {
        build: () => edit(request).prepend('Via', via).toMessage(),
        answer: (response) =>
          createResponse(request, response.status, undefined, { toTag: 't', headers: fields(300) }),
      },
      { open: true, answer: (sent) => createResponse(sent, 200, undefined, { toTag: 't' }) },
    );
    await expect.poll(() => answers.map(({ status }) => status)).toEqual([502]);
  });

  it('is dropped where it is an ACK', async () => {
    const sent: unknown[] = [];
    const connection = fakeConnection({ send: (message: unknown) => sent.push(message) });
    const endpoint = { via: () => via, connected: () => connection } as unknown as SipEndpoint;
    const relaying = relayOfTest({ endpoint });
    const forward = (message: typeof request) =>
      relaying.forwardAck([[target]], { nextHop: () => hop, build: () => message }, sender);
    forward(grown(defaultLimits.maxHeaders));
    expect(sent).toEqual([]);
    forward(request);
    expect(sent).toEqual([request]);
  });
});

describe('a next hop that takes too little', () => {
  it('is sent nothing: its sender hears 500, the log why, and no other place of the hop is tried', () => {
    const sent: unknown[] = [];
    const suspected: unknown[] = [];
    const statuses: number[] = [];
    const reasons: string[] = [];
    const endpoint = {
      newToken: () => 'token',
      newBranch: () => 'token',
      via: () => via,
      connected: () => fakeConnection({ takes: () => false }),
      forward: (message: unknown) => sent.push(message),
      suspect: (connection: unknown) => suspected.push(connection),
    } as unknown as SipEndpoint;
    const relaying = relayOfTest({
      endpoint,
      onRefused: (_request, { reason }) => reasons.push(reason),
    });
    const server = {
      request,
      context: { connection: fakeConnection() },
      respond: ({ status }: SipResponse) => statuses.push(status) > 0,
    } as unknown as ServerTransaction;
    relaying.relay(server, [[target]], { nextHop: () => hop, build: () => request });
    expect({ sent, statuses, suspected, reasons }).toEqual({
      sent: [],
      statuses: [500],
      suspected: [],
      reasons: ['no-room'],
    });
  });
});

describe('a response that the rules cannot handle', () => {
  for (const rule of ['arrived', 'answer'] as const) {
    it(`leaves nobody waiting: the sender hears 500, and the fault is told (${rule})`, async () => {
      const fault = new RangeError('does not fit');
      const told: unknown[] = [];
      const answers = relay(
        {
          build: () => edit(request).prepend('Via', via).toMessage(),
          [rule]() {
            throw fault;
          },
        },
        {
          open: true,
          answer: (sent) => createResponse(sent, 200, undefined, { toTag: 't' }),
          onFault: (error) => told.push(error),
        },
      );
      await expect.poll(() => answers.map(({ status }) => status)).toEqual([500]);
      expect(told).toEqual([fault]);
    });
  }
});

describe('a response on its way back', () => {
  it('passes what the rules make of it as it arrives, with our Via still on top, and again as it leaves', async () => {
    const seen: string[] = [];
    const answers = relay(
      {
        // Outside nobody saw the Via values below ours.
        build: () =>
          createRequest({
            method: request.method,
            uri: request.uri,
            from: request.from,
            to: request.to,
            callId: 'c',
            cseq: 1,
            via,
          }),
        arrived(response) {
          seen.push(response.topVia.host);
          return createResponse(
            createRequest({
              method: request.method,
              uri: request.uri,
              from: request.from,
              to: request.to,
              callId: 'c',
              cseq: 1,
              via: [via, request.topVia],
            }),
            response.status,
            undefined,
            { toTag: 't' },
          );
        },
        answer(response) {
          seen.push(response.topVia.host);
          return response;
        },
      },
      { open: true, answer: (sent) => createResponse(sent, 200, undefined, { toTag: 't' }) },
    );
    await expect.poll(() => answers.map(({ status }) => status)).toEqual([200]);
    expect(seen).toEqual(['fe1.contoso.example', 'client.invalid']);
  });
});

describe('an ACK for a 2xx', () => {
  const forwardAck = (endpoint: object, build = () => request) => {
    const unreachable: unknown[] = [];
    const relaying = relayOfTest({
      endpoint: { via: () => via, ...endpoint } as unknown as SipEndpoint,
      onUnreachable: (_name, error) => unreachable.push(error),
    });
    relaying.forwardAck([[target]], { nextHop: () => hop, build }, sender);
    return unreachable;
  };

  it('goes on although the connection of its dialog has closed: the next hop is dialled', async () => {
    const sent: unknown[] = [];
    const connection = fakeConnection({ send: (message: unknown) => sent.push(message) });
    forwardAck({ connected: () => undefined, reach: async () => connection });
    await expect.poll(() => sent).toEqual([request]);
  });

  it('goes to the next server where one is not reached, and to one of them alone', async () => {
    const sent: unknown[] = [];
    const asked: string[] = [];
    const names: string[] = [];
    const relaying = relayOfTest({
      endpoint: {
        via: () => via,
        connected: () => undefined,
        reach: async ({ name }: { name: string }) => {
          asked.push(name);
          if (name === 'dead') throw new Error('nobody listens');
          return fakeConnection({ send: () => sent.push(name) });
        },
      } as unknown as SipEndpoint,
      onUnreachable: (name) => names.push(name),
    });
    const at = (uri: string) => [{ ...target, uri }];
    const rules = {
      nextHop: ({ uri }: Target) => (uri === 'closed' ? { status: 504 } : { ...hop, name: uri }),
      build: () => request,
    };
    relaying.forwardAck([at('closed'), at('dead'), at('living'), at('spare')], rules, sender);
    await expect.poll(() => sent).toEqual(['living']);
    expect(asked).toEqual(['dead', 'living']);
    expect(names).toEqual(['dead']);
  });

  it('that cannot be sent is logged', async () => {
    const down = new Error('nobody listens');
    const unreachable = forwardAck({ connected: () => undefined, reach: () => Promise.reject(down) });
    await expect.poll(() => unreachable).toEqual([down]);
  });

  it('that the rules cannot write once the next hop is dialled is told, and ends nothing', async () => {
    const fault = new RangeError('does not fit');
    const unreachable = forwardAck(
      { connected: () => undefined, reach: async () => fakeConnection() },
      () => {
        throw fault;
      },
    );
    await expect.poll(() => unreachable).toEqual([fault]);
  });
});
