import { type NetworkPlan, planFile } from '@entente/network-folder';
import { readmeText } from './readme-text.ts';

/** Packages of the network: its servers, the command line, the client of its users, and what starts them. */
const packages = ['authority-server', 'cli', 'create', 'demo-client', 'pool-server'] as const;

/**
 * The files of a new network, by name. None holds a secret: keys and passwords are created at the first start.
 * @param name - of the folder
 * @param plan - names and ports
 * @param version - of the packages
 */
export function folderFiles(
  name: string,
  plan: NetworkPlan,
  version: string,
): Readonly<Record<string, string>> {
  const manifest = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: { start: 'entente-network start', hello: 'entente-network hello' },
    dependencies: Object.fromEntries(packages.map((one) => [`@entente/${one}`, version])),
  };
  return {
    'package.json': json(manifest),
    [planFile]: json(plan),
    'README.md': readmeText(plan),
    '.gitignore': ignored,
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Everything that holds a key, a password or a token, and what grows. */
const ignored = `node_modules/
logs/
ca/
administrators/*.key
clients/
*.yaml
*.yaml.before
!topology.yaml
fe*/
.first-start*/
`;
