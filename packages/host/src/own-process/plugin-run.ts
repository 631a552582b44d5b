import { pluginFault } from '../plugin-fault.ts';
import { Channel, type ProcessMessage } from './channel.ts';
import { SecondBudget } from './messages-per-second.ts';
import type { OwnProcessOptions } from './own-process-options.ts';

/** Calls that a plugin may have under way; those beyond it fail at once. */
const maxCalls = 1_000;
/** Octets that a plugin may leave unread; calls beyond it fail at once. */
const maxWaitingBytes = 8_388_608;
/** Milliseconds in which a plugin has to load, and to be set up. */
const startMs = 30_000;
/** Milliseconds in which it has to stop when it is asked to. */
const stopMs = 2_000;
/** Lines of the log that it may write in a second; more is a flood. */
const lineLimits = { messages: 100, characters: 262_144 };
/** Messages with what its implementations tell; more is a flood. The runner writes 20. */
const eventLimits = { messages: 100, characters: 1_048_576 };
/** Characters that a message may have where no port needs more. */
const usualMessage = 65_536;
/** What a message has beside the answer of a plugin. */
const frame = 256;
const defaultPingMs = 10_000;
/** Questions in a row that it may leave without any message: it does nothing but compute then, or is stopped. */
const maxUnread = 3;
/** Characters of a line's message that are logged. */
const maxWords = 2_000;
/** Calls whose time is over, and whose answers are still to come. */
const maxLate = 10_000;
/** Fields of a line that are the server's own. */
const reserved = new Set(['level', 'time', 'source', 'app', 'plugin', 'msg']);
const secondMs = 1_000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** What the server has decided about what it expects an implementation to have. */
export interface Decision {
  /** What it expects: a list, in any order. */
  readonly given: readonly unknown[];
  /** What a function that is the last argument of the method answers where it is given that. */
  readonly change: object;
}

/** A call of a method of what a plugin provides. */
export interface MethodCall {
  /** Name of the port. */
  readonly port: string;
  readonly method: string;
  /** JSON; one that is undefined or null arrives as undefined. */
  readonly args: readonly unknown[];
  /** For a method whose last argument is a function that decides. */
  readonly decision?: Decision | undefined;
}

/** What an implementation tells. */
export type OnEvent = (port: string, event: string, values: readonly unknown[]) => void;

/** One life of the process of a plugin: from its start to its end. */
export class PluginRun {
  readonly #options: OwnProcessOptions;
  readonly #channel: Channel;
  readonly #calls = new Map<number, Waiting>();
  #step: Waiting | undefined;
  #lastId = 0;
  readonly #late = new Set<number>();
  readonly #lines = new SecondBudget(lineLimits, () => performance.now());
  readonly #events = new SecondBudget(eventLimits, () => performance.now());
  readonly #onEvent: OnEvent;
  #asking: NodeJS.Timeout | undefined;
  /** Questions that it has not answered. */
  #asked = 0;
  /** Questions since its last message. */
  #unread = 0;
  #ended: string | undefined;

  /**
   * @param options - of the plugin
   * @param onEnd - called once, with why it has ended, as part of a sentence
   * @param onEvent - called with what its implementations tell
   */
  constructor(options: OwnProcessOptions, onEnd: (why: string) => void, onEvent: OnEvent) {
    this.#options = options;
    this.#onEvent = onEvent;
    this.#channel = new Channel({
      home: options.home,
      permissions: options.permissions,
      memoryMb: options.memoryMb,
      maxMessage: maxAnswerOf(options) + frame,
      onMessage: (message, characters) => this.#onMessage(message, characters),
      onEnd: (why) => {
        this.#ended = why;
        clearInterval(this.#asking);
        const fault = this.#fault(`its process ${why}`);
        for (const waiting of [...this.#calls.values(), this.#step]) {
          clearTimeout(waiting?.timer);
          waiting?.reject(fault);
        }
        this.#calls.clear();
        onEnd(why);
      },
    });
  }

  /** Why it has ended, as part of a sentence; undefined while it runs. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Whether nothing can be asked any more. */
  get isOver(): boolean {
    return this.#ended !== undefined;
  }

