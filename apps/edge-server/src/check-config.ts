import { loadConfig, pathBeside } from '@entente/host';
import { loadCredential } from '@entente/tls';
import { edgeServerConfig } from './config.ts';
import { createResolver } from './resolver.ts';

/**
 * Checks a configuration, its DNS servers, and the certificate and key that it names.
 * @param configFile - YAML
 * @throws OperatorFault and TlsFault as the start would
 */
export async function checkConfig(configFile: string): Promise<void> {
  const { dns, external } = loadConfig(configFile, edgeServerConfig);
  createResolver(dns, configFile);
  if (external === undefined) return;
  await using _credential = await loadCredential({
    certificate: pathBeside(configFile, external.certificate),
    key: pathBeside(configFile, external.key),
  });
}
