import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';

import type { Vertex } from '@/api/scenarios';
import { formatNumber } from '@/lib/format';

import { TEXT } from './text';
import { nameOf, type Model } from './model';

const ROW = 40;

const useStyles = makeStyles({
  scroll: { height: '100%', minHeight: '360px', maxHeight: '70vh', overflow: 'auto' },
  row: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 2fr) minmax(0, 1fr) 64px',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    boxSizing: 'border-box',
    height: `${ROW}px`,
    paddingInline: tokens.spacingHorizontalM,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    '&[aria-selected="true"]': { backgroundColor: tokens.colorNeutralBackground1Selected },
  },
  head: {
    position: 'sticky',
    top: 0,
    zIndex: 1,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground2,
  },
  cell: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  pick: { justifyContent: 'start', minWidth: 0, maxWidth: '100%', paddingInline: 0 },
  number: { textAlign: 'end' },
});

interface Props {
  model: Model;
  vertices: Vertex[];
  selected: string | null;
  onSelect: (id: string) => void;
}

/** The drawing for those who can't see it: the same vertices and the same selection. */
export function VertexTable({ model, vertices, selected, onSelect }: Props) {
  const styles = useStyles();
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: vertices.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  return (
    <div ref={scroll} className={styles.scroll}>
      <div role="grid" aria-label={TEXT.vertices} aria-rowcount={vertices.length + 1}>
        <div role="row" aria-rowindex={1} className={`${styles.row} ${styles.head}`}>
          <span role="columnheader">{TEXT.name}</span>
          <span role="columnheader">{TEXT.label}</span>
          <span role="columnheader" className={styles.number}>
            {TEXT.degree}
          </span>
        </div>
        <div role="rowgroup" style={{ position: 'relative', height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const vertex = vertices[index];
            if (!vertex) return null;
            return (
              <div
                key={vertex.id}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={vertex.id === selected}
                className={styles.row}
                style={{
                  position: 'absolute',
                  insetInline: 0,
                  transform: `translateY(${start}px)`,
                }}
              >
                <span role="gridcell" className={styles.cell}>
                  <Button
                    appearance="transparent"
                    className={styles.pick}
                    onClick={() => onSelect(vertex.id)}
                  >
                    {nameOf(vertex)}
                  </Button>
                </span>
                <span role="gridcell" className={styles.cell}>
                  {vertex.label}
                </span>
                <span role="gridcell" className={styles.number}>
                  {formatNumber(model.neighbours.get(vertex.id)?.length ?? 0)}
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
