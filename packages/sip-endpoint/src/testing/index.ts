export { type MemoryPlace, MemoryTransport, memoryTransport } from './memory-transport.ts';
