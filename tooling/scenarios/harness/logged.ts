import { expect } from 'vitest';

/**
 * Waits until a log has a line with these fields, and what to do about it.
 * @param lines - of the log
 * @param fields - of the line
 */
export async function logged(lines: () => readonly object[], fields: object): Promise<void> {
  const line = { remedy: expect.stringMatching(/./), ...fields };
  await expect.poll(lines).toContainEqual(expect.objectContaining(line));
}