  /**
   * Asks for the next step of the start, and waits for it.
   * @param message - `load`, `check` or `setup`
   * @throws OperatorFault `ENTENTE_PLUGIN_CALL`
   */
  async step(message: ProcessMessage): Promise<ProcessMessage> {
    if (this.#ended !== undefined) throw this.#fault(`its process ${this.#ended}`);
    return new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.kill(`took more than ${startMs / secondMs} seconds for "${message.type}"`);
      }, startMs);
      this.#step = { resolve, reject, timer };
      this.#channel.send(JSON.stringify(message));
    }) as Promise<ProcessMessage>;
  }

  /** From now on it has to read what it is sent, also where nobody calls it. */
  watch(): void {
    this.#asking = setInterval(() => {
      const { pingMs = defaultPingMs } = this.#options;
      if (this.#unread >= maxUnread) {
        this.kill(`read nothing for ${(maxUnread * pingMs) / secondMs} seconds`);
        return;
      }
      this.#unread++;
      this.#asked++;
      this.#channel.send(JSON.stringify({ type: 'ping' }));
    }, this.#options.pingMs ?? defaultPingMs);
    this.#asking.unref();
  }

  /**
   * Calls a method of what the plugin provides.
   * @param what - method and arguments
   * @throws OperatorFault `ENTENTE_PLUGIN_CALL`, also where the time is over; never waits longer
   */
  call({ args, decision, method, port }: MethodCall): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#fault(`its process ${this.#ended}`));
    const { timeLimitMs } = this.#options;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#calls.delete(id);
        if (this.#late.size < maxLate) this.#late.add(id);
        reject(this.#fault(`it gave no answer within ${timeLimitMs} ms`));
      }, timeLimitMs);
      this.#calls.set(id, { resolve, reject, timer });
      this.#channel.send(JSON.stringify({ type: 'call', id, port, method, args, decision }));
    });
  }

  /** Whether it has more to answer than it may. */
  get isBusy(): boolean {
    return this.#calls.size >= maxCalls || this.#channel.waitingBytes > maxWaitingBytes;
  }

  /** @param why - as part of a sentence */
  kill(why: string): void {
    this.#channel.kill(why);
  }

  /** Lets the plugin dispose of what it has, and kills it where that takes too long. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.kill(`did not stop within ${stopMs / secondMs} seconds`), stopMs);
    this.#channel.send(JSON.stringify({ type: 'stop' }));
    await this.#channel.gone;
    clearTimeout(timer);
  }

  #onMessage(message: ProcessMessage, characters: number): void {
    this.#unread = 0;
    if (message.type === 'pong') {
      if (--this.#asked < 0) this.kill('answered what nobody had asked');
    } else if (message.type === 'event') this.#onTold(message, characters);
    else if (message.type === 'log') this.#onLine(message, characters);
    else if (message.type === 'crashed') this.kill(`crashed: ${wordsOf(message.sentence)}`);
    else if (message.type === 'answer' || message.type === 'threw') this.#onAnswer(message);
    else if (this.#step === undefined) this.kill('wrote what nobody had asked for');
    else {
      const { resolve, timer } = this.#step;
      this.#step = undefined;
      clearTimeout(timer);
      resolve(message);
    }
  }

  #onAnswer({ code, id, sentence, type, value }: ProcessMessage): void {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 1 || id > this.#lastId) {
      this.kill('answered what nobody had asked');
      return;
    }
    const call = this.#calls.get(id);
    if (call === undefined) {
      // The time of this one is over. Nothing is answered twice: reading answers costs the server more than writing them.
      if (!this.#late.delete(id)) this.kill('answered what nobody waits for');
      return;
    }
    this.#calls.delete(id);
    clearTimeout(call.timer);
    if (type === 'answer') call.resolve(value);
    else call.reject(this.#fault(`it failed: ${wordsOf(sentence)}`, isCode(code) ? { code } : undefined));
  }

  #onTold({ event, port, values }: ProcessMessage, characters: number): void {
    const known = this.#options.ports.find(({ name }) => name === port);
    if (this.#events.spend(characters)) this.kill('told more than it may in a second');
    else if (typeof event !== 'string' || known?.events?.includes(event) !== true || !Array.isArray(values))
      this.kill('told what nobody had asked');
    else this.#onEvent(known.name, event, values);
  }

  #onLine({ fields, level, message }: ProcessMessage, characters: number): void {
    if (this.#lines.spend(characters)) {
      const { characters: most, messages } = lineLimits;
      this.kill(`wrote more than ${messages} lines of the log, or ${most} characters, in a second`);
      return;
    }
    const { log } = this.#options;
    const known = ['debug', 'info', 'warn', 'error'].includes(level as string) ? (level as 'info') : 'info';
    const own = Object.entries(typeof fields === 'object' && fields !== null ? fields : {});
    const kept = Object.fromEntries(own.filter(([name]) => !reserved.has(name)));
    log[known]({ ...kept, plugin: this.#options.plugin }, wordsOf(message));
  }

  #fault(sentence: string, cause?: unknown) {
    return pluginFault(
      'ENTENTE_PLUGIN_CALL',
      this.#options.plugin,
      sentence,
      'see its lines in the log, and check its configuration',
      cause,
    );
  }
}

/** @returns characters, of the port that needs most */
export function maxAnswerOf({ ports }: Pick<OwnProcessOptions, 'ports'>): number {
  return Math.max(usualMessage, ...ports.map(({ maxAnswer = usualMessage }) => maxAnswer));
}

function isCode(code: unknown): code is string {
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(code);
}

/** What it has written is from anybody: an object in the place of a text must not be asked for its words. */
function wordsOf(text: unknown): string {
  return typeof text === 'string' ? text.slice(0, maxWords) : '(not a text)';
}
