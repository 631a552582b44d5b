/** The parsers of npm on the same bytes. Each throws where it does not read the message, so none wins by failing. */
export function peers(require: NodeJS.Require, bytes: Buffer) {
  const sip = require('sip') as { parse(bytes: Buffer): { headers?: Record<string, unknown> } | undefined };
  const JsSip = require('jssip/lib/Parser') as { parseMessage(data: string, ua: unknown): unknown };
  const { Parser } = require('sip.js/lib/core/messages/parser') as {
    Parser: { parseMessage(data: string, logger: unknown): unknown };
  };
  const text = bytes.toString('utf8');
  const logger = { warn() {}, error() {}, debug() {}, log() {} };
  return {
    parseSip: () => must(sip.parse(bytes)?.headers?.['call-id'] !== undefined),
    parseJsSip: () => must(JsSip.parseMessage(text, {}) !== undefined),
    parseSipJs: () => must(Parser.parseMessage(text, logger) !== undefined),
  };
}

function must(read: boolean): void {
  if (!read) throw new Error('a peer did not read the sample');
}
