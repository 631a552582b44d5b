const headEnd = '\r\n\r\n';
const carriageReturn = 13;
const lengthHeader = '\r\nContent-Length: ';

/**
 * Cuts a stream into whole SIP messages by Content-Length, and knows nothing else about them. Text is latin1, so that
 * every byte survives. For peers we trust to be well-formed: the benchmark's own.
 */
export class MessageCutter {
  readonly #deliver: (message: string) => void;
  readonly #onPing: () => void;
  #rest = '';

  /**
   * @param deliver - takes each whole message
   * @param onPing - a keep-alive has come that wants an answer (RFC 5626 §4.4.1): who does not give it loses the connection
   */
  constructor(deliver: (message: string) => void, onPing: () => void = () => undefined) {
    this.#deliver = deliver;
    this.#onPing = onPing;
  }

  push(chunk: Buffer): void {
    let text = this.#rest === '' ? chunk.toString('latin1') : this.#rest + chunk.toString('latin1');
    let from = 0;
    for (;;) {
      if (text.charCodeAt(from) === carriageReturn) {
        if (text.length - from < headEnd.length && headEnd.startsWith(text.slice(from))) break;
        const isPing = text.startsWith(headEnd, from);
        if (isPing) this.#onPing();
        from += isPing ? headEnd.length : headEnd.length / 2;
        continue;
      }
      const end = text.indexOf(headEnd, from);
      if (end < 0) break;
      const at = text.indexOf(lengthHeader, from);
      if (at < 0 || at > end) throw new Error(`a message without Content-Length: ${text.slice(from, end)}`);
      const total = end + headEnd.length + readNumber(text, at + lengthHeader.length);
      if (text.length < total) break;
      this.#deliver(text.slice(from, total));
      from = total;
    }
    if (from > 0) text = text.slice(from);
    this.#rest = text;
  }
}

function readNumber(text: string, from: number): number {
  let value = 0;
  for (let i = from; ; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9 || Number.isNaN(digit)) return value;
    value = value * 10 + digit;
  }
}
