import { OperatorFault } from '@entente/host';
import {
  isProxyDirectory,
  type ProxyProgram,
  proxyConfiguration,
  proxyPlan,
} from '@entente/topology-planning';
import { type Command, Option } from 'commander';
import { give, printLines } from '../topology/answer.ts';
import { requireTopology } from '../topology/read-topology.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

interface ProxyOptions {
  readonly for: ProxyProgram;
  readonly server?: string;
  readonly directory: string;
  readonly crl?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `entente topology proxy`: the configuration of a reverse proxy.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('proxy')
    .summary('write the configuration of nginx or HAProxy as reverse proxy')
    .description(
      'Writes the configuration of a reverse proxy in front of the web services: it shows them its certificate, and checks theirs by our CA and by name. Get its certificates with entente cert issue, that for outside with --interface external.',
    )
    .argument('[file]', 'YAML, or the signed JSON', defaultFile)
    .addOption(
      new Option('--for <program>', 'which program').choices(['nginx', 'haproxy']).makeOptionMandatory(),
    )
    .option('--server <fqdn>', 'which reverse proxy, where the topology has several')
    .option('--directory <path>', 'where its certificates are', '/etc/entente')
    .option('--crl', 'check revocation lists too: ca.crl in that directory, which you keep up to date')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology proxy --for nginx > /etc/nginx/conf.d/entente.conf')
    .action(proxy);
}

async function proxy(file: string, given: ProxyOptions): Promise<void> {
  const { crl = false, directory, for: program, json, server } = given;
  if (!isProxyDirectory(directory))
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'expected an absolute path of letters, digits and /._@+- for --directory, found another one',
      place: 'the command line',
      remedy: 'give the directory in which the certificates of the proxy are, e.g. /etc/entente',
    });
  const planned = proxyPlan(await requireTopology(file), server);
  if (!planned.ok) {
    const { remedy, sentence } = planned;
    throw new OperatorFault('ENTENTE_PROXY_PLAN', { sentence, place: file, remedy });
  }
  const { plan } = planned;
  const configuration = proxyConfiguration(plan, program, { directory, hasRevocationLists: crl });
  if (configuration === undefined)
    throw new OperatorFault('ENTENTE_PROXY_PLAN', {
      sentence:
        'nginx checks one name for all web services, expected that they are in one pool, found several',
      place: file,
      remedy: 'put them into one pool, or write the configuration for haproxy',
    });
  if (json === true) give({ json: { file, plan, configuration }, lines: [] }, json);
  else printLines(configuration.trimEnd().split('\n'));
}
