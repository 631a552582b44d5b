import { library } from '../../tooling/build/library.ts';

export default library({ index: 'src/index.ts', internal: 'src/internal.ts' });
