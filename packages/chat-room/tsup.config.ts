import { library } from '../../tooling/build/library.ts';

// `room-thread` is the entry point of the thread of the database, which `index` starts by the name of its file beside it.
export default library({ index: 'src/index.ts', 'room-thread': 'src/worker/thread.ts' });
