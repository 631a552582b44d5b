import { freePorts } from '@entente/testkit';
import { WebSocket } from 'undici';

/** What a process holds after its garbage was collected, in bytes. */
export interface Held {
  /** Resident memory of the whole process. */
  readonly resident: number;
  /** Objects of JavaScript, and what they hold outside the heap. */
  readonly heap: number;
}

/** Where the inspector of a process will listen. */
export interface InspectorPlace {
  readonly port: number;
  /** For the Node of that process. */
  readonly nodeFlags: readonly string[];
}

/** A place on loopback, for one process. */
export async function inspectorPlace(): Promise<InspectorPlace> {
  const [port = 0] = await freePorts(1);
  return { port, nodeFlags: [`--inspect=127.0.0.1:${port}`, '--inspect-publish-uid=http'] };
}

/** Asks the inspector of a process what the process itself does not tell: nothing in it has to know of that. */
export class Inspector implements Disposable {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithFaults>();
  #asked = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#receive(String(data)));
    socket.addEventListener('close', () => this.#ended());
  }

  /**
   * @param place - of a process that runs with its flags
   * @throws Error where nothing listens there
   */
  static async open({ port }: InspectorPlace): Promise<Inspector> {
    const response = await fetch(`http://127.0.0.1:${port}/json/list`);
    const [target] = (await response.json()) as readonly { readonly webSocketDebuggerUrl: string }[];
    if (target === undefined) throw new Error(`nothing can be inspected at port ${port}`);
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () =>
        reject(new Error(`the inspector at port ${port} cannot be opened`)),
      );
    });
    return new Inspector(socket);
  }

  /** Collects twice: what the first collection finalises, the second one frees. */
  async collect(): Promise<Held> {
    await this.#ask('HeapProfiler.collectGarbage');
    await this.#ask('HeapProfiler.collectGarbage');
    const { external, heapUsed, rss } = await this.evaluate<NodeJS.MemoryUsage>('process.memoryUsage()');
    return { resident: rss, heap: heapUsed + external };
  }

  /**
   * Has the process evaluate an expression between two of its callbacks.
   *
   * @returns the value, as JSON carries it
   * @throws Error where it throws
   */
  async evaluate<Value>(expression: string): Promise<Value> {
    const { exceptionDetails, result } = (await this.#ask('Runtime.evaluate', {
      expression,
      returnByValue: true,
    })) as Evaluated<Value>;
    if (exceptionDetails === undefined) return result.value;
    throw new Error(
      `${expression} throws ${exceptionDetails.exception?.description ?? exceptionDetails.text}`,
    );
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #ask(method: string, params: object = {}): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) return reject(new Error(ended));
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  #receive(text: string): void {
    const { error, id, result } = JSON.parse(text) as {
      readonly id?: number;
      readonly result?: unknown;
      readonly error?: { readonly message: string };
    };
    const waiting = this.#waiting.get(id ?? 0);
    if (waiting === undefined) return;
    this.#waiting.delete(id ?? 0);
    if (error === undefined) waiting.resolve(result);
    else waiting.reject(new Error(`the inspector answers: ${error.message}`));
  }

  #ended(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(ended));
    this.#waiting.clear();
  }
}

interface Evaluated<Value> {
  readonly result: { readonly value: Value };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

const ended = 'the inspected process has ended';

interface PromiseWithFaults {
  resolve(result: unknown): void;
  reject(fault: Error): void;
}
