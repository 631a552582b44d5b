import { library } from '../../tooling/build/library.ts';

export default library({ index: 'src/index.ts', 'plugin/index': 'src/plugin/index.ts' });
