import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

import { stringifyExact } from '@/lib/exactJson';
import { formatDuration, formatExactTime, formatNumber } from '@/lib/format';
import { Time } from '@/ui/Time';

import { warningText } from './details';
import { OldData } from './OldData';
import { PhaseList } from './PhaseList';
import { causes, stepSummary } from './results';
import { Section } from './Section';
import { seenIn, shownStep, stepWord } from './states';
import { StatusIcon } from './StatusIcon';
import { text } from './text';
import { endedAt, startedAt, stepSeconds, workedSeconds } from './timing';
import { target } from './tree';
import type { Job, Step, StepWarning } from './types';
import { useNow } from './useNow';
import { WentTo } from './WentTo';

const useStyles = makeStyles({
  facts: {
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    margin: 0,
    '& dt': { color: tokens.colorNeutralForeground3 },
    '& dd': { margin: 0, overflowWrap: 'anywhere' },
  },
  list: { margin: 0, padding: 0, listStyleType: 'none' },
  step: {
    display: 'grid',
    gridTemplateColumns: '20px minmax(90px, max-content) 1fr auto',
    columnGap: tokens.spacingHorizontalM,
    paddingBlock: tokens.spacingVerticalXS,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  phases: { gridColumn: '2 / -1' },
  quiet: { color: tokens.colorNeutralForeground3 },
  number: { fontVariantNumeric: 'tabular-nums', textAlign: 'end' },
  lines: { margin: 0, paddingInlineStart: tokens.spacingHorizontalXL, overflowWrap: 'anywhere' },
  problems: {
    padding: tokens.spacingVerticalM,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorStatusDangerBackground1,
    color: tokens.colorNeutralForeground1,
  },
  mono: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
  record: {
    maxHeight: '480px',
    overflow: 'auto',
    margin: `${tokens.spacingVerticalS} 0 0`,
    padding: tokens.spacingVerticalM,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
    whiteSpace: 'pre-wrap',
  },
  summary: { cursor: 'pointer', minHeight: '32px' },
});

/** Why it failed, each fault with its place. */
export function Problems({ job }: { job: Job }) {
  const styles = useStyles();
  const failed = job.steps.filter((step) => step.status === 'error');
  if (failed.length === 0) return null;
  return (
    <section aria-label={text.problems} className={styles.problems}>
      {failed.map((step) => (
        <div key={step.name}>
          <strong>{[step.name, stepSummary(step)].filter(Boolean).join(': ')}</strong>
          <Lines lines={causes(step)} />
          <OldData job={job} step={step} />
        </div>
      ))}
    </section>
  );
}

function Lines({ lines }: { lines: string[] }) {
  const styles = useStyles();
  return (
    <ul className={styles.lines}>
      {[...new Set(lines)].map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

export function Overview({ job }: { job: Job }) {
  const styles = useStyles();
  const now = useNow(job.status === 'running');
  const worked = workedSeconds(job, now);
  const [started, ended] = [startedAt(job), endedAt(job)];
  const facts: [string, ReactNode][] = [
    [text.target, target(job)],
    [text.submitted, <Time key="submitted" iso={job.created_at} />],
    [text.started, started ? formatExactTime(started) : text.notYet],
    [text.ended, ended ? formatExactTime(ended) : text.notYet],
    [text.duration, worked === null ? '–' : formatDuration(worked)],
    [text.attemptLabel, formatNumber(job.attempt)],
    [text.id, job.id],
  ];
  return (
    <Section title={text.overview}>
      <dl className={styles.facts}>
        {facts.flatMap(([name, value]) => [
          <dt key={name}>{name}</dt>,
          <dd key={`${name}:`}>{value}</dd>,
        ])}
      </dl>
    </Section>
  );
}

export function Timeline({ job }: { job: Job }) {
  const styles = useStyles();
  return (
    <Section title={text.timeline}>
      <ol className={styles.list}>
        {job.steps.map((each) => {
          const step = seenIn(job, each);
          return (
            <li key={step.name} className={styles.step}>
              <StatusIcon shown={shownStep(step)} pct={step.pct} />
              <span>{step.name}</span>
              <span>
                <span>{stepWord(step)}</span>
                {stepSummary(step) && (
                  <span key="summary" className={styles.quiet}>{` – ${stepSummary(step)}`}</span>
                )}
              </span>
              <Took step={step} />
              <PhaseList step={step} className={styles.phases} />
              <WentTo step={step} className={styles.phases} />
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

function Took({ step }: { step: Step }) {
  const styles = useStyles();
  const now = useNow(step.status === 'running');
  const seconds = stepSeconds(step, now);
  return (
    <span className={mergeClasses(styles.quiet, styles.number)}>
      {seconds === null ? '' : formatDuration(seconds)}
    </span>
  );
}

export function Warnings({ job }: { job: Job }) {
  const warned = job.steps.filter((step) => step.warnings.length > 0);
  if (warned.length === 0) return null;
  return (
    <Section title={text.warnings}>
      {warned.map((step) => (
        <div key={step.name}>
          <span>{step.name}</span>
          <Lines lines={(step.warnings as StepWarning[]).map(warningText)} />
        </div>
      ))}
    </Section>
  );
}

export function JsonRecord({ job }: { job: Job }) {
  const styles = useStyles();
  return (
    <details>
      <summary className={styles.summary}>{text.record}</summary>
      <pre
        className={mergeClasses(styles.mono, styles.record)}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls by keyboard
        tabIndex={0}
        aria-label={text.record}
        role="region"
      >
        {stringifyExact(job)}
      </pre>
    </details>
  );
}
