/** How labels are drawn: as the pack says, else from a palette that colour-blind people can use. */

export interface LabelStyle {
  colour: string;
  /** Radius in pixels. */
  size: number;
}

// Okabe and Ito's, without the black, and a grey that both themes can show
const PALETTE = [
  '#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#B8A800', '#7F7F7F',
] as const; // prettier-ignore

const COLOUR = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;
const DEFAULT_SIZE = 12;
const [SMALLEST, LARGEST] = [3, 14];

/** By label; a label keeps its colour as long as the labels of the scenario stay. */
export function labelStyles(
  labels: string[],
  graphStyles: Record<string, unknown>,
): Map<string, LabelStyle> {
  const wanted = (graphStyles['node_types'] ?? {}) as Record<string, Record<string, unknown>>;
  const sorted = labels.toSorted();
  return new Map(
    sorted.map((label, index) => {
      const { color, size } = wanted[label] ?? {};
      const own = PALETTE[index % PALETTE.length] ?? PALETTE[0];
      const colour = typeof color === 'string' && COLOUR.test(color) ? color : own;
      const given = typeof size === 'number' ? size : DEFAULT_SIZE;
      return [label, { colour, size: Math.min(LARGEST, Math.max(SMALLEST, given / 2.5)) }];
    }),
  );
}
