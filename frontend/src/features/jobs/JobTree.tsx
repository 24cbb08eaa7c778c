import { makeStyles, tokens } from '@fluentui/react-components';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent } from 'react';

import type { Problem } from '@/api/problem';

import { HistoryRowView, JobRowView } from './rows';
import { StepRowView } from './StepRowView';
import { text } from './text';
import { keyMove, type Row } from './tree';
import type { Job } from './types';
import { useRovingFocus } from './useRovingFocus';
import { useRows } from './useRows';

const HEIGHTS: Record<Row['kind'], number> = { job: 84, step: 26, history: 44 };
/** Older jobs are asked for when so few rows are left below. */
const AHEAD = 20;

const useStyles = makeStyles({
  scroller: { flexGrow: 1, minHeight: 0, overflowY: 'auto', overflowX: 'hidden' },
  tree: { position: 'relative', width: '100%' },
  row: {
    position: 'absolute',
    insetInline: 0,
    top: 0,
    boxSizing: 'border-box',
    outlineStyle: 'none',
    borderRadius: tokens.borderRadiusMedium,
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { boxShadow: `inset 0 0 0 2px ${tokens.colorStrokeFocus2}` },
  },
});

interface Props {
  jobs: Job[];
  /** Some jobs are left out. */
  filtered: boolean;
  /** There are older ones than these. */
  hasMore: boolean;
  /** The job to show and focus first. */
  focusJobId: string;
  onNearEnd: () => void;
  onProblem: (job: Job, problem: Problem) => void;
}

export function JobTree(props: Props) {
  const { jobs, filtered, hasMore, focusJobId, onNearEnd, onProblem } = props;
  const styles = useStyles();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, setOpen } = useRows(jobs, filtered, focusJobId);
  const { activeAt, activeKey, goTo, setActive } = useRovingFocus(rows, focusJobId, scroller);
  // oxlint-disable-next-line react/incompatible-library -- nothing of it is passed on
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => HEIGHTS[rows[at]?.kind ?? 'job'],
    getItemKey: (at) => rows[at]?.key ?? at,
    overscan: 8,
    // the focused row stays, or the focus would be lost with it
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), activeAt])]
        .filter((at) => at < range.count)
        .toSorted((a, b) => a - b),
  });
  const items = virtual.getVirtualItems();
  const lastAt = virtual.range?.endIndex ?? 0;
  const last = rows.at(-1);
  const folded = last?.kind === 'history' && !last.expanded;
  useEffect(() => {
    if (!folded && lastAt >= rows.length - AHEAD) onNearEnd();
  }, [folded, lastAt, rows.length, onNearEnd]);

  const press = (event: KeyboardEvent<HTMLDivElement>) => {
    const own = event.target instanceof HTMLElement && event.target.role === 'treeitem';
    if (!own || event.ctrlKey || event.altKey || event.metaKey || activeKey === null) return;
    const move = keyMove(rows, event.key, activeKey);
    if (!move) return;
    event.preventDefault();
    if ('open' in move) return setOpen(move.open, move.is);
    goTo(move.to);
    virtual.scrollToIndex(rows.findIndex((row) => row.key === move.to));
  };

  return (
    <div className={styles.scroller} ref={scroller}>
      <div
        role="tree"
        aria-label={text.tree}
        tabIndex={-1}
        className={styles.tree}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={press}
      >
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const active = row.key === activeKey;
          return (
            <div
              key={row.key}
              ref={virtual.measureElement}
              data-index={item.index}
              data-key={row.key}
              role="treeitem"
              tabIndex={active ? 0 : -1}
              className={styles.row}
              style={{ transform: `translateY(${item.start}px)` }}
              onFocus={() => setActive(row.key)}
              {...place(row, active)}
            >
              {row.kind === 'job' && (
                <JobRowView
                  row={row}
                  active={active}
                  onToggle={() => setOpen(row.key, !row.expanded)}
                  onProblem={onProblem}
                />
              )}
              {row.kind === 'step' && <StepRowView row={row} active={active} />}
              {row.kind === 'history' && (
                <HistoryRowView
                  row={row}
                  hasMore={hasMore}
                  onToggle={() => setOpen(row.key, !row.expanded)}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Its name is what is written in it: job or step, state and cause. */
function place(row: Row, active: boolean) {
  return {
    'aria-level': row.level,
    'aria-posinset': row.position,
    'aria-setsize': row.siblings,
    'aria-selected': active,
    ...(row.kind !== 'step' && { 'aria-expanded': row.expanded }),
  };
}
