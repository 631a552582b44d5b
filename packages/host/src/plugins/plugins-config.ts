import { z } from 'zod';

/** Schema of `plugins` in the configuration of a server: an installed package or a path beside the file, and what the operator says of it. */
export const pluginsConfig = z
  .array(
    z.strictObject({
      /** Name of an installed package, or a path beside the configuration file. */
      use: z.string().min(1),
      /** What the plugin checks itself. */
      config: z.unknown().optional(),
      /** Milliseconds in which a plugin in a process of its own has to answer. Default what its manifest says, else 500. */
      timeLimitMs: z.int().min(1).max(10_000).exactOptional(),
      /** Megabytes that its process may use. Default what its manifest says, else 128. */
      memoryMb: z.int().min(64).max(4_096).exactOptional(),
      /** What becomes of that about which it gives no answer. Default `refuse`; `pass` only where its manifest has it too. */
      onFailure: z.enum(['refuse', 'pass']).exactOptional(),
    }),
  )
  .default([]);

/** An entry of `plugins` in a configuration file. */
export type PluginUse = z.infer<typeof pluginsConfig>[number];
