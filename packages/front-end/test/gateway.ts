import { connect, createServer, type Server, type Socket } from 'node:net';

interface Passage {
  readonly client: Socket;
  readonly server: Socket;
  lastAt: number;
  isDark: boolean;
}

/** What lies between a client and its server: an address translator that forgets connections on which nothing passes for a while. */
export class Gateway implements AsyncDisposable {
  readonly #server: Server;
  readonly #now: () => number;
  readonly #passages = new Set<Passage>();
  /** Connections that it has ended, for nothing had passed. */
  forgotten = 0;

  private constructor(to: number, now: () => number) {
    this.#now = now;
    this.#server = createServer((client) => this.#pass(client, connect(to, '127.0.0.1')));
  }

  /**
   * @param to - port of the server
   * @param now - milliseconds since 1970
   */
  static async open(to: number, now: () => number): Promise<Gateway> {
    const gateway = new Gateway(to, now);
    await new Promise<void>((resolve) => gateway.#server.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Connections that a client has through it. */
  get open(): number {
    return this.#passages.size;
  }

  /** Ends the connections on which nothing has passed for so many milliseconds. */
  forgetAfter(idleMs: number): void {
    for (const passage of this.#passages) {
      if (passage.isDark || this.#now() - passage.lastAt < idleMs) continue;
      this.forgotten++;
      this.#end(passage);
    }
  }

  /** The client has another address from now on: on its connections nothing passes any more, and nobody is told. */
  goDark(): void {
    for (const passage of this.#passages) passage.isDark = true;
  }

  /** Is at this address no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const passage of this.#passages) this.#end(passage);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(client: Socket, server: Socket): void {
    const passage: Passage = { client, server, lastAt: this.#now(), isDark: false };
    this.#passages.add(passage);
    const carry = (from: Socket, to: Socket) => {
      from.on('error', () => {});
      from.on('data', (bytes) => {
        if (passage.isDark) return;
        passage.lastAt = this.#now();
        to.write(bytes);
      });
      from.on('close', () => {
        if (from === client) this.#end(passage);
        else if (!passage.isDark) this.#end(passage);
      });
    };
    carry(client, server);
    carry(server, client);
  }

  #end(passage: Passage): void {
    this.#passages.delete(passage);
    passage.client.destroy();
    // The server hears nothing of a client that has moved.
    if (!passage.isDark) passage.server.destroy();
  }
}
