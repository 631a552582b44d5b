import { addressOfRecord, parseUri } from '@entente/sip';

/** What a member asks of a room. */
export type Command =
  | { readonly kind: 'help' | 'join' | 'leave' | 'members' }
  | { readonly kind: 'history'; readonly count: number }
  | { readonly kind: 'receipts'; readonly id: string | undefined }
  /** Of moderators. */
  | { readonly kind: 'add'; readonly text: string }
  | { readonly kind: 'remove' | 'moderator' | 'member'; readonly address: string }
  | { readonly kind: 'unknown'; readonly text: string };

/** Messages that /history gives at most, and where no number is given. */
const maxHistory = 50;
const usualHistory = 10;
/** Longest part of a command that an answer repeats, characters. */
export const maxRepeated = 64;

/** What /help answers. */
export const helpText = [
  '/help',
  '/join, where the room is open',
  '/leave',
  '/members',
  `/history [1 to ${maxHistory}]`,
  '/receipts [id of a message of yours]',
  'moderators: /add <address>, /remove <address>, /moderator <address>, /member <address>',
].join('\n');

/**
 * Reads a text that begins with a slash as a command.
 * @param text - body of a MESSAGE
 * @returns undefined for any other text, which is a message to the members
 */
export function parseCommand(text: string): Command | undefined {
  if (!text.startsWith('/')) return undefined;
  const [name = '', argument, ...more] = text.trim().split(/\s+/);
  const unknown: Command = { kind: 'unknown', text: text.slice(0, maxRepeated) };
  if (more.length > 0) return unknown;
  switch (name) {
    case '/help':
    case '/join':
    case '/leave':
    case '/members':
      return argument === undefined ? { kind: name.slice(1) as 'help' } : unknown;
    case '/history': {
      const count = argument === undefined ? usualHistory : Number(argument);
      return Number.isInteger(count) && count >= 1 && count <= maxHistory
        ? { kind: 'history', count }
        : unknown;
    }
    case '/receipts':
      return { kind: 'receipts', id: argument };
    case '/add':
      return argument === undefined ? unknown : { kind: 'add', text: argument };
    case '/remove':
    case '/moderator':
    case '/member': {
      const address = argument === undefined ? undefined : addressOf(argument);
      return address === undefined ? unknown : { kind: name.slice(1) as 'remove', address };
    }
    default:
      return unknown;
  }
}

/**
 * An address of record as people write it, with or without `sip:`.
 * @returns undefined where it is none
 */
export function addressOf(text: string): string | undefined {
  const parsed = parseUri(/^sips?:/i.test(text) ? text : `sip:${text}`);
  if (!parsed.ok || parsed.value.kind !== 'sip' || parsed.value.rawUser === undefined) return undefined;
  return addressOfRecord(parsed.value);
}
