import { makeStyles, ProgressBar, tokens } from '@fluentui/react-components';
import { ChevronDownRegular, ChevronRightRegular } from '@fluentui/react-icons';

import type { Problem } from '@/api/problem';
import { formatDuration } from '@/lib/format';
import { Time } from '@/ui/Time';

import { JobButtons } from './JobButtons';
import { isActive, jobWord, shownJob } from './states';
import { StatusIcon } from './StatusIcon';
import { text } from './text';
import { workedSeconds } from './timing';
import { target, type HistoryRow, type JobRow } from './tree';
import type { Job } from './types';
import { useNow } from './useNow';

const useStyles = makeStyles({
  job: {
    display: 'grid',
    gridTemplateColumns: '20px 20px 1fr auto',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXXS}`,
    cursor: 'pointer',
  },
  history: {
    display: 'grid',
    gridTemplateColumns: '20px max-content 1fr',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalM}`,
    cursor: 'pointer',
  },
  name: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere', minWidth: 0 },
  word: {
    textAlign: 'end',
    fontVariantNumeric: 'tabular-nums',
    fontWeight: tokens.fontWeightSemibold,
  },
  below: { gridColumn: '3 / -1', minWidth: 0 },
  facts: {
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: tokens.spacingHorizontalS,
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  cause: {
    display: '-webkit-box',
    WebkitLineClamp: 2,
    WebkitBoxOrient: 'vertical',
    overflow: 'hidden',
    overflowWrap: 'anywhere',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  bar: { marginTop: tokens.spacingVerticalXS },
  buttons: { gridColumn: '3 / -1', marginInlineStart: `-${tokens.spacingHorizontalM}` },
  chevron: { display: 'inline-flex', color: tokens.colorNeutralForeground3 },
});

interface JobRowProps {
  row: JobRow;
  active: boolean;
  onToggle: () => void;
  onProblem: (job: Job, problem: Problem) => void;
}

export function JobRowView({ row, active, onToggle, onProblem }: JobRowProps) {
  const styles = useStyles();
  const { job } = row;
  const shown = shownJob(job);
  return (
    // the tree item around it answers to the keys that do the same
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div className={styles.job} onClick={onToggle}>
      <span className={styles.chevron}>
        {row.expanded ? <ChevronDownRegular /> : <ChevronRightRegular />}
      </span>
      <StatusIcon shown={shown} pct={job.overall_pct} />
      <span className={styles.name}>{job.scenario_name}</span>
      <span className={styles.word}>{jobWord(job)}</span>
      <div className={styles.below}>
        <JobFacts job={job} />
        {!row.expanded && job.error && (
          <div key="cause" className={styles.cause}>
            {job.error}
          </div>
        )}
        {isActive(job) && (
          <ProgressBar
            className={styles.bar}
            value={job.overall_pct / 100}
            aria-hidden // the state says it in words
          />
        )}
      </div>
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <div className={styles.buttons} onClick={(event) => event.stopPropagation()}>
        <JobButtons job={job} onProblem={onProblem} tabIndex={active ? 0 : -1} />
      </div>
    </div>
  );
}

/** Jobs that ended long ago, folded away. */
export function HistoryRowView(props: { row: HistoryRow; hasMore: boolean; onToggle: () => void }) {
  const styles = useStyles();
  const { expanded, count } = props.row;
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div className={styles.history} onClick={props.onToggle}>
      <span className={styles.chevron}>
        {expanded ? <ChevronDownRegular /> : <ChevronRightRegular />}
      </span>
      <span className={styles.name}>{text.history(count, props.hasMore)}</span>
      <span className={styles.facts}>{text.historyHint}</span>
    </div>
  );
}

function JobFacts({ job }: { job: Job }) {
  const styles = useStyles();
  const now = useNow(job.status === 'running');
  const worked = job.status === 'running' ? workedSeconds(job, now) : null;
  return (
    <div className={styles.facts}>
      <span>{`→ ${target(job)}`}</span>
      <Time iso={job.created_at} />
      {worked !== null && <span key="worked">{formatDuration(worked)}</span>}
      {job.attempt > 1 && <span key="attempt">{text.attempt(job.attempt)}</span>}
      {job.check_only && <span key="check">{text.checkOnly}</span>}
    </div>
  );
}
