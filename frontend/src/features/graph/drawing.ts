/** The graph on a canvas, by sigma. */
import { MultiDirectedGraph } from 'graphology';
import { Sigma } from 'sigma';

import type { LabelStyle } from '@/lib/labelStyles';
import { firstPositions, type LayoutAnswer, type LayoutRequest } from './layout';
import { nameOf, type Model } from './model';

export interface View {
  selected: string | null;
  hidden: ReadonlySet<string>;
  colours: { text: string; edge: string; faint: string; ground: string };
}

const EDGES_WHILE_MOVING = 5_000;

type Attributes = Record<string, unknown>;

const reducedMotion = globalThis.matchMedia('(prefers-reduced-motion: reduce)');

export class Drawing {
  readonly #graph: MultiDirectedGraph;
  readonly #sigma: Sigma;
  readonly #worker: Worker;
  #view: View;
  #near = new Set<string>();

  /** Throws if there is no WebGL. */
  constructor(
    container: HTMLElement,
    private readonly model: Model,
    styles: Map<string, LabelStyle>,
    view: View,
    on: { select: (id: string | null) => void; settled: () => void },
  ) {
    this.#view = view;
    this.#graph = graphOf(model, styles);
    this.#sigma = new Sigma(this.#graph, container, {
      allowInvalidContainer: true,
      hideEdgesOnMove: model.edges.length > EDGES_WHILE_MOVING,
      labelRenderedSizeThreshold: 7,
      labelDensity: 0.5,
      labelFont: 'system-ui, sans-serif',
      labelColor: { attribute: 'labelColour' },
      zIndex: true,
      nodeReducer: (id, data) => this.#drawVertex(id, data),
      edgeReducer: (id, data) => this.#drawEdge(id, data),
      defaultDrawNodeHover: (context, data) => this.#drawHover(context, data),
    });
    this.#sigma.on('clickNode', ({ node }) => on.select(node));
    this.#sigma.on('clickStage', () => on.select(null));
    this.#worker = this.#startLayout(on.settled);
  }

  show(view: View): void {
    this.#view = view;
    const neighbours = view.selected ? (this.model.neighbours.get(view.selected) ?? []) : [];
    this.#near = new Set(neighbours.map(({ vertex }) => vertex.id));
    this.#sigma.refresh({ skipIndexation: true });
  }

  fit(): void {
    void this.#sigma.getCamera().animatedReset({ duration: reducedMotion.matches ? 0 : 300 });
  }

  goTo(id: string): void {
    const place = this.#sigma.getNodeDisplayData(id);
    if (!place) return;
    const camera = this.#sigma.getCamera();
    const state = { x: place.x, y: place.y, ratio: Math.min(camera.ratio, 0.5) };
    void camera.animate(state, { duration: reducedMotion.matches ? 0 : 300 });
  }

  stopLayout(): void {
    this.#worker.terminate();
  }

  destroy(): void {
    this.#worker.terminate();
    this.#sigma.kill();
  }

  #startLayout(settled: () => void): Worker {
    const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<LayoutAnswer>) => {
      this.#place(data.positions);
      if (!data.done) return;
      settled();
      this.#sigma.refresh(); // the camera's measure is the drawing as it is now
      if (this.#view.selected) this.goTo(this.#view.selected);
    });
    worker.addEventListener('error', settled);
    worker.postMessage(requestOf(this.model));
    return worker;
  }

  #place(positions: Float32Array): void {
    let index = 0;
    this.#graph.updateEachNodeAttributes(
      (_, attributes) => {
        const [x, y] = [positions[index], positions[index + 1]];
        index += 2;
        return { ...attributes, x, y };
      },
      { attributes: ['x', 'y'] },
    );
  }

  #drawVertex(id: string, data: Attributes): Attributes {
    const { selected, hidden, colours } = this.#view;
    if (hidden.has(data['kind'] as string)) return { ...data, hidden: true };
    const drawn = { ...data, labelColour: colours.text };
    if (!selected) return drawn;
    if (id === selected) return { ...drawn, highlighted: true, zIndex: 2 };
    if (this.#near.has(id)) return { ...drawn, zIndex: 1 };
    return { ...drawn, color: colours.faint, label: '', zIndex: 0 };
  }

  #drawEdge(id: string, data: Attributes): Attributes {
    const { selected, colours } = this.#view;
    const touches = !selected || this.#graph.hasExtremity(id, selected);
    return { ...data, color: colours.edge, hidden: !touches };
  }

  #drawHover(
    context: CanvasRenderingContext2D,
    data: { x: number; y: number; size: number; label: string | null },
  ): void {
    const { text, ground } = this.#view.colours;
    context.beginPath();
    context.arc(data.x, data.y, data.size + 3, 0, Math.PI * 2);
    context.lineWidth = 2;
    context.strokeStyle = text;
    context.stroke();
    if (!data.label) return;
    context.font = '14px system-ui, sans-serif';
    const left = data.x + data.size + 6;
    context.fillStyle = ground;
    context.fillRect(left - 3, data.y - 11, context.measureText(data.label).width + 6, 22);
    context.fillStyle = text;
    context.fillText(data.label, left, data.y + 5);
  }
}

function graphOf(model: Model, styles: Map<string, LabelStyle>): MultiDirectedGraph {
  const graph = new MultiDirectedGraph();
  const positions = firstPositions(model.vertices.length);
  for (const [index, vertex] of model.vertices.entries()) {
    const style = styles.get(vertex.label);
    graph.addNode(vertex.id, {
      x: positions[index * 2],
      y: positions[index * 2 + 1],
      kind: vertex.label,
      label: nameOf(vertex),
      color: style?.colour,
      size: style?.size,
    });
  }
  for (const { source, target, id } of model.edges) {
    if (model.byId.has(source) && model.byId.has(target)) {
      graph.addEdgeWithKey(id, source, target, { size: 1 });
    }
  }
  return graph;
}

function requestOf(model: Model): LayoutRequest {
  const place = new Map(model.vertices.map(({ id }, index) => [id, index]));
  const ends = model.edges.flatMap(({ source, target }) => [place.get(source), place.get(target)]);
  return {
    order: model.vertices.length,
    edges: Uint32Array.from(ends.filter((end) => end !== undefined)),
    positions: firstPositions(model.vertices.length),
    moving: !reducedMotion.matches,
  };
}
