import type { AppProcess, LogRecord } from './app-process.ts';
import type { TestUser } from './organisation.ts';

/** The result of a command to a user's client. */
export interface CommandOutcome {
  /** Status of the final response; absent where none came. */
  readonly status?: number;
  /** Reason of a refusal by the client itself. */
  readonly reason?: string;
  /** The line with which the client reported the outcome. */
  readonly record: LogRecord;
}

/** A user with a running client. */
export interface DemoUser {
  /** Address, password and home. */
  readonly user: TestUser;
  /** The client. */
  readonly process: AppProcess;
  /** Registers. @throws if the answer is not 200 */
  register(): Promise<CommandOutcome>;
  /** Sends a MESSAGE to a URI, with another From than the user's own where `as` is given. */
  message(to: string, text: string, as?: string): Promise<CommandOutcome>;
  /** Calls a URI; settles with the final response to the INVITE. */
  call(to: string): Promise<CommandOutcome>;
  /** Ends the call; settles with the response to the BYE. */
  hangUp(): Promise<CommandOutcome>;
  /** Waits until a text has arrived. */
  received(text: string): Promise<LogRecord>;
}

/** Sends commands to a running demo client. */
export function startDemoUser(process: AppProcess, user: TestUser): DemoUser {
  let last = 0;
  const order = async (command: object): Promise<CommandOutcome> => {
    const id = ++last;
    process.send({ id, ...command });
    const record = await process.waitFor(
      `the outcome of ${JSON.stringify(command)}`,
      (candidate) => candidate.id === id && ['done', 'refused', 'failed'].includes(candidate.event ?? ''),
    );
    return {
      record,
      ...(typeof record.status === 'number' ? { status: record.status } : {}),
      ...(record.reason === undefined ? {} : { reason: record.reason }),
    };
  };
  return {
    user,
    process,
    async register() {
      const outcome = await order({ do: 'register' });
      if (outcome.status !== 200)
        throw new Error(`${user.address} could not register: ${JSON.stringify(outcome.record)}`);
      return outcome;
    },
    message: (to, text, as) => order({ do: 'message', to, text, ...(as === undefined ? {} : { as }) }),
    call: (to) => order({ do: 'call', to }),
    hangUp: () => order({ do: 'hang-up' }),
    received: (text) =>
      process.waitFor(
        `the message ${JSON.stringify(text)}`,
        (record) => record.event === 'message' && record.text === text,
      ),
  };
}
