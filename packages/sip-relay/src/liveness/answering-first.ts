/**
 * Servers in the order to try: those that answer, then the others, each in the order in which they were given. One that does not answer is
 * tried where there is nothing else, because it may have been taken for dead by mistake.
 * @param servers - FQDNs
 * @param isLiving - whether a server answers, as far as is known
 */
export function livingFirst(
  servers: readonly string[],
  isLiving: ((server: string) => boolean) | undefined,
): readonly string[] {
  if (isLiving === undefined || servers.length < 2 || servers.every((server) => isLiving(server)))
    return servers;
  return [...servers.filter((server) => isLiving(server)), ...servers.filter((server) => !isLiving(server))];
}
