import { library } from '../../tooling/build/library.ts';

// `plugin-runner` is the program of a plugin in a process of its own, which `index` starts by the name of its file beside it.
export default library({
  index: 'src/index.ts',
  'exporter/index': 'src/exporter/index.ts',
  'plugin/index': 'src/plugin/index.ts',
  'plugin-runner': 'src/own-process/runner.mjs',
});
