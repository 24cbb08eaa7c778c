/** What the page and the worker that lays out the graph say to each other. */
export interface LayoutRequest {
  order: number;
  /** Source and target of each edge, by index. */
  edges: Uint32Array;
  /** x and y of each vertex. */
  positions: Float32Array;
  /** Whether positions are wanted before the end. */
  moving: boolean;
}

export interface LayoutAnswer {
  positions: Float32Array;
  done: boolean;
}

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** Where vertices begin: on a sunflower's spiral, so that none are at one place. */
export function firstPositions(order: number): Float32Array {
  const positions = new Float32Array(order * 2);
  for (let index = 0; index < order; index += 1) {
    const radius = Math.sqrt(index + 0.5) * 10;
    positions[index * 2] = radius * Math.cos(index * GOLDEN_ANGLE);
    positions[index * 2 + 1] = radius * Math.sin(index * GOLDEN_ANGLE);
  }
  return positions;
}
