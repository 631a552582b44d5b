import { library } from '../../tooling/build/library.ts';

// `program` is what the command line begins with: it loads a command once it is named.
export default library({ index: 'src/index.ts', program: 'src/program.ts' });
