/** The name of the manifest in a backup. */
export const manifestFile = 'manifest.json';
