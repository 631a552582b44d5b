/** What a registry answered. */
export interface RegistryAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * Asks a registry for packages of others, each thing once, for programs that cannot reach it themselves.
 *
 * @param registry - its address, with a slash at its end
 * @param own - the address that is to be asked for tarballs, in place of the registry's
 */
export function otherPackages(
  registry: string,
  own: string,
): (path: string, accept: string) => Promise<RegistryAnswer> {
  const asked = new Map<string, Promise<RegistryAnswer>>();
  const ask = async (path: string, accept: string): Promise<RegistryAnswer> => {
    const answer = await fetch(new URL(path, registry), { headers: { accept } });
    const body = Buffer.from(await answer.arrayBuffer());
    const isDocument = answer.headers.get('content-type')?.includes('json') === true;
    return {
      status: answer.status,
      body: isDocument ? Buffer.from(body.toString('utf8').replaceAll(registry, own)) : body,
    };
  };
  return (path, accept) => {
    const key = `${accept} ${path}`;
    const known = asked.get(key) ?? ask(path, accept);
    asked.set(key, known);
    return known;
  };
}
