import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';

import { formatDuration } from '@/lib/format';

import { OldData } from './OldData';
import { PhaseList } from './PhaseList';
import { causes, stepSummary } from './results';
import { seenIn, shownStep, stepWord } from './states';
import { StatusIcon } from './StatusIcon';
import { text } from './text';
import { stepSeconds } from './timing';
import type { StepRow } from './tree';
import type { Step } from './types';
import { useNow } from './useNow';
import { WentTo } from './WentTo';

const FIRST_CAUSES = 3;

const useStyles = makeStyles({
  step: {
    display: 'grid',
    gridTemplateColumns: '20px minmax(80px, max-content) 1fr auto',
    alignItems: 'baseline',
    columnGap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXXS} 64px`,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
  },
  icon: { alignSelf: 'start' },
  summary: {
    order: 1,
    gridColumn: '2 / -1',
    color: tokens.colorNeutralForeground2,
    overflowWrap: 'anywhere',
    minWidth: 0,
  },
  oldData: { order: 3, gridColumn: '2 / -1', color: tokens.colorNeutralForeground2 },
  phases: { order: 1, gridColumn: '2 / -1' },
  counts: { '@media (min-width: 481px)': { order: 0, gridColumn: '3' } },
  state: { gridColumn: '4', fontVariantNumeric: 'tabular-nums', textAlign: 'end' },
  took: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums' },
  causes: {
    order: 2,
    gridColumn: '2 / -1',
    margin: 0,
    paddingInlineStart: tokens.spacingHorizontalL,
    overflowWrap: 'anywhere',
  },
});

export function StepRowView({ row, active }: { row: StepRow; active: boolean }) {
  const styles = useStyles();
  const step = seenIn(row.job, row.step);
  const shown = shownStep(step);
  const summary = stepSummary(step);
  return (
    <div className={styles.step}>
      <span className={styles.icon}>
        <StatusIcon shown={shown} pct={step.pct} />
      </span>
      <span>{step.name}</span>
      {summary && (
        <span
          key="summary"
          className={mergeClasses(styles.summary, step.status === 'done' && styles.counts)}
        >
          {summary}
        </span>
      )}
      <span className={styles.state}>
        <StepState step={step} />
      </span>
      {step.problems.length > 0 && <Causes step={step} />}
      {step.status !== 'done' && <PhaseList key="phases" step={step} className={styles.phases} />}
      <WentTo step={step} className={styles.phases} tabIndex={active ? 0 : -1} />
      <OldData job={row.job} step={step} className={styles.oldData} />
    </div>
  );
}

/** `Done 0:02`, `Loading 60 %` */
function StepState({ step }: { step: Step }) {
  const styles = useStyles();
  const now = useNow(step.status === 'running');
  const seconds = stepSeconds(step, now);
  return (
    <>
      <span>{stepWord(step)}</span>
      {seconds !== null && (
        <span key="took" className={styles.took}>{` ${formatDuration(seconds)}`}</span>
      )}
    </>
  );
}

function Causes({ step }: { step: Step }) {
  const styles = useStyles();
  const all = causes(step);
  const more = all.length - FIRST_CAUSES;
  return (
    <ul className={styles.causes}>
      {all.slice(0, FIRST_CAUSES).map((cause) => (
        <li key={cause}>{cause}</li>
      ))}
      {more > 0 && <li key="more">{text.moreProblems(more)}</li>}
    </ul>
  );
}
