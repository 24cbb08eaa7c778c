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

/** Those with each word in their name, their id or a text of theirs; by name first. */
export function find(vertices: Vertex[], words: string): Vertex[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const has = (text: string) => wanted.every((word) => text.includes(word));
  const named = vertices.filter((each) => has(`${nameOf(each)} ${each.id}`.toLowerCase()));
  const known = new Set(named);
  const others = vertices.filter(
    (each) => !known.has(each) && has(Object.values(each.properties).join(' ').toLowerCase()),
  );
  return [...named, ...others];
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
