/** Lines of one SIP message up to the blank line, in whatever log: no blank line among them. */
const head = '(?:(?!\\r?\\n\\r?\\n)[^])*?';

/**
 * The answer to a request, in the log of a program that logs what it receives.
 *
 * @param method - of the request
 * @param status - e.g. `2..` for any success
 * @returns what to search for
 */
export function answerTo(method: string, status = '2\\d\\d'): RegExp {
  return new RegExp(`^SIP/2\\.0 ${status} ${head}^CSeq: \\d+ ${method}\\s*$`, 'm');
}

/**
 * A request, in such a log.
 *
 * @param method - of the request
 * @returns what to search for
 */
export function request(method: string): RegExp {
  return new RegExp(`^${method} sips?:\\S+ SIP/2\\.0\\s*$`, 'm');
}

/** A pattern that finds just this text. */
export function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
