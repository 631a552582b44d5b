import { library } from '../../tooling/build/library.ts';

export default library({
  index: 'src/index.ts',
  parts: 'src/network/parts.ts',
  'heap-growth': 'src/heap-growth.ts',
  'request-between': 'src/request-between.ts',
  'postgres/index': 'src/postgres/index.ts',
  'redis/index': 'src/redis/index.ts',
  'topology/index': 'src/topology/index.ts',
});
