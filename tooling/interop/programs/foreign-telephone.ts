import type { ForeignProgram } from './foreign-program.ts';
import { answerTo } from './sip-trace.ts';
import type { Account, Telephone } from './telephone.ts';

/** What a program says of its calls, and how it is told to end them. */
export interface CallLanguage {
  readonly rings: RegExp;
  readonly hearsRinging: RegExp;
  readonly isHeld: RegExp;
  readonly isResumed: RegExp;
  readonly isOver: RegExp;
  readonly hangUp: string;
  readonly hangUpAll: string;
}

/** What telephones that are foreign programs have in common: they take commands, and their logs say what becomes of them. */
export abstract class ForeignTelephone implements Telephone {
  readonly name: string;
  readonly address: string;
  protected readonly program: ForeignProgram;
  readonly #language: CallLanguage;
  /** Where the search for the next event begins. */
  protected position = 0;

  constructor({ address, name }: Account, program: ForeignProgram, language: CallLanguage) {
    this.name = name;
    this.address = address;
    this.program = program;
    this.#language = language;
  }

  abstract message(to: string, text: string): Promise<void>;
  abstract received(text: string): Promise<void>;
  abstract call(to: string): Promise<void>;
  abstract answer(): Promise<void>;
  abstract isConnected(): Promise<void>;
  abstract hold(): Promise<void>;
  abstract resume(): Promise<void>;
  protected abstract command(command: string, parameters?: string): Promise<void>;

  registered(): Promise<void> {
    return this.hears(answerTo('REGISTER'));
  }

  rings(): Promise<void> {
    return this.hears(this.#language.rings);
  }

  hearsRinging(): Promise<void> {
    return this.hears(this.#language.hearsRinging);
  }

  isHeld(): Promise<void> {
    return this.hears(this.#language.isHeld);
  }

  isResumed(): Promise<void> {
    return this.hears(this.#language.isResumed);
  }

  isOver(): Promise<void> {
    return this.hears(this.#language.isOver);
  }

  async hangUp(): Promise<void> {
    await this.#commandAnswered(this.#language.hangUp, answerTo('BYE'));
    await this.isOver();
  }

  async cancel(): Promise<void> {
    await this.#commandAnswered(this.#language.hangUp, answerTo('CANCEL'), answerTo('INVITE', '487'));
    await this.isOver();
  }

  async reset(): Promise<void> {
    await this.command(this.#language.hangUpAll);
    this.position = this.program.position;
  }

  async says(pattern: RegExp): Promise<string> {
    return (await this.program.hears(pattern))[0].trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
  }

  /** Waits until it has said something since the last thing that was waited for. */
  protected async hears(pattern: RegExp): Promise<void> {
    this.position = await this.program.after(pattern, this.position);
  }

  async #commandAnswered(command: string, ...answers: readonly RegExp[]): Promise<void> {
    const sent = this.program.position;
    await this.command(command);
    for (const answer of answers) await this.program.hears(answer, sent);
  }
}
