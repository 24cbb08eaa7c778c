import { makeStyles, tokens } from '@fluentui/react-components';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react';

import type { Problem } from '@/api/problem';
import { serverNow } from '@/lib/clock';

import { JobRowView, StepRowView } from './rows';
import { text } from './text';
import { keyMove, nearestRow, opensByItself, rowsOf, type Row } from './tree';
import type { Job } from './types';

const JOB_HEIGHT = 84;
const STEP_HEIGHT = 26;
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
  /** The job to show and focus first. */
  focusJobId: string;
  onNearEnd: () => void;
  onProblem: (job: Job, problem: Problem) => void;
}

export function JobTree({ jobs, focusJobId, onNearEnd, onProblem }: Props) {
  const styles = useStyles();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, setOpen } = useRows(jobs, focusJobId);
  const { activeAt, activeKey, goTo, setActive } = useRovingFocus(rows, focusJobId, scroller);
  // oxlint-disable-next-line react/incompatible-library -- nothing of it is passed on
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => (rows[at]?.kind === 'job' ? JOB_HEIGHT : STEP_HEIGHT),
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
  useEffect(() => {
    if (lastAt >= rows.length - AHEAD) onNearEnd();
  }, [lastAt, rows.length, onNearEnd]);

  const press = (event: KeyboardEvent<HTMLDivElement>) => {
    const own = event.target instanceof HTMLElement && event.target.role === 'treeitem';
    if (!own || event.ctrlKey || event.altKey || event.metaKey || activeKey === null) return;
    const move = keyMove(rows, event.key, activeKey);
    if (!move) return;
    event.preventDefault();
    if ('open' in move) return setOpen(move.open.id, move.is);
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
              {row.kind === 'job' ? (
                <JobRowView
                  row={row}
                  active={active}
                  onToggle={() => setOpen(row.job.id, !row.expanded)}
                  onProblem={onProblem}
                />
              ) : (
                <StepRowView row={row} />
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
    'aria-level': row.kind === 'job' ? 1 : 2,
    'aria-posinset': row.position,
    'aria-setsize': row.siblings,
    'aria-selected': active,
    ...(row.kind === 'job' && { 'aria-expanded': row.expanded }),
  };
}

/** What has opened by itself stays open, so that an end does not hide what it has to tell. */
function useRows(jobs: Job[], focusJobId: string) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const fresh = useMemo(() => {
    const now = serverNow();
    return jobs.filter((job) => job.id === focusJobId || opensByItself(job, now));
  }, [jobs, focusJobId]).filter((job) => !chosen.has(job.id));
  if (fresh.length > 0)
    setChosen(new Map([...chosen, ...fresh.map(({ id }) => [id, true] as const)]));
  const setOpen = (id: string, open: boolean) =>
    setChosen((before) => new Map(before).set(id, open));
  const rows = useMemo(() => rowsOf(jobs, (job) => chosen.get(job.id) ?? false), [jobs, chosen]);
  return { rows, setOpen };
}

/** One row takes part in the order of Tab; focus is given once the row is drawn. */
function useRovingFocus(rows: Row[], focusJobId: string, scroller: RefObject<HTMLElement | null>) {
  const [active, setActive] = useState<string | null>(focusJobId || null);
  const wanted = useRef<string | null>(focusJobId || null);
  const [asked, setAsked] = useState(focusJobId);
  if (asked !== focusJobId) {
    setAsked(focusJobId);
    setActive(focusJobId || null);
  }
  useEffect(() => {
    if (focusJobId) wanted.current = focusJobId;
  }, [focusJobId]);
  const [lastAt, setLastAt] = useState(0);
  const activeKey = nearestRow(rows, active, lastAt);
  const activeAt = Math.max(
    0,
    rows.findIndex((row) => row.key === activeKey),
  );
  if (lastAt !== activeAt) setLastAt(activeAt);
  useEffect(() => {
    // the row that had the focus has vanished, and the focus with it
    if (
      active !== null &&
      activeKey !== active &&
      wanted.current === null &&
      document.activeElement === document.body
    ) {
      wanted.current = activeKey;
    }
    if (wanted.current === null) return;
    const element = scroller.current?.querySelector<HTMLElement>(
      `[data-key="${CSS.escape(wanted.current)}"]`,
    );
    if (!element) return;
    wanted.current = null;
    element.focus();
  });
  return {
    activeKey,
    activeAt,
    setActive,
    goTo: (key: string) => {
      wanted.current = key;
      setActive(key);
    },
  };
}
