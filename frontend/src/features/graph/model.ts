/** The graph as the views of it see it; knows no drawing. */
import type { Edge, Topology, Vertex } from '@/api/scenarios';

export interface Neighbour {
  edge: Edge;
  vertex: Vertex;
  outgoing: boolean;
}

export interface Model {
  vertices: Vertex[];
  edges: Edge[];
  byId: Map<string, Vertex>;
  neighbours: Map<string, Neighbour[]>;
}

export function modelOf({ nodes, edges }: Topology): Model {
  const byId = new Map(nodes.map((vertex) => [vertex.id, vertex]));
  const neighbours = new Map<string, Neighbour[]>(nodes.map(({ id }) => [id, []]));
  for (const edge of edges) {
    const [source, target] = [byId.get(edge.source), byId.get(edge.target)];
    if (!source || !target) continue;
    neighbours.get(source.id)?.push({ edge, vertex: target, outgoing: true });
    if (source !== target)
      neighbours.get(target.id)?.push({ edge, vertex: source, outgoing: false });
  }
  return { vertices: nodes, edges, byId, neighbours };
}

const NAMING = /^(display_?name|name|title|label)$/i;

/** What a vertex is called: a property that names it, else its id without the label. */
export function nameOf(vertex: Vertex): string {
  const naming = Object.entries(vertex.properties).find(
    ([key, value]) => NAMING.test(key) && typeof value === 'string' && value,
  );
  return naming ? String(naming[1]) : vertex.id.slice(vertex.id.indexOf(':') + 1);
}

/** Those that the words are found in, the nearest first. */
export function find(vertices: Vertex[], words: string): Vertex[] {
  const phrase = words.toLowerCase().trim();
  if (!phrase) return [];
  const wanted = phrase.split(/\s+/);
  return vertices
    .map((vertex) => ({ vertex, distance: distanceOf(vertex, phrase, wanted) }))
    .filter(({ distance }) => distance < NOWHERE)
    .toSorted((a, b) => a.distance - b.distance)
    .map(({ vertex }) => vertex);
}

const NOWHERE = 5;

function distanceOf(vertex: Vertex, phrase: string, wanted: string[]): number {
  const name = nameOf(vertex).toLowerCase();
  const has = (text: string) => wanted.every((word) => text.toLowerCase().includes(word));
  if (name === phrase) return 0;
  if (name.startsWith(phrase)) return 1;
  if (has(name)) return 2;
  if (has(`${name} ${vertex.id}`)) return 3;
  return has(Object.values(vertex.properties).join(' ')) ? 4 : NOWHERE;
}

/** `98 by route`, for each label of an edge, most first. */
export function byEdgeLabel(neighbours: Neighbour[]): [label: string, Neighbour[]][] {
  const groups = new Map<string, Neighbour[]>();
  for (const each of neighbours) {
    const group = groups.get(each.edge.label) ?? [];
    group.push(each);
    groups.set(each.edge.label, group);
  }
  return [...groups].toSorted(([, a], [, b]) => b.length - a.length);
}
