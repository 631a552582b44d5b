import { dirname, resolve } from 'node:path';
import { loadYaml, OperatorFault } from '@entente/host';

/** The fields of `authority.yaml` that are needed here. */
export interface AuthorityNames {
  readonly domain: string;
  readonly directory: string;
  readonly authorityUrl: string;
  readonly objectsUrl: string;
  /** Address that the authority listens on, where it is a single one. */
  readonly address: string | undefined;
  /** Port that it listens on, where the configuration gives one. */
  readonly port: number | undefined;
}

/**
 * Reads the names of an authority from its configuration.
 * @param file - `authority.yaml`
 * @throws OperatorFault `ENTENTE_CONFIG_INVALID`, and what `loadYaml` throws
 */
export async function authorityNamesOf(file: string): Promise<AuthorityNames> {
  const read = loadYaml(file) as Record<string, Record<string, unknown> | unknown> | null;
  const https = read?.https as Record<string, unknown> | undefined;
  const objects = read?.objects as Record<string, unknown> | undefined;
  const [domain, directory] = [read?.domain, read?.directory];
  const [authorityUrl, objectsUrl, host, port] = [https?.url, objects?.url, https?.host, https?.port];
  if (
    typeof domain !== 'string' ||
    typeof directory !== 'string' ||
    typeof authorityUrl !== 'string' ||
    typeof objectsUrl !== 'string'
  ) {
    throw new OperatorFault('ENTENTE_CONFIG_INVALID', {
      sentence: 'expected domain, directory, https.url and objects.url',
      place: file,
      remedy: 'name the authority.yaml that entente ca init wrote',
    });
  }
  const one = typeof host === 'string' && host !== '::' && host !== '0.0.0.0';
  return {
    domain,
    directory: resolve(dirname(file), directory),
    authorityUrl,
    objectsUrl,
    address: one ? (host as string) : undefined,
    port: Number.isInteger(port) && (port as number) > 0 ? (port as number) : undefined,
  };
}
