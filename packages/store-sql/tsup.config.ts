import { library } from '../../tooling/build/library.ts';

// `thread` is the entry point of the worker thread, which `index` starts by the name of its file beside it.
export default library({
  index: 'src/index.ts',
  thread: 'src/worker/thread.ts',
  'postgres/index': 'src/postgres/index.ts',
  'sqlite/index': 'src/sqlite/index.ts',
});
