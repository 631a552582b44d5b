import { pluginFault } from '../plugin-fault.ts';
import { Channel, type ProcessMessage } from './channel.ts';
import type { OwnProcessOptions } from './own-process-options.ts';

/** Calls that a plugin may have under way; those beyond it fail at once. */
const maxCalls = 1_000;
/** Octets that a plugin may leave unread; calls beyond it fail at once. */
const maxWaitingBytes = 8_388_608;
/** Milliseconds in which a plugin has to load, and to be set up. */
const startMs = 30_000;
/** Milliseconds in which it has to stop when it is asked to. */
const stopMs = 2_000;
/** Lines of the log that it may write in a second, and their characters; more is a flood. */
const maxLines = 100;
const maxCharacters = 262_144;
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

/** One life of the process of a plugin: from its start to its end. */
export class PluginRun {
  readonly #options: OwnProcessOptions;
  readonly #channel: Channel;
  readonly #calls = new Map<number, Waiting>();
  #step: Waiting | undefined;
  #lastId = 0;
  readonly #late = new Set<number>();
  #lines = 0;
  #characters = 0;
  #linesSince = performance.now();
  #ended: string | undefined;

  /**
   * @param options - of the plugin
   * @param onEnd - called once, with why it has ended, as part of a sentence
   */
  constructor(options: OwnProcessOptions, onEnd: (why: string) => void) {
    this.#options = options;
    this.#channel = new Channel({
      home: options.home,
      permissions: options.permissions,
      memoryMb: options.memoryMb,
      onMessage: (message, characters) => this.#onMessage(message, characters),
      onEnd: (why) => {
        this.#ended = why;
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

  /**
   * Calls a method of what the plugin provides.
   * @param port - name of the port
   * @param method - of its implementation
   * @param argument - JSON
   * @throws OperatorFault `ENTENTE_PLUGIN_CALL`, also where the time is over; never waits longer
   */
  call(port: string, method: string, argument: unknown): Promise<unknown> {
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
      this.#channel.send(JSON.stringify({ type: 'call', id, port, method, argument }));
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
    if (message.type === 'log') this.#onLine(message, characters);
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

  #onAnswer({ id, sentence, type, value }: ProcessMessage): void {
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
    else call.reject(this.#fault(`it failed: ${wordsOf(sentence)}`));
  }

  #onLine({ fields, level, message }: ProcessMessage, characters: number): void {
    const now = performance.now();
    if (now - this.#linesSince > secondMs) {
      this.#linesSince = now;
      this.#lines = 0;
      this.#characters = 0;
    }
    this.#characters += characters;
    if (++this.#lines > maxLines || this.#characters > maxCharacters) {
      this.kill(`wrote more than ${maxLines} lines of the log, or ${maxCharacters} characters, in a second`);
      return;
    }
    const { log } = this.#options;
    const known = ['debug', 'info', 'warn', 'error'].includes(level as string) ? (level as 'info') : 'info';
    const own = Object.entries(typeof fields === 'object' && fields !== null ? fields : {});
    const kept = Object.fromEntries(own.filter(([name]) => !reserved.has(name)));
    log[known]({ ...kept, plugin: this.#options.plugin }, wordsOf(message));
  }

  #fault(sentence: string) {
    return pluginFault(
      'ENTENTE_PLUGIN_CALL',
      this.#options.plugin,
      sentence,
      'see its lines in the log, and check its configuration',
    );
  }
}

/** What it has written is from anybody: an object in the place of a text must not be asked for its words. */
function wordsOf(text: unknown): string {
  return typeof text === 'string' ? text.slice(0, maxWords) : '(not a text)';
}
