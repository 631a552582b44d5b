export { type Arrival, decidePassage, type Passage, type PassageDecision } from './decide-passage.ts';
export { Edge, type EdgeOptions, type Side } from './edge.ts';
export { type RunningEdge, type ServeEdgeOptions, serveEdge } from './serve-edge.ts';
