import { type Refusal, refuse } from '@entente/application';

/** Every reason for which a room refuses a request, as literals of logs, metrics and Entente-Diagnostics. */
export const chatRefusalReasons = [
  'unknown-room',
  'not-identified',
  'anonymous-not-allowed',
  'from-a-room',
  'not-a-member',
  'not-a-moderator',
  'named-moderator',
  'not-a-user',
  'room-not-open',
  'room-full',
  'body-not-accepted',
  'message-too-long',
  'rate-exceeded',
  'too-many-deliveries',
  'too-many-deliveries-of-room',
  'storage-full',
  'store-unavailable',
  'store-busy',
  'unknown-command',
] as const;

/** Why a room refuses a request. */
export type ChatRefusalReason = (typeof chatRefusalReasons)[number];

const retryAfterSeconds = '10';

/** The refusals of rooms, each with its status, sentence and remedy. */
export const refusals = {
  unknownRoom: (address: string): Refusal =>
    because(
      404,
      'unknown-room',
      `expected a room of this server, found ${address}`,
      'Check the address, or add the room to the configuration.',
    ),
  notIdentified: (): Refusal =>
    because(
      403,
      'not-identified',
      'expected a sender whom a front end has authenticated, found none',
      'Send the message as a user of this organisation.',
    ),
  anonymous: (): Refusal =>
    because(
      403,
      'anonymous-not-allowed',
      'expected a sender who may be named to the members, found a sender with Privacy',
      'Send the message without Privacy.',
    ),
  fromRoom: (): Refusal =>
    because(
      482,
      'from-a-room',
      'expected a message of a user, found one that a room has delivered',
      'Remove the one room from the members of the other.',
    ),
  notMember: (address: string, room: string): Refusal =>
    because(
      403,
      'not-a-member',
      `expected a member of ${room}, found ${address}`,
      'Ask a moderator, who sends /add with the address; or /join where the room is open.',
    ),
  notModerator: (address: string, room: string): Refusal =>
    because(
      403,
      'not-a-moderator',
      `expected a moderator of ${room}, found ${address}`,
      'Ask a moderator: /members lists them.',
    ),
  namedModerator: (address: string, room: string): Refusal =>
    because(
      403,
      'named-moderator',
      `expected a member whom the configuration of ${room} does not name, found ${address}`,
      'Take the moderator out of the configuration of the chat server, and start it again.',
    ),
  notUser: (found: string): Refusal =>
    because(
      403,
      'not-a-user',
      `expected the address of a user of this organisation, found ${found}`,
      'Send /add with an address at a domain of ours that is no room, such as alice@contoso.example.',
    ),
  notOpen: (room: string): Refusal =>
    because(
      403,
      'room-not-open',
      `expected a room that anyone may join, found ${room}`,
      'Ask a moderator of the room.',
    ),
  full: (room: string, most: number): Refusal =>
    because(
      403,
      'room-full',
      `expected fewer than ${most} members of ${room}, found as many`,
      'Remove members, or raise maxMembers.',
    ),
  body: (found: string): Refusal =>
    because(
      415,
      'body-not-accepted',
      `expected a body of text/plain without an encoding, found ${found}`,
      'Send plain text.',
      { Accept: 'text/plain' },
    ),
  tooLong: (found: number, most: number): Refusal =>
    because(
      413,
      'message-too-long',
      `expected at most ${most} bytes, found ${found}`,
      'Send less, or raise maxMessageBytes.',
    ),
  rate: (address: string): Refusal =>
    because(
      480,
      'rate-exceeded',
      `expected fewer messages a second, found more of ${address}`,
      'Wait as Retry-After says.',
      { 'Retry-After': '1' },
    ),
  repliesUnderWay: (address: string): Refusal =>
    because(
      480,
      'rate-exceeded',
      `expected that earlier answers have arrived, found as many as may be on their way to ${address}`,
      'Wait until they have, or let the device answer them.',
      { 'Retry-After': retryAfterSeconds },
    ),
  tooManyReplies: (address: string): Refusal =>
    because(
      480,
      'rate-exceeded',
      `expected fewer messages that answer commands, found as many as may go to ${address} now`,
      'Wait as Retry-After says, or ask for fewer messages with /history.',
      { 'Retry-After': '60' },
    ),
  tooManyDeliveries: (most: number): Refusal =>
    because(
      480,
      'too-many-deliveries',
      `expected room among ${most} deliveries that wait, found none`,
      'Wait until members have got what was sent before.',
      { 'Retry-After': retryAfterSeconds },
    ),
  tooManyOfRoom: (room: string, waiting: number, free: number): Refusal =>
    because(
      480,
      'too-many-deliveries-of-room',
      `expected of ${room} no more deliveries that wait than are free for all rooms, found ${waiting} and ${free}`,
      'Wait until members have got what was sent before; /remove those who answer nothing.',
      { 'Retry-After': retryAfterSeconds },
    ),
  storageFull: (most: number): Refusal =>
    because(
      480,
      'storage-full',
      `expected a database below ${most} bytes, found a larger one`,
      'Lower maxHistory, or raise maxBytes where the disk has room.',
      { 'Retry-After': retryAfterSeconds },
    ),
  store: (message: string): Refusal =>
    because(
      480,
      'store-unavailable',
      message,
      'Look at the disk and the log of the chat server, then send it again.',
      { 'Retry-After': retryAfterSeconds },
    ),
  busy: (message: string): Refusal =>
    because(
      480,
      'store-busy',
      message,
      'Wait as Retry-After says; nothing of the message was stored. Where this lasts, put the database on a faster disk.',
      { 'Retry-After': retryAfterSeconds },
    ),
  unknownCommand: (found: string): Refusal =>
    because(
      400,
      'unknown-command',
      `expected a command of /help, found ${found}`,
      'Send /help, or begin a text with a space where it is none.',
    ),
};

function because(
  status: number,
  reason: ChatRefusalReason,
  message: string,
  remedy: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return refuse(status, reason, message, remedy, headers);
}
