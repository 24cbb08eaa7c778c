import { UndirectedGraph } from 'graphology';
import forceAtlas2 from 'graphology-layout-forceatlas2';

import type { LayoutAnswer, LayoutRequest } from './layout';

const LONGEST = 15_000;
const BETWEEN = 250;
/** Less than this part of the drawing's width moved on average in a round: it has settled. */
const SETTLED = 0.0004;

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;

function graphOf({ order, edges, positions }: LayoutRequest): UndirectedGraph {
  const graph = new UndirectedGraph({ allowSelfLoops: false });
  for (let index = 0; index < order; index += 1) {
    graph.addNode(index, { x: positions[index * 2], y: positions[index * 2 + 1] });
  }
  for (let index = 0; index < edges.length; index += 2) {
    const [source, target] = [edges[index], edges[index + 1]];
    if (source !== target && !graph.hasEdge(source, target)) graph.addEdge(source, target);
  }
  return graph;
}

function positionsOf(graph: UndirectedGraph): Float32Array {
  const positions = new Float32Array(graph.order * 2);
  let index = 0;
  graph.forEachNode((_, { x, y }) => {
    positions[index] = x as number;
    positions[index + 1] = y as number;
    index += 2;
  });
  return positions;
}

function movement(before: Float32Array, after: Float32Array): number {
  let moved = 0;
  let width = 1;
  for (let index = 0; index < after.length; index += 1) {
    moved += Math.abs((after[index] ?? 0) - (before[index] ?? 0));
    width = Math.max(width, Math.abs(after[index] ?? 0));
  }
  return moved / after.length / width;
}

function say(answer: LayoutAnswer): void {
  scope.postMessage(answer, [answer.positions.buffer]);
}

scope.addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  const graph = graphOf(data);
  const settings = { ...forceAtlas2.inferSettings(graph), adjustSizes: false };
  const iterations = graph.order > 5_000 ? 2 : 10;
  const [started, quiet] = [performance.now(), { rounds: 0 }];
  let [shown, before] = [started, positionsOf(graph)];
  while (performance.now() - started < LONGEST && quiet.rounds < 3) {
    forceAtlas2.assign(graph, { iterations, settings });
    const after = positionsOf(graph);
    quiet.rounds = movement(before, after) < SETTLED * iterations ? quiet.rounds + 1 : 0;
    before = after;
    if (data.moving && performance.now() - shown > BETWEEN) {
      shown = performance.now();
      say({ positions: after.slice(), done: false });
    }
  }
  say({ positions: before, done: true });
});
