import { addressOf } from '@entente/chat-room';
import {
  addressesConfig,
  bytesInFlightConfig,
  connectionLimitsConfig,
  drainSecondsConfig,
  fqdnConfig,
  managementConfig,
  pluginsConfig,
} from '@entente/host';
import { z } from 'zod';

const address = z.string().transform((text, context) => {
  const found = addressOf(text);
  if (found !== undefined) return found;
  context.addIssue({
    code: 'custom',
    message: `expected an address such as lobby@chat.contoso.example, found ${text}`,
  });
  return z.NEVER;
});

/** The configuration of a chat server. Name, port and addresses come from the signed topology, not from here. */
export const chatRoomServerConfig = z.strictObject({
  /** This server's own name, as the topology lists it with the role trusted-application. */
  fqdn: fqdnConfig,
  /** Where it keeps its keys, certificates, roots and the last good topology. */
  directory: z.string().min(1),
  /** Needed the first time only. */
  join: z.strictObject({ token: z.string().min(1) }).optional(),
  /** Addresses of hosts that DNS does not know, by name. */
  addresses: addressesConfig,
  /** The SQLite file with members and history. Default `rooms.sqlite` in `directory`. */
  file: z.string().min(1).optional(),
  /** Rooms, each at an address of this server. */
  rooms: z
    .array(
      z.strictObject({
        address,
        /** Members who may change who the members are. */
        moderators: z.array(address).max(100).default([]),
        /** Anyone of the organisation may join. */
        isOpen: z.boolean().default(false),
      }),
    )
    .min(1)
    .max(1_000),
  /** Members of one room at most. Default 1000. */
  maxMembers: z.int().min(1).max(10_000).optional(),
  /** Bytes of the body of a message at most. Default 8192. */
  maxMessageBytes: z.int().min(1).max(32_768).optional(),
  /** Messages that a member may send to a room at once, default 10, and how many more each second, default 1. */
  rate: z
    .strictObject({ burst: z.int().min(1).max(1_000), perSecond: z.number().positive().max(1_000) })
    .optional(),
  /** Delivered messages that each room keeps. Default 10000. */
  maxHistory: z.int().min(0).max(1_000_000).optional(),
  /** Bytes of the database at most; beyond them messages are refused. Default 1 GiB. */
  maxBytes: z.int().min(1_048_576).optional(),
  /** Deliveries under way at once. Default 64. */
  concurrency: z.int().min(1).max(1_024).optional(),
  /** Plugins: an installed package or a path beside this file, and the configuration it checks itself. */
  plugins: pluginsConfig,
  /** How many connections its listener holds at once. */
  limits: connectionLimitsConfig.default({}),
  /** Bytes of messages under way that the process keeps at most. Default a quarter of its memory, which is also the most. */
  maxBytesInFlight: bytesInFlightConfig,
  /** Seconds to finish what is under way when the server is told to stop. */
  drainSeconds: drainSecondsConfig,
  /** Where `/healthz`, `/readyz` and `/metrics` are; nowhere without it. */
  management: managementConfig,
  /** Least severe level written to the log. Default info. */
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).optional(),
});

/** The configuration of a chat server. */
export type ChatRoomServerConfig = z.infer<typeof chatRoomServerConfig>;
