import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';

import { formatDuration } from '@/lib/format';

import { phaseName, phasesOf, phaseWord, shownPhase, type Phase } from './phases';
import { StatusIcon } from './StatusIcon';
import { text } from './text';
import { spanSeconds } from './timing';
import type { Step } from './types';
import { useNow } from './useNow';

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: 'none', overflowWrap: 'anywhere' },
  phase: {
    display: 'grid',
    gridTemplateColumns: '20px 100px 1fr auto',
    alignItems: 'baseline',
    columnGap: tokens.spacingHorizontalS,
    '@media (max-width: 480px)': { gridTemplateColumns: '20px 1fr auto' },
  },
  icon: { alignSelf: 'start' },
  state: { '@media (max-width: 480px)': { gridColumn: '2', gridRow: '2' } },
  quiet: { color: tokens.colorNeutralForeground2 },
  took: { fontVariantNumeric: 'tabular-nums', textAlign: 'end' },
});

/** What a step goes through: a mark, a name, words and the time of each. */
export function PhaseList({ step, className }: { step: Step; className?: string }) {
  const styles = useStyles();
  const phases = phasesOf(step);
  if (phases.length === 0) return null;
  return (
    <ol className={mergeClasses(styles.list, className)} aria-label={text.phasesOf(step.name)}>
      {phases.map((phase) => (
        <PhaseRow key={phase.name} phase={phase} />
      ))}
    </ol>
  );
}

function PhaseRow({ phase }: { phase: Phase }) {
  const styles = useStyles();
  const now = useNow(phase.status === 'running');
  const seconds = spanSeconds(phase, now);
  return (
    <li className={styles.phase}>
      <span className={styles.icon}>
        <StatusIcon shown={shownPhase(phase)} pct={25} />
      </span>
      <span>{phaseName(phase)}</span>
      <span className={styles.state}>
        <span>{phaseWord(phase)}</span>
        {phase.detail && <span key="detail" className={styles.quiet}>{` – ${phase.detail}`}</span>}
      </span>
      <span className={mergeClasses(styles.quiet, styles.took)}>
        {seconds === null ? '' : formatDuration(seconds)}
      </span>
    </li>
  );
}
