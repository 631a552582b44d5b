/**
 * The package.json of a new plugin.
 * @param name - of the plugin
 * @param entente - the rest of its manifest
 * @param suite - package with the compliance suite, and its version
 */
export function manifestText(
  name: string,
  entente: object,
  suite: { readonly name: string; readonly version: string },
): string {
  const manifest = {
    name: `entente-plugin-${name}`,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    exports: './index.js',
    files: ['index.js'],
    scripts: { test: 'node --test' },
    entente: { apiVersion: 1, name, ...entente },
    devDependencies: { [suite.name]: `^${suite.version}` },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/**
 * The README of a new plugin.
 * @param name - of the plugin
 * @param what - a sentence
 * @param config - as YAML, in one line
 * @param note - a paragraph about the configuration
 */
export function readmeText(name: string, what: string, config: string, note?: string): string {
  return `# entente-plugin-${name}

${what}

\`\`\`sh
npm install
npm test
npm pack
\`\`\`

\`npm install --save-dev @entente/testkit\` brings a network for tests: a CA, servers that load this folder, and clients of users.

Install the tarball with npm beside the configuration of a server that takes its port, and name it there:

\`\`\`yaml
plugins:
  - { use: entente-plugin-${name}, config: ${config} }
\`\`\`
${note === undefined ? '' : `\n${note}\n`}`;
}
